//! A shared library in this process: loaded, called, unloaded. A leaf module.

use crate::twin::ENTRY;
use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use std::ffi::{CString, c_char, c_int};
use std::path::Path;

type Entry = extern "C" fn(c_int, *mut *mut c_char) -> c_int;

/// A loaded twin.
pub struct Loaded {
    library: Library,
    entry: Entry,
}

/// The arguments of a program as C has them.
pub struct Arguments {
    words: Vec<Vec<u8>>,
}

impl Arguments {
    /// From texts; what C would end a text at ends it.
    pub fn new(words: &[String]) -> Self {
        let word = |word: &String| {
            let text = word.split('\0').next().unwrap_or_default();
            CString::new(text).unwrap_or_default().into_bytes_with_nul()
        };
        Self { words: words.iter().map(word).collect() }
    }
}

impl Loaded {
    /// Loads the library, resolves all that it refers to, runs its constructors and finds its entry.
    ///
    /// # Errors
    /// What the system's loader says.
    pub fn load(path: &Path) -> Result<Self, libloading::Error> {
        // SAFETY: the library's constructors run. It is the benchmark that the user asked to run, in a process of its
        // own that does nothing else.
        let library = unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL)? };
        // SAFETY: the contract of twins gives the function this type; the pointer is used while the library is loaded,
        // since both live in one value and only `unload` takes it apart.
        let entry = unsafe { *library.get::<Entry>(ENTRY)? };
        Ok(Self { library, entry })
    }

    /// Calls the program.
    pub fn call(&self, arguments: &mut Arguments) -> i32 {
        let count = c_int::try_from(arguments.words.len()).unwrap_or(c_int::MAX);
        let mut pointers: Vec<*mut c_char> =
            arguments.words.iter_mut().map(|word| word.as_mut_ptr().cast::<c_char>()).collect();
        pointers.push(std::ptr::null_mut());
        (self.entry)(count, pointers.as_mut_ptr())
    }

    /// Unloads it.
    pub fn unload(self) {
        // It can fail only for a handle that is none, and then the check whether it is gone tells.
        let _ = self.library.close();
    }
}

/// Whether a library is in this process, without loading it.
pub fn is_loaded(path: &Path) -> bool {
    // SAFETY: with RTLD_NOLOAD nothing is loaded and no constructor runs; the handle is closed at once.
    unsafe { Library::open(Some(path), RTLD_NOW | libc::RTLD_NOLOAD).is_ok() }
}
