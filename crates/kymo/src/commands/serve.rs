//! `kymo serve`.

use super::site::said;
use super::site_source::{app, open_source, version};
use crate::cli::ServeArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::remark::remark;
use kymo_tracker::{Event, Options, ServeError, ServeOptions};
use std::process::ExitCode;
use std::sync::Arc;

/// Serves the site until a signal says to stop.
pub fn serve(context: &Context, args: &ServeArgs) -> Result<ExitCode, CliError> {
    let app = app(&args.shown)?;
    let source = open_source(context, &args.shown)?;
    let folder = args.site_dir.clone().unwrap_or_else(|| context.site_folder());
    let quiet = args.quiet;
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
        announce: Box::new(move |event| announce(event, quiet)),
    };
    kymo_tracker::serve(Arc::from(source), options).map_err(|error| match error {
        ServeError::Taken(_) | ServeError::Listen(..) => CliError::usage(error),
        error => CliError::failure(error),
    })?;
    Ok(ExitCode::SUCCESS)
}

fn announce(event: &Event, quiet: bool) {
    match event {
        Event::Listening(address) => remark(format_args!("http://{address}/ shows the record; Ctrl-C stops it")),
        Event::NotPublished(error) => remark(format_args!("kymo: {error}\n  the site of before is shown")),
        _ if quiet => {}
        Event::Published(done) => {
            remark(said(done));
            done.remarks.iter().for_each(remark);
        }
        Event::Stopping => remark("stopping"),
    }
}
