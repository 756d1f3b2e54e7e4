//! The worker's end: what an engine implements, and the loop that measures it.
//!
//! A worker's `main` is `kymo_worker::engine::serve(MyEngine)`. Nothing is sent, logged or allocated by this crate
//! between a region's start and its end.

mod arguments;
mod guest;
mod measuring;
mod meter;
mod program;
mod server_process;
mod serving;
mod settings;

pub use arguments::Arguments;
pub use guest::{Argument, ValueType, parse_arguments, result_text};
pub use meter::Meter;
pub use program::{ProcessSession, Program, program_name, working_folder};
pub use server_process::{ServerProcess, free_address};
pub use serving::serve;
pub use settings::{Chosen, flag, setting};

use crate::protocol::{Failure, Hello, Open, Serve, Served, Serving};
use kymo_model::{Metric, ModuleHash, Phase, Settings};

/// An engine, as a worker presents it.
pub trait Engine {
    /// What the engine is and can do.
    fn hello(&self) -> Hello;

    /// Prepares to measure a module whose bytes were read and whose SHA-256 was checked. `open.strategy` and the
    /// names in `open.settings` are ones that the hello lists.
    ///
    /// # Errors
    /// A failure with its outcome: an unusable setting, a kind of module that is not supported.
    fn open(&self, open: &Open, module: Vec<u8>, meter: Meter) -> Result<Box<dyn Session>, Failure>;
}

/// A module opened under one strategy and settings. The measuring loop calls compile, then any number of times
/// instantiate, execute and discard.
///
/// Every method that times calls `meter.start()` right before the work that counts and `meter.end()` right after;
/// preparation (files, contexts, linkers) stays outside. Only for [`kymo_model::Region::Bench`] the guest calls them
/// in `execute`, through its imports `bench.start` and `bench.end`.
pub trait Session {
    /// Every setting with the value that it has, defaults included.
    fn settings(&self) -> Settings;

    /// Compiles the module anew and keeps the code for the instances that follow.
    ///
    /// # Errors
    /// A failure with its outcome.
    fn compile(&mut self) -> Result<(), Failure>;

    /// Makes a fresh instance from the compiled code, its standard output and error going to the files of `open`,
    /// which are empty.
    ///
    /// # Errors
    /// A failure with its outcome.
    fn instantiate(&mut self) -> Result<(), Failure>;

    /// Runs the instance to its end.
    ///
    /// # Errors
    /// A failure with its outcome: `trapped` with the backtrace, `failed` where the engine erred.
    fn execute(&mut self) -> Result<Ended, Failure>;

    /// Drops the instance, if there is one. Not timed.
    fn discard(&mut self);

    /// Starts a server from the module and returns when it takes connections. It works on threads of its own, or in
    /// processes of its own, until [`Session::stop`]. Compiling belongs in here.
    ///
    /// # Errors
    /// A failure with its outcome: `unsupported` where this engine, module or test is for no server.
    fn serve(&mut self, _ask: &Serve) -> Result<Serving, Failure> {
        Err(Failure::unsupported(format!("the phase {}", Phase::Serve)))
    }

    /// Stops the server: no more connections, what is under way comes to its end within a second or two.
    ///
    /// # Errors
    /// A failure with its outcome, where the server did not survive its load: `trapped`, `failed`.
    fn stop(&mut self) -> Result<Served, Failure> {
        Err(Failure::failed("stop before serve"))
    }

    /// Size of the machine code or bytecode made from the module, in bytes, if the engine says.
    fn code_bytes(&self) -> Option<u64> {
        None
    }

    /// SHA-256 of the machine code made from the module, if it is machine code and the engine shows it. Bytecode of an
    /// interpreter is none: the same bytecode runs at another speed in another build.
    fn code_sha256(&self) -> Option<ModuleHash> {
        None
    }

    /// The metrics that the session reads itself, because the work is done by another process than this one. They are
    /// asked for with [`Session::reading`] after each iteration, and the meter does not read them.
    fn reads(&self) -> &[Metric] {
        &[]
    }

    /// The reading of one of [`Session::reads`] for the last iteration, in the metric's base unit.
    fn reading(&self, _metric: Metric) -> Option<f64> {
        None
    }

    /// Whether other processes do the work of a phase, as where a compiler is a program. Then the wall time is all that
    /// this process can tell of it, and its other metrics are left out of that phase.
    fn elsewhere(&self, _phase: Phase) -> bool {
        false
    }

    /// WebAssembly instructions executed by the last execution, if the engine counts them under these settings.
    fn fuel(&self) -> Option<u64> {
        None
    }
}

/// How an execution ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// The guest's exit code; 0 where `_start` returned.
    pub exit_code: i32,
    /// What the invoked export returned, as [`result_text`] writes it.
    pub result: Option<String>,
}
