//! What `kymo site` and `kymo serve` show: the history in the store, and the web app.

use crate::cli::ShownArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::record::source::RecordSource;
use kymo_site::Source;
use kymo_site::app::App;
use kymo_site::synthetic::Synthetic;
use std::path::Path;

/// The history that is shown: that of the store, or a made-up one.
pub fn open_source(context: &Context, args: &ShownArgs) -> Result<Box<dyn Source>, CliError> {
    match args.synthetic {
        Some((series, points)) => Ok(Box::new(Synthetic::new(series, points))),
        None => Ok(Box::new(RecordSource::open(context)?)),
    }
}

/// The web app: the folder that was named, the one in the program, or the one built beside its sources.
pub fn app(args: &ShownArgs) -> Result<App, CliError> {
    if let Some(folder) = &args.web_dir {
        return App::from_folder(folder).map_err(|error| {
            CliError::usage(error).with_hint("--web-dir wants the folder that the web build leaves, web/dist")
        });
    }
    let beside = || App::from_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/dist")).ok();
    App::embedded().or_else(beside).ok_or_else(|| {
        CliError::failure("this kymo was built without the web app").with_hint(
            "build the app (make web) and name its folder by --web-dir web/dist or KYMO_WEB_DIR, build kymo with \
             --features web, or write the data alone with --data-only",
        )
    })
}

/// The version, as pages show it.
pub fn version() -> String {
    match option_env!("KYMO_COMMIT").filter(|commit| !commit.is_empty()) {
        Some(commit) => format!("{} ({commit})", env!("CARGO_PKG_VERSION")),
        None => env!("CARGO_PKG_VERSION").to_owned(),
    }
}
