//! What a program finds around it while it runs: standard input and output, environment, working folder. They are the
//! process's, so they are exchanged before the call and put back after it. A leaf module.

use kymo_worker::engine::working_folder;
use kymo_worker::protocol::Open;
use std::ffi::{CString, c_char};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;

// SAFETY: these are the C library's own, of these types.
unsafe extern "C" {
    static mut environ: *const *const c_char;
    static mut stdin: *mut libc::FILE;
}

/// The surroundings of the program, and the worker's own meanwhile.
pub struct Stage {
    input: Option<String>,
    outputs: [String; 2],
    folder: Option<PathBuf>,
    /// The worker's own streams 0, 1 and 2: the protocol's lines go through them between two calls.
    own_streams: [OwnedFd; 3],
    own_folder: File,
    /// The program's environment; `variables` points into `_texts`.
    variables: Vec<*const c_char>,
    _texts: Vec<CString>,
}

impl Stage {
    /// Prepares the surroundings that `open` asks for.
    ///
    /// # Errors
    /// Those of the system, when streams cannot be doubled or the folder is not there.
    pub fn new(open: &Open) -> io::Result<Self> {
        let texts: Vec<CString> =
            open.env.iter().filter_map(|(name, value)| CString::new(format!("{name}={value}")).ok()).collect();
        let variables = texts.iter().map(|text| text.as_ptr()).chain([std::ptr::null()]).collect();
        let folder = working_folder(open).map(PathBuf::from);
        if let Some(missing) = folder.as_ref().filter(|folder| !folder.is_dir()) {
            return Err(io::Error::other(format!("there is no folder {}", missing.display())));
        }
        Ok(Self {
            input: open.stdin.clone(),
            outputs: [open.stdout.clone(), open.stderr.clone()],
            folder,
            own_streams: [
                io::stdin().as_fd().try_clone_to_owned()?,
                io::stdout().as_fd().try_clone_to_owned()?,
                io::stderr().as_fd().try_clone_to_owned()?,
            ],
            own_folder: File::open(".")?,
            variables,
            _texts: texts,
        })
    }

    /// Where the worker's own messages go while the program has its streams.
    pub fn own_errors(&self) -> BorrowedFd<'_> {
        self.own_streams[2].as_fd()
    }

    /// Runs `program` in its surroundings, and restores the worker's own.
    ///
    /// # Errors
    /// Those of the system, when the surroundings cannot be made; the program was not run then.
    pub fn play<T>(&self, program: impl FnOnce() -> T) -> io::Result<T> {
        // SAFETY: a pointer is copied; this process has one thread, so nobody changes it meanwhile.
        let own_variables = unsafe { environ };
        let result = self.enter().map(|()| program());
        finish_streams();
        // SAFETY: the worker's own list, which nobody freed: whoever changes an environment makes a new list of it.
        unsafe { environ = own_variables };
        self.leave()?;
        result
    }

    fn enter(&self) -> io::Result<()> {
        let input = File::open(self.input.as_deref().unwrap_or("/dev/null"))?;
        let [output, errors] =
            self.outputs.each_ref().map(|path| OpenOptions::new().append(true).create(true).open(path));
        for (stream, file) in [input, output?, errors?].iter().enumerate() {
            redirect(file.as_fd(), stream)?;
        }
        if let Some(folder) = &self.folder {
            std::env::set_current_dir(folder)?;
        }
        // SAFETY: this process has one thread, so nobody reads the environment meanwhile; the list and its texts live
        // as long as `self`, and the caller puts the worker's own back.
        unsafe { environ = self.variables.as_ptr() };
        Ok(())
    }

    fn leave(&self) -> io::Result<()> {
        for (stream, own) in self.own_streams.iter().enumerate() {
            redirect(own.as_fd(), stream)?;
        }
        // SAFETY: fchdir takes the number of an open folder, which lives as long as `self`.
        match unsafe { libc::fchdir(self.own_folder.as_raw_fd()) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }
}

/// Makes one of the streams 0 to 2 another name of an open file.
fn redirect(file: BorrowedFd, stream: usize) -> io::Result<()> {
    // SAFETY: dup2 takes two numbers and touches no memory. The stream that it replaces is one of the three that
    // nobody owns; the file stays its owner's.
    match unsafe { libc::dup2(file.as_raw_fd(), stream as libc::c_int) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// Writes what C's streams still hold, and lets C forget what it has read, its end included: the next iteration reads
/// the file anew.
fn finish_streams() {
    // SAFETY: `stdin` is the C library's open stream, and a null pointer means all streams that write.
    unsafe {
        libc::fflush(std::ptr::null_mut());
        libc::fflush(stdin);
        libc::clearerr(stdin);
    }
}
