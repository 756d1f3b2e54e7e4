//! What the worker is and can do.

use crate::library::LibrarySession;
use crate::serving::{self, ServerSession};
use crate::twin::Twin;
use kymo_model::{Metric, ModuleKind, Phase, Settings};
use kymo_worker::engine::{Arguments, Engine, Meter, ProcessSession, Program, Session};
use kymo_worker::protocol::{Failure, Hello, Open, PROTOCOL, Strategy};
use std::path::Path;

/// The strategy that loads the twin into this process and calls it.
pub const LIBRARY: &str = "library";

/// The strategy that runs the twin as a process of its own.
pub const PROCESS: &str = "process";

/// The machine itself, as a worker presents it.
pub struct Native {
    arguments: Arguments,
}

impl Native {
    pub fn new(arguments: Arguments) -> Self {
        Self { arguments }
    }

    /// The version and build of what does the work: nginx has its own.
    fn version(&self) -> (String, String) {
        let own = env!("CARGO_PKG_VERSION");
        let of_nginx = || serving::program().and_then(|program| serving::version(&program));
        match self.arguments.strategy.as_deref() {
            Some(serving::NGINX) => of_nginx().map(|version| (version.clone(), version)),
            _ => None,
        }
        // The code that runs is the twin's, which each invocation names by its hash.
        .unwrap_or_else(|| (own.to_owned(), format!("worker-{own}")))
    }
}

/// The servers. They answer by themselves, whatever the module, so its features and its kind do not matter.
fn servers() -> Vec<Strategy> {
    let missing = "there is no nginx on PATH; 'apt-get install nginx-light' installs it on Debian";
    let server = |name: &str, unavailable: Option<&str>| Strategy {
        phases: vec![Phase::Serve],
        twin: true,
        unavailable: unavailable.map(str::to_owned),
        ..Strategy::new(name, Vec::new(), vec![ModuleKind::Core, ModuleKind::Component])
    };
    let nginx = if serving::program().is_some() { None } else { Some(missing) };
    vec![server(serving::HYPER, None), server(serving::NGINX, nginx)]
}

/// What can be read, which differs: of a process there is only what the kernel counts for it.
fn metrics(strategy: Option<&str>) -> Vec<String> {
    let of_process = [
        Metric::WallTime,
        Metric::CpuTime,
        Metric::PageFaults,
        Metric::ContextSwitches,
        Metric::PeakRss,
        Metric::CodeSize,
        Metric::ModuleSize,
    ];
    let of_library = Metric::of_programs().filter(|metric| *metric != Metric::Fuel);
    let known: Vec<Metric> = if strategy == Some(PROCESS) { of_process.into() } else { of_library.collect() };
    known.into_iter().map(|metric| metric.name().to_owned()).collect()
}

impl Engine for Native {
    fn hello(&self) -> Hello {
        let strategy = |name: &str, phases: &[Phase]| Strategy {
            phases: phases.to_vec(),
            twin: true,
            // Of a twin neither the features nor the kind of the module matter.
            ..Strategy::new(name, Vec::new(), vec![ModuleKind::Core, ModuleKind::Component])
        };
        let twins = [strategy(LIBRARY, &[Phase::Instantiate, Phase::Execute]), strategy(PROCESS, &[Phase::Lifetime])];
        let (engine_version, build_id) = self.version();
        Hello {
            protocol: PROTOCOL,
            name: "native".to_owned(),
            engine_version,
            build_id,
            strategies: [twins.to_vec(), servers()].concat(),
            settings: serving::declared(),
            metrics: metrics(self.arguments.strategy.as_deref()),
        }
    }

    fn open(&self, open: &Open, module: Vec<u8>, meter: Meter) -> Result<Box<dyn Session>, Failure> {
        // It is the twin that runs; the module told which program it is the twin of.
        drop(module);
        if [serving::HYPER, serving::NGINX].contains(&open.strategy.as_str()) {
            return Ok(Box::new(ServerSession::new(open)?));
        }
        if let Some(name) = open.settings.keys().next() {
            let why = serving::DECLARED_FOR;
            return Err(Failure::failed(format!("the setting '{name}' has no effect here: {why}")));
        }
        let path = open.native.as_ref().ok_or_else(|| Failure::unsupported("native twin"))?;
        let twin = Twin::read(Path::new(path))?;
        if open.strategy == LIBRARY {
            twin.must_be_library()?;
            return Ok(Box::new(LibrarySession::new(open.clone(), twin, meter)?));
        }
        twin.must_be_executable()?;
        let settings = Settings::from([twin.as_setting()]);
        let program = Program {
            path: twin.path,
            args: open.args.clone(),
            inherits_environment: false,
            code_sha256: twin.text_sha256,
            code_bytes: twin.code_bytes,
        };
        Ok(Box::new(ProcessSession::new(open.clone(), program, settings, meter)))
    }
}
