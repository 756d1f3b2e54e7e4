//! The peak of a tree's proportional set, by sampling: there is no high-water mark of it in the kernel.

use crate::memory::pss_bytes_of;
use crate::process::Tree;
use crate::root::Root;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What a [`PssSampler`] saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PssPeak {
    /// The largest sum in bytes; `None` where no sample succeeded.
    pub peak_bytes: Option<u64>,
    /// How many samples succeeded: a peak between two samples was not seen, so a peak of few samples is a lower bound.
    pub samples: u64,
}

/// A thread that reads the proportional set of a process and its descendants at an interval and keeps the largest.
///
/// Each sample holds up the processes it reads for a moment ([`crate::memory::pss_bytes`]) and takes a processor:
/// sampling and timing one invocation at once spoils the time. It ends when stopped or dropped.
#[derive(Debug)]
pub struct PssSampler {
    /// Dropped to end the thread.
    ending: Option<Sender<()>>,
    thread: Option<JoinHandle<PssPeak>>,
}

impl PssSampler {
    /// Starts to sample the tree of `pid`, at once and then every `interval`; at most half of the time is spent
    /// sampling, however short the interval. Where the system gives no thread there are no samples.
    pub fn start(pid: u32, interval: Duration) -> Self {
        Self::start_in(Root::live(), pid, interval)
    }

    fn start_in(root: Root, pid: u32, interval: Duration) -> Self {
        let (ending, ended) = channel();
        let thread = std::thread::Builder::new()
            .name("kymo-pss".to_owned())
            .spawn(move || sample(&root, pid, interval, &ended))
            .ok();
        Self { ending: Some(ending), thread }
    }

    /// Takes a last sample, ends and says what was seen.
    pub fn stop(mut self) -> PssPeak {
        self.end().unwrap_or(PssPeak { peak_bytes: None, samples: 0 })
    }

    fn end(&mut self) -> Option<PssPeak> {
        self.ending.take();
        self.thread.take()?.join().ok()
    }
}

impl Drop for PssSampler {
    fn drop(&mut self) {
        self.end();
    }
}

fn sample(root: &Root, pid: u32, interval: Duration, ended: &Receiver<()>) -> PssPeak {
    let mut tree = Tree::new(root.clone(), pid);
    let mut seen = PssPeak { peak_bytes: None, samples: 0 };
    loop {
        let before = Instant::now();
        if let Some(bytes) = pss_bytes_of(root, &mut tree) {
            seen.samples += 1;
            seen.peak_bytes = seen.peak_bytes.max(Some(bytes));
        }
        let pause = interval.max(before.elapsed());
        if !matches!(ended.recv_timeout(pause), Err(RecvTimeoutError::Timeout)) {
            break;
        }
    }
    if let Some(bytes) = pss_bytes_of(root, &mut tree) {
        seen.samples += 1;
        seen.peak_bytes = seen.peak_bytes.max(Some(bytes));
    }
    seen
}
