//! Hardware counters of this thread and of the threads it starts later, through perf events.
//!
//! A counter is *pinned*: it is on the processor's counting unit whenever the thread runs, or it fails. A counter
//! that shares the unit by turns gives an extrapolation, and an extrapolation is no reading.

use kymo_model::Metric;

/// What a counter gave at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Count {
    /// Events so far.
    pub value: u64,
    /// Nanoseconds for which the counter was to count.
    pub enabled_ns: u64,
    /// Nanoseconds for which it did.
    pub running_ns: u64,
}

/// Why the metric's counter cannot be opened on this machine, or `None` where it can.
pub(crate) fn absence(metric: Metric) -> Option<String> {
    Counter::open(metric).err()
}

pub(crate) use platform::Counter;

#[cfg(target_os = "linux")]
mod platform {
    use super::Count;
    use kymo_model::Metric;
    use perf_event::Builder;
    use perf_event::events::Hardware;
    use std::fs::File;
    use std::io::Read;
    use std::os::fd::{FromRawFd, IntoRawFd};

    /// An open counter, always on; what counts is the difference of two readings.
    pub(crate) struct Counter {
        /// The event's descriptor. The crate's own type wants `&mut` to read; a region is shared between threads.
        file: File,
    }

    impl Counter {
        /// Opens the counter of `metric` for the calling thread; the error is a reason in one line.
        pub(crate) fn open(metric: Metric) -> Result<Self, String> {
            let event = match metric {
                Metric::Cycles => Hardware::CPU_CYCLES,
                Metric::Instructions => Hardware::INSTRUCTIONS,
                other => return Err(format!("{other} is not read from a hardware counter")),
            };
            Self::build(Builder::new(event).pinned(true)).map_err(|error| super::reason(&error))
        }

        /// Opens an event in user space, inherited by threads that start later, but not by child processes.
        pub(super) fn build(builder: &mut Builder<'_>) -> std::io::Result<Self> {
            builder.enabled(true).exclude_kernel(true).exclude_hv(true).inherit(true).inherit_thread(true);
            // Kernels before 5.13 know no `inherit_thread`: there child processes are counted, too.
            let counter = builder.build().or_else(|error| match error.raw_os_error() {
                Some(libc::EINVAL) | None => builder.inherit_thread(false).build(),
                Some(_) => Err(error),
            })?;
            // SAFETY: the descriptor was just given up by its only owner.
            Ok(Self { file: unsafe { File::from_raw_fd(counter.into_raw_fd()) } })
        }

        /// The present reading; `None` where the kernel could not keep the counter on the processor.
        pub(crate) fn read(&self) -> Option<Count> {
            let mut bytes = [0u8; 24];
            // A pinned event that lost its place reads as end of file.
            let length = (&self.file).read(&mut bytes).ok()?;
            let (words, _) = bytes.as_chunks::<8>();
            let [value, enabled_ns, running_ns] = words else {
                return None;
            };
            (length == bytes.len()).then(|| Count {
                value: u64::from_ne_bytes(*value),
                enabled_ns: u64::from_ne_bytes(*enabled_ns),
                running_ns: u64::from_ne_bytes(*running_ns),
            })
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod platform {
    use super::Count;
    use kymo_model::Metric;

    /// A counter that cannot be opened on this system.
    pub(crate) struct Counter;

    impl Counter {
        /// Always the reason why not.
        pub(crate) fn open(_: Metric) -> Result<Self, String> {
            Err("hardware counters are read on Linux only".to_owned())
        }

        /// Never a reading.
        pub(crate) fn read(&self) -> Option<Count> {
            None
        }
    }
}

/// The reason, in one line, why a counter could not be opened.
#[cfg(target_os = "linux")]
fn reason(error: &std::io::Error) -> String {
    let (finding, code) = match error.raw_os_error() {
        // Virtual machines without a counting unit say ENOENT, some drivers EOPNOTSUPP or ENODEV: all mean absent.
        Some(libc::ENOENT) => ("no hardware counter on this machine", "ENOENT"),
        Some(libc::EOPNOTSUPP) => ("no hardware counter on this machine", "EOPNOTSUPP"),
        Some(libc::ENODEV) => ("no hardware counter on this machine", "ENODEV"),
        Some(libc::EACCES) => ("hardware counters are not permitted: see kernel.perf_event_paranoid", "EACCES"),
        // Containers refuse the call by seccomp with EPERM, the kernel by its own policy with EACCES.
        Some(libc::EPERM) => ("hardware counters are not permitted here, perhaps by the container", "EPERM"),
        Some(libc::ENOSYS) => ("this kernel is built without performance events", "ENOSYS"),
        Some(libc::EMFILE) => ("too many open files to open a hardware counter", "EMFILE"),
        _ => return format!("the hardware counter cannot be opened: {error}"),
    };
    format!("{finding} ({code})")
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use perf_event::Builder;
    use perf_event::events::Software;

    #[test]
    fn an_absent_counter_gives_one_line() {
        for code in [libc::ENOENT, libc::EOPNOTSUPP, libc::EACCES, libc::EPERM, libc::ENOSYS, libc::EIO] {
            let text = reason(&std::io::Error::from_raw_os_error(code));
            assert!(!text.is_empty() && !text.contains('\n'), "{text}");
        }
        for metric in [Metric::Cycles, Metric::Instructions] {
            match Counter::open(metric) {
                Err(text) => assert!(!text.is_empty() && !text.contains('\n'), "{text}"),
                Ok(counter) => assert!(counter.read().is_some()),
            }
        }
    }

    #[test]
    fn a_counter_that_is_none_is_refused() {
        assert!(Counter::open(Metric::WallTime).is_err());
    }

    /// Software events go the same way as hardware ones and exist in virtual machines, too.
    #[test]
    fn counts_this_thread_and_the_threads_it_starts() {
        let Ok(counter) = Counter::build(&mut Builder::new(Software::PAGE_FAULTS)) else {
            return;
        };
        let before = counter.read().unwrap();
        std::thread::spawn(|| std::hint::black_box(touch_pages(256))).join().unwrap();
        let after = counter.read().unwrap();
        assert!(after.value >= before.value + 256, "{before:?} {after:?}");
        assert!(after.enabled_ns >= before.enabled_ns && after.running_ns <= after.enabled_ns);
    }

    fn touch_pages(count: usize) -> u8 {
        // Steps of a small page; a memory this small is given out in small pages.
        let mut memory = vec![0u8; count * 4096];
        memory.iter_mut().step_by(4096).for_each(|byte| *byte = 1);
        memory[4096]
    }
}
