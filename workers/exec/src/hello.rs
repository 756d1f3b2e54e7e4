//! What the worker is and can do.

use crate::command;
use crate::search::{Places, build_id};
use kymo_model::{Feature, Metric, ModuleKind, Phase};
use kymo_worker::engine::{Arguments, Chosen, Engine, Meter, ProcessSession, Program, Session, setting};
use kymo_worker::protocol::{Accepts, Failure, Hello, Open, PROTOCOL, Setting, Strategy};

/// The setting that holds the command line.
const COMMAND: &str = "command";

/// What the kernel counts for a process, and what is known without one.
const METRICS: [Metric; 6] = [
    Metric::WallTime,
    Metric::CpuTime,
    Metric::PageFaults,
    Metric::ContextSwitches,
    Metric::PeakRss,
    Metric::ModuleSize,
];

/// Any command, as a worker presents it.
pub struct Exec {
    places: Places,
    build_id: String,
}

impl Exec {
    /// For the command in this process's arguments, if there is one.
    pub fn new() -> Self {
        let places = Places::of_process();
        let arguments = Arguments::of_process();
        let typed = arguments.setting(COMMAND);
        let program = command::program(typed).and_then(|name| places.find(&name).ok());
        // Without a program there is no build; `open` says why.
        let build_id = program.and_then(|path| build_id(&path, typed).ok());
        Self { places, build_id: build_id.unwrap_or_else(|| "none".to_owned()) }
    }
}

fn declared() -> Vec<Setting> {
    let about = "The command line that runs {module} with {args}, a server at {address}; -e exec:'COMMAND' sets it.";
    vec![setting(COMMAND, "", Accepts::Text, about)]
}

impl Engine for Exec {
    fn hello(&self) -> Hello {
        // What the command supports is for the command to show; fibers and sockets of the host are interfaces of our own
        // workers.
        let ours = [Feature::HostFibers, Feature::HostSockets];
        let others = Feature::ALL.iter().filter(|feature| !ours.contains(feature));
        let features = others.map(|feature| feature.name().to_owned()).collect();
        let kinds = vec![ModuleKind::Core, ModuleKind::Component];
        Hello {
            protocol: PROTOCOL,
            name: "exec".to_owned(),
            engine_version: env!("CARGO_PKG_VERSION").to_owned(),
            build_id: self.build_id.clone(),
            strategies: vec![Strategy {
                phases: vec![Phase::Serve, Phase::Lifetime],
                ..Strategy::new("process", features, kinds)
            }],
            settings: declared(),
            metrics: METRICS.map(|metric| metric.name().to_owned()).to_vec(),
        }
    }

    fn open(&self, open: &Open, module: Vec<u8>, meter: Meter) -> Result<Box<dyn Session>, Failure> {
        // The program reads it from its file.
        drop(module);
        let chosen = Chosen::new(&declared(), &open.settings)?;
        let mut words = command::words(chosen.text(COMMAND), &open.module, &open.args).map_err(Failure::failed)?;
        if words.is_empty() {
            return Err(Failure::failed("the command has no words"));
        }
        let program = Program {
            path: self.places.find(&words.remove(0)).map_err(Failure::failed)?,
            args: words,
            inherits_environment: true,
            code_sha256: None,
            code_bytes: None,
        };
        let mut settings = chosen.all();
        settings.insert("program".to_owned(), program.path.to_string_lossy().into_owned());
        Ok(Box::new(ProcessSession::new(open.clone(), program, settings, meter)))
    }
}
