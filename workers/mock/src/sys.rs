//! What only `unsafe` can do: a leaf module.

use std::ptr::null_mut;

/// Ends this process by a real SIGSEGV, as an engine's wild pointer would.
pub fn segfault() {
    // SAFETY: an anonymous mapping is asked for, no memory of ours is touched. Writing to a page that may not be
    // written is what this function is for: the kernel answers it with SIGSEGV.
    unsafe {
        let page = libc::mmap(null_mut(), 4096, libc::PROT_NONE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1, 0);
        page.cast::<u8>().write_volatile(1);
    }
}

/// Closes standard output under everybody's feet.
pub fn close_stdout() {
    // SAFETY: close takes a number and touches no memory. Nothing writes to standard output afterwards.
    unsafe {
        libc::close(libc::STDOUT_FILENO);
    }
}
