//! Limits of this process: the only unsafe code of the tests.

/// Limits the size of the files that this process writes, or lifts the limit; a write beyond it fails instead of
/// ending the process.
pub fn file_size(bytes: Option<u64>) {
    // SAFETY: plain calls into the C library; the structure outlives the calls that fill and read it, and ignoring
    // a signal installs no handler.
    unsafe {
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
        let mut limit = std::mem::zeroed::<libc::rlimit>();
        assert_eq!(libc::getrlimit(libc::RLIMIT_FSIZE, &mut limit), 0);
        limit.rlim_cur = bytes.map_or(limit.rlim_max, |bytes| bytes as libc::rlim_t);
        assert_eq!(libc::setrlimit(libc::RLIMIT_FSIZE, &limit), 0);
    }
}
