//! The shared library that a module became, loaded into this process.
//!
//! A trap leaves the module's C by a long jump. It is taken and caught in C (`linking.c`): no frame of Rust lies
//! between.

use crate::guest::Guest;
use crate::host;
use crate::linking::Entry;
use crate::wasi::Left;
use kymo_worker::protocol::Failure;
use std::ffi::{CStr, c_char, c_void};
use std::path::Path;

// SAFETY: types only; what makes a call sound stands where it is made.
type Host = unsafe extern "C" fn(*mut c_void, u32, *const u64, *mut u32, *mut u8, u64) -> i32;
type Instantiate = unsafe extern "C" fn(*mut c_void, Host) -> i32;
// SAFETY: as above.
type Call = unsafe extern "C" fn(*const u64, *mut u64) -> i32;
type Act = unsafe extern "C" fn();
type Describe = unsafe extern "C" fn(i32) -> *const c_char;

/// How a guest ended.
#[derive(Debug, PartialEq, Eq)]
pub enum End {
    /// It returned.
    Returned,
    /// The host left it.
    Left(Left),
    /// It trapped; the runtime's words for it.
    Trapped(String),
}

/// A loaded module. There is one instance of it at a time.
pub struct Library {
    library: libloading::Library,
    guest: Option<Box<Guest>>,
}

impl Library {
    /// Loads a library that the pipeline made, and prepares it.
    ///
    /// # Errors
    /// `failed`, with the loader's reason.
    pub fn load(path: &Path) -> Result<Self, Failure> {
        // SAFETY: the library was compiled a moment ago from linking.c, wasm2c's runtime and its output; it has no
        // initializers of its own.
        let library = unsafe { libloading::Library::new(path) }.map_err(|error| no_symbol(&error))?;
        let loaded = Self { library, guest: None };
        loaded.act("kymo_prepare")?;
        Ok(loaded)
    }

    /// Makes a fresh instance, whose start function runs.
    ///
    /// # Errors
    /// `failed` where the library lacks a symbol.
    pub fn instantiate(&mut self, guest: Guest) -> Result<End, Failure> {
        let mut guest = Box::new(guest);
        let world: *mut Guest = &mut *guest;
        // SAFETY: linking.c defines the symbol with this type.
        let instantiate = unsafe { self.library.get::<Instantiate>("kymo_instantiate") };
        let instantiate = instantiate.map_err(|error| no_symbol(&error))?;
        // SAFETY: `world` stays where it is, in its box, until `release`, which the library is not called after.
        let code = unsafe { instantiate(world.cast(), answer) };
        self.guest = Some(guest);
        self.end(code)
    }

    /// Calls an entry with arguments; results are bit patterns.
    ///
    /// # Errors
    /// `failed` where the library lacks the symbol, or no instance is alive.
    pub fn call(&mut self, entry: Entry, arguments: &[u64], results: &mut [u64]) -> Result<End, Failure> {
        if self.guest.is_none() {
            return Err(Failure::failed("execute before instantiate"));
        }
        // SAFETY: linking.c defines the symbol with this type.
        let call = unsafe { self.library.get::<Call>(entry.symbol()) }.map_err(|error| no_symbol(&error))?;
        // SAFETY: the entry reads and writes as many values as the export has, and the slices were made for it.
        let code = unsafe { call(arguments.as_ptr(), results.as_mut_ptr()) };
        self.end(code)
    }

    /// Frees the instance, if there is one.
    pub fn release(&mut self) {
        if self.guest.take().is_some() {
            // Its symbol was there when the library was loaded with the others; without it there is nothing to free.
            let _ = self.act("kymo_release");
        }
    }

    fn act(&self, symbol: &str) -> Result<(), Failure> {
        // SAFETY: linking.c defines the symbol with this type.
        let act = unsafe { self.library.get::<Act>(symbol) }.map_err(|error| no_symbol(&error))?;
        // SAFETY: these functions take nothing, and the order of calls is the one that linking.c expects.
        unsafe { act() };
        Ok(())
    }

    fn end(&mut self, code: i32) -> Result<End, Failure> {
        Ok(match code {
            0 => End::Returned,
            -1 => {
                let left = self.guest.as_mut().and_then(|guest| guest.left.take());
                End::Left(left.unwrap_or_else(|| Left::Failed("the host left for no reason".to_owned())))
            }
            trap => End::Trapped(self.described(trap)?),
        })
    }

    fn described(&self, trap: i32) -> Result<String, Failure> {
        // SAFETY: linking.c defines the symbol with this type.
        let describe = unsafe { self.library.get::<Describe>("kymo_trap") }.map_err(|error| no_symbol(&error))?;
        // SAFETY: any number may be asked for.
        let words = unsafe { describe(trap) };
        if words.is_null() {
            return Ok(format!("trap {trap}"));
        }
        // SAFETY: the runtime gives a constant text that ends with a zero.
        let words = unsafe { CStr::from_ptr(words) }.to_string_lossy();
        // As other engines write it: the runtime begins with a capital.
        Ok(words.chars().take(1).flat_map(char::to_lowercase).chain(words.chars().skip(1)).collect())
    }
}

impl Drop for Library {
    fn drop(&mut self) {
        self.release();
        // Gives signal handlers and stacks back before the code goes; a library without it has none.
        let _ = self.act("kymo_finish");
    }
}

fn no_symbol(error: &libloading::Error) -> Failure {
    Failure::failed(format!("the compiled module cannot be loaded: {error}"))
}

// SAFETY: called by linking.c alone, with what its comment says.
unsafe extern "C" fn answer(
    world: *mut c_void,
    function: u32,
    arguments: *const u64,
    result: *mut u32,
    memory: *mut u8,
    memory_bytes: u64,
) -> i32 {
    // SAFETY: `world` is the box of the live instance, which nothing else holds while the guest runs.
    let guest = unsafe { &mut *world.cast::<Guest>() };
    // SAFETY: linking.c makes an array of as many values as the function of this number has parameters, and one more.
    let arguments = unsafe { std::slice::from_raw_parts(arguments, host::parameters(function)) };
    let bytes: &mut [u8] = if memory.is_null() {
        &mut []
    } else {
        // SAFETY: the instance's linear memory, of this size; the guest waits, and nothing here makes it grow.
        unsafe { std::slice::from_raw_parts_mut(memory, memory_bytes as usize) }
    };
    match host::call(guest, function, arguments, bytes) {
        Ok(number) => {
            // SAFETY: a variable of linking.c.
            unsafe { *result = number };
            0
        }
        Err(left) => {
            guest.left = Some(left);
            1
        }
    }
}
