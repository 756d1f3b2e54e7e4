//! The C interface of sightglass: five functions that a library exports, and what they are given. A leaf module.
//!
//! Source: `crates/recorder/src/bench_api.rs` of sightglass, which calls such libraries, and `crates/bench-api` of
//! Wasmtime, which is one. The interface has no version: a library built for another one cannot be told apart.

use crate::span::Span;
use kymo_worker::engine::Meter;
use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use std::ffi::{c_int, c_void};
use std::path::Path;

/// What the functions return when all went well.
const OK: c_int = 0;

#[repr(C)]
struct Text {
    bytes: *const u8,
    len: usize,
}

#[repr(C)]
struct Timer {
    span: *const Span,
    start: extern "C" fn(*const Span),
    end: extern "C" fn(*const Span),
}

#[repr(C)]
struct Config {
    working_dir: Text,
    stdout: Text,
    stderr: Text,
    stdin: Text,
    compilation: Timer,
    instantiation: Timer,
    execution: Timer,
    flags: Text,
}

// As laid out where pointers have 64 bits; passed by value, so a field more or less would be undefined behaviour.
#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<Config>() == 152);

type State = *mut c_void;
type Create = extern "C" fn(Config, *mut State) -> c_int;
type Compile = extern "C" fn(State, *const u8, usize) -> c_int;
type Step = extern "C" fn(State) -> c_int;
type Free = extern "C" fn(State);

/// The functions of a loaded library. It is never unloaded: engines leave threads and handlers behind.
#[derive(Clone, Copy)]
pub struct EngineLibrary {
    create: Create,
    compile: Compile,
    instantiate: Step,
    execute: Step,
    free: Free,
}

impl EngineLibrary {
    /// Loads a library and finds its five functions.
    ///
    /// # Errors
    /// What the system's loader says: no library, another machine's, a function that is missing.
    pub fn load(path: &Path) -> Result<Self, String> {
        // SAFETY: the library's constructors run. It is the engine that the user asked to measure, in a process of its
        // own that does nothing else.
        let library = unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL) };
        let library = library.map_err(|error| format!("it cannot be loaded: {error}"))?;
        let functions = Self {
            create: function(&library, "wasm_bench_create")?,
            compile: function(&library, "wasm_bench_compile")?,
            instantiate: function(&library, "wasm_bench_instantiate")?,
            execute: function(&library, "wasm_bench_execute")?,
            free: function(&library, "wasm_bench_free")?,
        };
        std::mem::forget(library);
        Ok(functions)
    }
}

fn function<F: Copy>(library: &Library, name: &str) -> Result<F, String> {
    // SAFETY: the interface gives the function of each name the type that the caller asks for, a function pointer, and
    // the library stays loaded for ever.
    let found = unsafe { library.get::<F>(name) };
    found.map(|function| *function).map_err(|_| format!("it has no function '{name}', so it is no engine library"))
}

extern "C" fn span_start(span: *const Span) {
    // SAFETY: the library passes on what it was given with this function: a span of an engine that is still there.
    unsafe { &*span }.start();
}

extern "C" fn span_end(span: *const Span) {
    // SAFETY: the library passes on what it was given with this function: a span of an engine that is still there.
    unsafe { &*span }.end();
}

/// The phases, as the library marks them.
pub struct Spans {
    /// Marked in `wasm_bench_compile`.
    pub compilation: Span,
    /// Marked in `wasm_bench_instantiate`.
    pub instantiation: Span,
    /// Marked by the guest's `bench.start` and `bench.end` in `wasm_bench_execute`.
    pub execution: Span,
}

/// What an engine is created with.
pub struct Surroundings {
    /// The folder that the guest sees as `.`.
    pub working_dir: String,
    /// File for the guest's standard output.
    pub stdout: String,
    /// File for the guest's standard error.
    pub stderr: String,
    /// File that is the guest's standard input.
    pub stdin: Option<String>,
    /// Flags for the engine, empty for none.
    pub flags: String,
}

/// An engine of the library, from `wasm_bench_create` to `wasm_bench_free`.
pub struct Engine {
    library: EngineLibrary,
    state: State,
    spans: Box<Spans>,
    /// The library may keep pointers into it.
    _surroundings: Box<Surroundings>,
}

impl Engine {
    /// Creates an engine; `None` if the library reports an error.
    pub fn create(library: EngineLibrary, surroundings: Surroundings, meter: &Meter) -> Option<Self> {
        let span = || Span::new(meter.clone());
        let spans = Box::new(Spans { compilation: span(), instantiation: span(), execution: span() });
        let surroundings = Box::new(surroundings);
        let optional = |text: Option<&String>| text.map_or(Text { bytes: std::ptr::null(), len: 0 }, |text| of(text));
        let config = Config {
            working_dir: of(&surroundings.working_dir),
            stdout: of(&surroundings.stdout),
            stderr: of(&surroundings.stderr),
            stdin: optional(surroundings.stdin.as_ref()),
            compilation: timer(&spans.compilation),
            instantiation: timer(&spans.instantiation),
            execution: timer(&spans.execution),
            flags: optional(Some(&surroundings.flags).filter(|flags| !flags.is_empty())),
        };
        let mut state: State = std::ptr::null_mut();
        match (library.create)(config, &raw mut state) {
            OK => Some(Self { library, state, spans, _surroundings: surroundings }),
            _ => None,
        }
    }

    /// The phases as the library marks them.
    pub fn spans(&self) -> &Spans {
        &self.spans
    }

    /// Compiles a module; says whether the library reports success.
    pub fn compile(&mut self, module: &[u8]) -> bool {
        (self.library.compile)(self.state, module.as_ptr(), module.len()) == OK
    }

    /// Makes an instance of the module compiled last.
    pub fn instantiate(&mut self) -> bool {
        (self.library.instantiate)(self.state) == OK
    }

    /// Runs the instance, which is used up then.
    pub fn execute(&mut self) -> bool {
        (self.library.execute)(self.state) == OK
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        (self.library.free)(self.state);
    }
}

fn of(text: &str) -> Text {
    Text { bytes: text.as_ptr(), len: text.len() }
}

fn timer(span: &Span) -> Timer {
    Timer { span, start: span_start, end: span_end }
}
