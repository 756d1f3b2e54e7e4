//! A twin that is a shared library, loaded into this process and called.

use crate::loaded::{Arguments, Loaded, is_loaded};
use crate::stage::Stage;
use crate::twin::Twin;
use crate::{exit, marks};
use kymo_model::{ModuleHash, Region, Settings};
use kymo_worker::engine::{Ended, Meter, Session, program_name};
use kymo_worker::protocol::{Failure, Open};

/// A twin that is loaded anew for each iteration.
pub struct LibrarySession {
    twin: Twin,
    region: Region,
    meter: Meter,
    stage: Stage,
    arguments: Arguments,
    live: Option<Loaded>,
    /// Whether it stayed in memory when it was to be unloaded: then its state is that of the last iteration.
    stays: bool,
}

impl LibrarySession {
    pub fn new(open: Open, twin: Twin, meter: Meter) -> Result<Self, Failure> {
        if let Region::Export(name) = &open.region {
            return Err(Failure::unsupported(format!("the region of the export '{name}' in a native twin")));
        }
        if open.region == Region::Bench && !marks::connect(&meter) {
            return Err(Failure::failed("a process of this worker serves one twin; start another"));
        }
        let stage = Stage::new(&open).map_err(|error| Failure::failed(error.to_string()))?;
        exit::watch();
        let words: Vec<String> = std::iter::once(program_name(&open)).chain(open.args).collect();
        Ok(Self {
            twin,
            region: open.region,
            meter,
            stage,
            arguments: Arguments::new(&words),
            live: None,
            stays: false,
        })
    }
}

impl Session for LibrarySession {
    fn settings(&self) -> Settings {
        Settings::from([self.twin.as_setting()])
    }

    fn compile(&mut self) -> Result<(), Failure> {
        // Its compiler was at work long ago.
        Ok(())
    }

    fn instantiate(&mut self) -> Result<(), Failure> {
        let path = &self.twin.path;
        if self.stays {
            let message = "stays in memory after dlclose, so that an iteration would find the state of the one before; \
                           link it without -z nodelete, and without unique or thread-local objects";
            return Err(Failure::invalid(format!("the native twin {} {message}", path.display())));
        }
        self.meter.start();
        let loaded = Loaded::load(path);
        self.meter.end();
        let refused = |error| Failure::invalid(format!("the native twin cannot be loaded: {error}"));
        self.live = Some(loaded.map_err(refused)?);
        Ok(())
    }

    fn execute(&mut self) -> Result<Ended, Failure> {
        let Self { meter, stage, arguments, region, live, .. } = self;
        let loaded = live.as_ref().ok_or_else(|| Failure::failed("execute before instantiate"))?;
        let program = || {
            if *region == Region::Bench {
                return loaded.call(arguments);
            }
            meter.start();
            let code = loaded.call(arguments);
            meter.end();
            code
        };
        let played = stage.play(|| exit::told(stage.own_errors(), program));
        let exit_code = played.map_err(|error| Failure::failed(format!("cannot set the stage: {error}")))?;
        // What a process would tell its parent: eight bits.
        Ok(Ended { exit_code: exit_code & 0xff, result: None })
    }

    fn discard(&mut self) {
        if let Some(loaded) = self.live.take() {
            loaded.unload();
            self.stays = is_loaded(&self.twin.path);
        }
    }

    fn code_bytes(&self) -> Option<u64> {
        self.twin.code_bytes
    }

    fn code_sha256(&self) -> Option<ModuleHash> {
        self.twin.text_sha256.clone()
    }
}
