//! Buffers that the kernel fills as bytes come, of which it takes whichever is free.

use io_uring::types::BufRingEntry;
use std::io;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU16, Ordering};

/// Buffers of a thread: a power of two. As many answers can wait to be looked at before the kernel runs out of them.
const COUNT: u16 = 512;

/// Size of one, in bytes.
const SIZE: usize = 4096;

/// The group's number; a ring has no other.
pub(super) const GROUP: u16 = 0;

/// Bytes of the list that kernel and program share, and of the buffers that follow it.
const LIST_BYTES: usize = COUNT as usize * size_of::<BufRingEntry>();
const BYTES: usize = LIST_BYTES + COUNT as usize * SIZE;

/// Memory of the list and of its buffers.
pub(super) struct Buffers {
    base: NonNull<u8>,
    /// Buffers given so far, modulo 2^16.
    given: u16,
}

// SAFETY: the mapping is this value's own, and belongs to no thread.
unsafe impl Send for Buffers {}

impl Buffers {
    /// Memory with all buffers in the list.
    pub(super) fn new() -> io::Result<Self> {
        let (read_write, private) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        // SAFETY: a new mapping at an address of the kernel's choice touches nothing that is there.
        let base = unsafe { libc::mmap(std::ptr::null_mut(), BYTES, read_write, private, -1, 0) };
        if base == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let base = NonNull::new(base.cast::<u8>()).ok_or_else(|| io::Error::other("a mapping at address 0"))?;
        let mut buffers = Self { base, given: 0 };
        for number in 0..COUNT {
            buffers.give(number);
        }
        Ok(buffers)
    }

    /// Where the list lies, at the beginning of a page, and how many entries it has: what a ring is told of it.
    pub(super) fn list(&self) -> (u64, u16) {
        (self.base.as_ptr() as u64, COUNT)
    }

    /// Copies the first `count` bytes of a buffer, and gives it to the kernel again; how many bytes that are.
    pub(super) fn take(&mut self, number: u16, count: usize, into: &mut [u8]) -> usize {
        let number = number % COUNT;
        let count = count.min(SIZE).min(into.len());
        // SAFETY: the buffer's SIZE bytes lie within the mapping; it is this program's from its completion on until it is
        // given back, so nobody writes to it.
        let bytes = unsafe { std::slice::from_raw_parts(self.buffer(number), count) };
        into[..count].copy_from_slice(bytes);
        self.give(number);
        count
    }

    fn buffer(&self, number: u16) -> *mut u8 {
        // SAFETY: `number` is below COUNT, so that the place is within the mapping.
        unsafe { self.base.as_ptr().add(LIST_BYTES + usize::from(number) * SIZE) }
    }

    /// Appends a buffer to the list, which is as long as there are buffers and so never full.
    fn give(&mut self, number: u16) {
        let list = self.base.as_ptr().cast::<BufRingEntry>();
        // SAFETY: the place is below COUNT and thus in the list; the kernel reads it only once the tail, below, says that it
        // is there. Entries of zeros, as the mapping was made, are valid ones.
        let entry = unsafe { &mut *list.add(usize::from(self.given % COUNT)) };
        entry.set_addr(self.buffer(number) as u64);
        entry.set_len(SIZE as u32);
        entry.set_bid(number);
        self.given = self.given.wrapping_add(1);
        // SAFETY: the list's first entry holds the tail, aligned, which the kernel reads and nobody else writes.
        let tail = unsafe { AtomicU16::from_ptr(BufRingEntry::tail(list).cast_mut()) };
        tail.store(self.given, Ordering::Release);
    }
}

impl Drop for Buffers {
    fn drop(&mut self) {
        // SAFETY: the mapping is this value's own, BYTES long, and nothing points into it any more.
        unsafe { libc::munmap(self.base.as_ptr().cast(), BYTES) };
    }
}
