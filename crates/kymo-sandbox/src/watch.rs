//! From the start of a command to its end: what it writes, what it uses up, how it ended.

use crate::cgroup::Counted;
use crate::inside::Inside;
use crate::run::Held;
use crate::spec::{Ended, How, Output, SandboxError, Stream, Usage};
use kymo_model::watch::Limits;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How often the word to stop and the disks are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Read at once from a stream.
const PIECE_BYTES: usize = 64 << 10;

/// Lets the command run, and sees to its end.
pub(crate) fn to_the_end(
    held: Held,
    limits: &Limits,
    output: Output,
    stop: &AtomicBool,
) -> Result<Ended, SandboxError> {
    let Held { child, group, mut inside, hold, status: _status } = held;
    let mut child = Ending(child);
    let exit = Pid::from_raw(child.0.id().cast_signed())
        .and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok())
        .ok_or_else(|| SandboxError::Setup("the sandbox's process cannot be waited for".into()))?;
    let mut streams = Streams::of(&mut child.0, limits.output.get(), output);
    let start = Instant::now();
    let deadline = Duration::try_from_secs_f64(limits.wall_time.get()).ok();
    drop(hold);
    let cut = loop {
        let left = deadline.map_or(LOOK_EVERY, |deadline| deadline.saturating_sub(start.elapsed()).min(LOOK_EVERY));
        let has_exited = streams.wait(&exit, left)?;
        if streams.is_over_limit() {
            break Some(How::TooMuchOutput);
        }
        inside.is_full();
        if has_exited {
            break None;
        }
        if stop.load(Ordering::Relaxed) {
            break Some(How::Stopped);
        }
        if deadline.is_some_and(|deadline| start.elapsed() >= deadline) {
            break Some(How::TimedOut);
        }
    };
    let wall = start.elapsed();
    if cut.is_some() {
        let _ = child.0.kill();
    }
    group.kill_all()?;
    let code = child.0.wait().ok().and_then(|status| status.code());
    // All who could write are gone, so this ends.
    streams.drain()?;
    let cut = cut.or_else(|| streams.is_over_limit().then_some(How::TooMuchOutput));
    let counted = group.counted();
    let how = verdict(cut, code, &counted, &mut inside);
    let usage = Usage {
        wall_s: wall.as_secs_f64(),
        cpu_s: counted.cpu_s,
        peak_memory_bytes: counted.peak_memory_bytes,
        output_bytes: streams.seen,
    };
    Ok(Ended { how, usage })
}

/// A kill by the kernel counts whatever the first process made of it, as one group of processes ends as one. Other
/// limits count only for a command that failed: one that does without is well.
fn verdict(cut: Option<How>, code: Option<i32>, counted: &Counted, inside: &mut Inside) -> How {
    const SIGNALS: std::ops::RangeInclusive<i32> = 129..=192;
    match (cut, code) {
        (Some(cut), _) => cut,
        (None, _) if counted.oom_kills > 0 => How::OutOfMemory,
        (None, Some(0)) => How::Exited(0),
        (None, _) if counted.processes_refused > 0 => How::TooManyProcesses,
        (None, _) if inside.is_full() => How::DiskFull,
        (None, Some(code)) if SIGNALS.contains(&code) => How::Signalled(code - 128),
        (None, Some(code)) => How::Exited(code),
        // Bubblewrap itself was killed, by somebody of the machine.
        (None, None) => How::Signalled(libc::SIGKILL),
    }
}

/// A process that does not outlive its handle.
struct Ending(Child);

impl Drop for Ending {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The two streams of a command, and the limit on both.
struct Streams<'a> {
    open: Vec<(Stream, File)>,
    seen: u64,
    limit: u64,
    output: Output<'a>,
    piece: Vec<u8>,
}

impl<'a> Streams<'a> {
    fn of(child: &mut Child, limit: u64, output: Output<'a>) -> Self {
        let out = child.stdout.take().map(|stream| (Stream::Output, File::from(OwnedFd::from(stream))));
        let error = child.stderr.take().map(|stream| (Stream::Error, File::from(OwnedFd::from(stream))));
        Self { open: out.into_iter().chain(error).collect(), seen: 0, limit, output, piece: vec![0; PIECE_BYTES] }
    }

    fn is_over_limit(&self) -> bool {
        self.seen > self.limit
    }

    /// Waits for output, at most so long, and passes it on. Whether the process has exited.
    fn wait(&mut self, exit: &OwnedFd, at_most: Duration) -> Result<bool, SandboxError> {
        let mut watched = vec![PollFd::new(exit, PollFlags::IN)];
        watched.extend(self.open.iter().map(|(_, file)| PollFd::new(file, PollFlags::IN)));
        let timeout = Timespec { tv_sec: 0, tv_nsec: i64::from(at_most.subsec_nanos()) };
        match poll(&mut watched, Some(&timeout)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(SandboxError::Setup(format!("the command's output cannot be read: {error}"))),
        }
        let ready: Vec<bool> = watched.iter().map(|one| !one.revents().is_empty()).collect();
        for at in (0..self.open.len()).rev().filter(|at| ready[at + 1]) {
            self.read(at);
        }
        Ok(ready[0])
    }

    /// Passes on what there is, as far as the limit goes; forgets a stream that has ended.
    fn read(&mut self, at: usize) {
        let (stream, file) = &mut self.open[at];
        match file.read(&mut self.piece) {
            Ok(0) | Err(_) => {
                self.open.remove(at);
            }
            Ok(count) => {
                let room = usize::try_from(self.limit.saturating_sub(self.seen)).unwrap_or(usize::MAX);
                if room > 0 {
                    (self.output)(*stream, &self.piece[..count.min(room)]);
                }
                self.seen += count as u64;
            }
        }
    }

    /// Reads to the end of both.
    fn drain(&mut self) -> Result<(), SandboxError> {
        while let Some(at) = self.open.len().checked_sub(1) {
            self.read(at);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ended_a_command_comes_before_what_it_made_of_it() {
        let mut inside = Inside::empty();
        let nothing = Counted::default();
        let killed = Counted { oom_kills: 1, processes_refused: 5, ..nothing };
        let refused = Counted { processes_refused: 5, ..nothing };
        let mut said = |cut, code, counted: &Counted| verdict(cut, code, counted, &mut inside);
        assert_eq!(said(Some(How::TimedOut), Some(137), &killed), How::TimedOut);
        assert_eq!(said(None, Some(0), &killed), How::OutOfMemory);
        assert_eq!(said(None, Some(0), &refused), How::Exited(0));
        assert_eq!(said(None, Some(1), &refused), How::TooManyProcesses);
        assert_eq!(said(None, Some(139), &nothing), How::Signalled(11));
        assert_eq!(said(None, Some(255), &nothing), How::Exited(255));
        assert_eq!(said(None, None, &nothing), How::Signalled(9));
    }
}
