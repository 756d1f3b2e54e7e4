//! `kymo serve`.

use super::site::said;
use super::site_source::{app, open_source, version};
use super::watch::providers::providers;
use super::watch::store_address;
use crate::cli::ServeArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::record::filing::new_points;
use crate::record::project;
use crate::remark::remark;
use kymo_history::register::detect_project;
use kymo_measure::clock::{Clock, SystemClock};
use kymo_model::ProjectName;
use kymo_store::Store;
use kymo_tracker::{ApiOptions, Event, Options, ServeError, ServeOptions};
use std::process::ExitCode;
use std::sync::Arc;

/// The lease that agents can live with, in seconds: they are heard of a few times within it.
const LEASE_S: std::ops::RangeInclusive<f64> = 2.0..=3600.0;

/// Serves the site and the queue until a signal says to stop.
pub fn serve(context: &Context, args: &ServeArgs) -> Result<ExitCode, CliError> {
    let app = app(&args.shown)?;
    let quiet = args.quiet;
    // A made-up history has no queue.
    let with_api = !args.site_only && args.shown.synthetic.is_none();
    if with_api && !context.store_exists() {
        // A tracker begins with nothing: the first result comes by way of its own queue.
        drop(context.store()?);
        remark(format_args!(
            "made a new store at {}; to let somebody in: kymo user add NAME --role admin, kymo token add --user NAME",
            context.store_address()
        ));
    }
    let source = open_source(context, &args.shown)?;
    let folder = args.site_dir.clone().unwrap_or_else(|| context.site_folder());
    let api = if with_api { Some(api(context, args)?) } else { None };
    if !quiet && with_api && !args.listen.ip().is_loopback() && args.public_url.is_none() {
        remark("tokens pass this address readable: put a proxy with TLS in front, and say where it is by --public-url");
    }
    let options = ServeOptions {
        listen: args.listen,
        folder,
        publish: Options {
            app: Some(app),
            url: None,
            samples: args.shown.samples,
            full: false,
            kymo: version(),
            now_unix_s: 0,
        },
        api,
        connections: args.connections as usize,
        head_within: args.head_within.to_duration(),
        announce: Arc::new(move |event: &Event| announce(event, quiet)),
    };
    kymo_tracker::serve(Arc::from(source), options).map_err(|error| match error {
        ServeError::Taken(_) | ServeError::Listen(..) | ServeError::Options(_) => CliError::usage(error),
        ServeError::Store(error) => error.into(),
        error => CliError::failure(error),
    })?;
    Ok(ExitCode::SUCCESS)
}

fn api(context: &Context, args: &ServeArgs) -> Result<ApiOptions, CliError> {
    if !LEASE_S.contains(&args.lease.get()) {
        return Err(CliError::usage("--lease goes from 2s to 1h"));
    }
    if let Some(url) = &args.public_url {
        let plain = url.query().is_none() && url.fragment().is_none() && url.path() == "/" && url.username().is_empty();
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() || !plain {
            return Err(CliError::usage("--public-url is http:// or https:// and a host, as https://perf.example.org"));
        }
    }
    let providers = args.oauth.as_deref().map(providers).transpose()?.unwrap_or_default();
    Ok(ApiOptions {
        store: store_address(context),
        connections_to_store: args.store_connections as usize,
        data: args.data_dir.clone().unwrap_or_else(|| context.server_folder()),
        points: new_points,
        detect,
        public_url: args.public_url.clone(),
        private: args.private,
        behind_proxy: args.behind_proxy,
        allow_file_remotes: args.allow_file_remotes,
        requests_per_second: f64::from(args.requests_per_second),
        body_within: args.body_within.to_duration(),
        lease_s: args.lease.get() as u32,
        providers,
        version: version(),
    })
}

/// Looks for changes of a project, as `kymo detect` does.
fn detect(store: &mut Store, project: &ProjectName) -> Result<(), String> {
    let found = project::project(store, Some(project)).and_then(|project| {
        let detector = project::detector(store, &project.name)?;
        Ok(detect_project(store, &project, &detector, SystemClock.unix_s())?)
    });
    found.map(drop).map_err(|error| error.message().to_owned())
}

fn announce(event: &Event, quiet: bool) {
    match event {
        Event::Listening(address) => remark(format_args!("http://{address}/ shows the record; Ctrl-C stops it")),
        Event::NotPublished(error) => remark(format_args!("kymo: {error}\n  the site of before is shown")),
        Event::Failed(error) => remark(format_args!("kymo: {error}")),
        _ if quiet => {}
        Event::Published(done) => {
            remark(said(done));
            done.remarks.iter().for_each(remark);
        }
        Event::Stopping => remark("stopping"),
    }
}
