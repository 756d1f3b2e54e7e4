//! `kymo agent`.

use crate::cli::AgentArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::remark::remark;
use crate::render::harmless;
use kymo_agent::{AgentError, AgentOptions, Programs, Settings, Token};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// Works until a signal says to stop.
pub fn agent(context: &Context, args: &AgentArgs) -> Result<ExitCode, CliError> {
    let settings = match &args.config {
        Some(path) => Settings::read(path).map_err(told)?,
        None => Settings::default(),
    };
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    let options = AgentOptions {
        server: args.server.clone(),
        token: Token::read(&args.token_file).map_err(told)?,
        folder: args.folder.clone(),
        settings,
        cpus: (!args.cpus.is_empty()).then(|| args.cpus.clone()),
        insecure_http: args.insecure_http,
        once: args.once,
        programs: programs(context)?,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        stop,
        say: Arc::new(|text| remark(harmless::line(text))),
        at: args.die_at.as_deref().map_or_else(|| Arc::new(|_: &str| ()) as Arc<dyn Fn(&str) + Send + Sync>, dies_at),
    };
    kymo_agent::run(&options).map_err(told)?;
    Ok(ExitCode::SUCCESS)
}

/// Our own programs, as this `kymo` finds them.
fn programs(context: &Context) -> Result<Programs, CliError> {
    let kymo = std::env::current_exe().map_err(|error| CliError::failure(format!("this program: {error}")))?;
    let workers = context.worker_folder().ok_or_else(|| {
        CliError::usage("no folder has workers, so that nothing could be measured").with_hint("name one with --workers")
    })?;
    let suites = context
        .suite_folder()
        .ok_or_else(|| CliError::usage("no folder has suites").with_hint("name one with --suites"))?;
    let sources = context.sources.iter().find(|folder| folder.join("workers").is_dir()).cloned();
    Ok(Programs { kymo, workers, suites, sources })
}

/// Ends this process as kill -9 does when a point is reached the so manieth time.
fn dies_at(text: &str) -> Arc<dyn Fn(&str) + Send + Sync> {
    let (point, times) = match text.split_once(':') {
        Some((point, times)) => (point.to_owned(), times.parse().unwrap_or(1)),
        None => (text.to_owned(), 1),
    };
    let left = AtomicU32::new(times);
    Arc::new(move |reached: &str| {
        if reached == point && left.fetch_sub(1, Ordering::SeqCst) == 1 {
            // It does not come back from this.
            let _ = signal_hook::low_level::raise(signal_hook::consts::SIGKILL);
        }
    })
}

fn told(error: AgentError) -> CliError {
    match error {
        AgentError::Usage(message) => CliError::usage(message),
        AgentError::Failure(message) => CliError::failure(message),
    }
}

impl Context {
    /// The first folder that has a worker.
    fn worker_folder(&self) -> Option<PathBuf> {
        let has_worker = |folder: &PathBuf| {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            entries.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with("kymo-worker-"))
        };
        self.worker_folders.iter().find(|folder| has_worker(folder)).cloned()
    }

    /// The first folder with suites that is there.
    fn suite_folder(&self) -> Option<PathBuf> {
        self.suite_folders.iter().find(|folder| folder.is_dir()).cloned()
    }
}
