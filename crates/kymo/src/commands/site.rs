//! `kymo site`.

use super::site_source::{app, open_source};
use crate::cli::{Prune, SiteBuildArgs, SiteCheckArgs, SitePushArgs};
use crate::context::Context;
use crate::error::CliError;
use crate::remark::remark;
use crate::render::units;
use kymo_measure::clock::{Clock, SystemClock};
use kymo_model::Unit;
use kymo_site::publish::Age;
use kymo_site::push::{self, Pushed};
use kymo_site::read::Site;
use kymo_site::{FolderError, Options, PublishError, Published, prune, publish};
use std::io::Write;
use std::process::ExitCode;

impl From<PublishError> for CliError {
    fn from(error: PublishError) -> Self {
        Self::failure(error)
    }
}

impl From<FolderError> for CliError {
    fn from(error: FolderError) -> Self {
        match error {
            FolderError::NoSite { .. } => Self::usage(error),
            error => Self::failure(error),
        }
    }
}

/// Writes the site, or what is new of it.
pub fn build(context: &Context, args: &SiteBuildArgs) -> Result<ExitCode, CliError> {
    let app = if args.data_only { None } else { Some(app(&args.shown)?) };
    let source = open_source(context, &args.shown)?;
    let options = Options {
        app,
        url: args.url.clone(),
        samples: args.shown.samples,
        full: args.full,
        kymo: super::site_source::version(),
        now_unix_s: SystemClock.unix_s(),
    };
    let done = publish(&*source, &args.out, &options)?;
    if !args.quiet {
        done.remarks.iter().for_each(remark);
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", said(&done))?;
    if let Some(which) = args.prune {
        let age = if which == Prune::All { Age::Any } else { Age::OverADay };
        let pruned = prune(&args.out, age, options.app.as_ref())?;
        writeln!(out, "{} files of older sites removed, {}", pruned.files, bytes(pruned.bytes))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What was published, in a line.
pub fn said(done: &Published) -> String {
    let how = if done.full { "everything made anew" } else { "what is new added" };
    format!(
        "{} series, {} points: {} files written, {} ({how})",
        done.series,
        done.points,
        done.files_written,
        bytes(done.bytes_written)
    )
}

fn bytes(count: u64) -> String {
    units::quantity(count as f64, Unit::Byte)
}

/// Brings a site to an object store, a folder or a branch.
pub fn push(context: &Context, args: &SitePushArgs) -> Result<ExitCode, CliError> {
    // What is pushed is looked at first: a damaged site would replace a good one.
    Site::open(&args.site)?.check()?;
    let pushed: Pushed = match (&args.to, &args.git) {
        (Some(to), _) => push::to_store(&args.site, to, context.store_settings())?,
        (None, Some(remote)) => push::to_branch(&args.site, remote, &args.branch)?,
        (None, None) => return Err(CliError::usage("where to? give --to or --git")),
    };
    let mut out = std::io::stdout().lock();
    writeln!(out, "{} files pushed, {}; {} were there", pushed.files, bytes(pushed.bytes), pushed.there)?;
    Ok(ExitCode::SUCCESS)
}

impl From<push::PushError> for CliError {
    fn from(error: push::PushError) -> Self {
        match error {
            push::PushError::Target(_) => Self::usage(error),
            error => Self::failure(error),
        }
    }
}

/// Reads all of a site.
pub fn check(args: &SiteCheckArgs) -> Result<ExitCode, CliError> {
    let checked = Site::open(&args.site)?.check()?;
    writeln!(
        std::io::stdout().lock(),
        "whole: {} series, {} points in {} files, the largest {}",
        checked.series,
        checked.points,
        checked.files,
        bytes(checked.largest)
    )?;
    Ok(ExitCode::SUCCESS)
}
