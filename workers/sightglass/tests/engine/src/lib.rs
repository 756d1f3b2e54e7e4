//! wasmi behind the C interface of sightglass, written from the interface's description alone: what the tests of the
//! worker load beside libraries that misbehave. As with every such library, an error is -1 and a text on standard error.

#![allow(clippy::not_unsafe_ptr_arg_deref, reason = "called from C, which answers for its own pointers")]

mod engine;

use engine::{Clock, State, Surroundings};
use std::ffi::c_void;

/// A text of the caller's: not ended by a zero; a null pointer means that there is none.
#[repr(C)]
pub struct Text {
    bytes: *const u8,
    len: usize,
}

/// What the caller passes to `wasm_bench_create`.
#[repr(C)]
pub struct Config {
    working_dir: Text,
    stdout: Text,
    stderr: Text,
    stdin: Text,
    compilation: Clock,
    instantiation: Clock,
    execution: Clock,
    flags: Text,
}

impl Text {
    fn read(&self) -> Option<String> {
        if self.bytes.is_null() {
            return None;
        }
        // SAFETY: the caller gives the address and the length of a text that lives during the call.
        let bytes = unsafe { std::slice::from_raw_parts(self.bytes, self.len) };
        Some(String::from_utf8_lossy(bytes).into_owned())
    }
}

fn answer(result: Result<(), String>) -> i32 {
    match result {
        Ok(()) => 0,
        Err(text) => {
            eprintln!("Error: {text}");
            -1
        }
    }
}

/// Creates an engine.
// SAFETY: no other function has the name; the types are those of the interface.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_bench_create(config: Config, out: *mut *mut c_void) -> i32 {
    let surroundings = Surroundings {
        working_dir: config.working_dir.read().unwrap_or_default(),
        stdout: config.stdout.read().unwrap_or_default(),
        stderr: config.stderr.read().unwrap_or_default(),
        stdin: config.stdin.read(),
    };
    let flags = config.flags.read();
    let clocks = [config.compilation, config.instantiation, config.execution];
    answer(State::new(surroundings, flags.as_deref(), clocks).map(|state| {
        // SAFETY: the caller gives the place for the pointer.
        unsafe { *out = Box::into_raw(Box::new(state)).cast() };
    }))
}

fn with(state: *mut c_void, step: impl FnOnce(&mut State) -> Result<(), String>) -> i32 {
    // SAFETY: the caller gives what `wasm_bench_create` gave it, from one thread, and has not freed it.
    answer(step(unsafe { &mut *state.cast::<State>() }))
}

/// Compiles a module.
// SAFETY: no other function has the name; the types are those of the interface.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_bench_compile(state: *mut c_void, wasm: *const u8, len: usize) -> i32 {
    // SAFETY: the caller gives the address and the length of the module, which lives during the call.
    let module = unsafe { std::slice::from_raw_parts(wasm, len) };
    with(state, |state| state.compile(module))
}

/// Makes an instance.
// SAFETY: no other function has the name; the types are those of the interface.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_bench_instantiate(state: *mut c_void) -> i32 {
    with(state, State::instantiate)
}

/// Runs the instance.
// SAFETY: no other function has the name; the types are those of the interface.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_bench_execute(state: *mut c_void) -> i32 {
    with(state, State::execute)
}

/// Frees the engine.
// SAFETY: no other function has the name; the types are those of the interface.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_bench_free(state: *mut c_void) {
    // SAFETY: the caller gives back what `wasm_bench_create` gave it, once.
    drop(unsafe { Box::from_raw(state.cast::<State>()) });
}
