//! Counting instructions with valgrind's callgrind, which simulates the processor that this program runs on.
//!
//! The program asks the simulator to count and to write down what it counted by *client requests*: instruction
//! sequences that do nothing on a real processor and that valgrind knows. Sequences and numbers: `valgrind.h` and
//! `callgrind.h` of valgrind 3.19, unchanged since 3.2 on these architectures.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

/// The environment variable with the path that valgrind's option `--callgrind-out-file` was given.
pub const OUT_FILE: &str = "KYMO_CALLGRIND_OUT";

/// The options of callgrind that [`Simulator`] relies on, without its `--callgrind-out-file`.
pub const OPTIONS: [&str; 4] = ["--tool=callgrind", "--instr-atstart=no", "--dump-line=no", "--quiet"];

const RUNNING_ON_VALGRIND: usize = 0x1001;
const CALLGRIND: usize = (b'C' as usize) << 24 | (b'T' as usize) << 16;
const DUMP_STATS: usize = CALLGRIND;
const ZERO_STATS: usize = CALLGRIND + 1;
const START_INSTRUMENTATION: usize = CALLGRIND + 4;
const STOP_INSTRUMENTATION: usize = CALLGRIND + 5;

/// The simulator under which this process runs.
pub struct Simulator {
    out_file: PathBuf,
    /// Number of the last dump: callgrind numbers its files from 1.
    dumps: AtomicU32,
}

impl Simulator {
    /// The simulator, or why there is none.
    ///
    /// # Errors
    /// A phrase: this process does not run under callgrind.
    pub fn find() -> Result<Self, String> {
        let out_file = std::env::var_os(OUT_FILE).map(PathBuf::from);
        match out_file {
            Some(out_file) if request(RUNNING_ON_VALGRIND) > 0 => Ok(Self { out_file, dumps: AtomicU32::new(0) }),
            _ => Err("the engine does not run under valgrind here".to_owned()),
        }
    }

    /// Counts from here on, in every thread.
    #[inline]
    pub fn start(&self) {
        // What was counted in regions that nobody took is not this one's.
        request(ZERO_STATS);
        request(START_INSTRUMENTATION);
    }

    /// Counts no more.
    #[inline]
    pub fn stop(&self) {
        request(STOP_INSTRUMENTATION);
    }

    /// Instructions counted since the last call, all threads together.
    ///
    /// # Errors
    /// A phrase: callgrind wrote no file, or one that says nothing.
    pub fn take(&self) -> Result<u64, &'static str> {
        request(DUMP_STATS);
        let number = self.dumps.fetch_add(1, Ordering::Relaxed) + 1;
        let mut name = self.out_file.clone().into_os_string();
        name.push(format!(".{number}"));
        let text = std::fs::read_to_string(&name).map_err(|_| "callgrind wrote down nothing")?;
        // One file an iteration would fill the folder; that it could not be removed changes no figure.
        let _ = std::fs::remove_file(&name);
        instructions(&text).ok_or("callgrind wrote down no sum")
    }
}

/// The sum in a callgrind profile: its line `totals:` or, in older versions, `summary:`.
fn instructions(profile: &str) -> Option<u64> {
    let value = |key: &str| profile.lines().rev().find_map(|line| line.strip_prefix(key))?.trim().parse().ok();
    value("totals:").or_else(|| value("summary:"))
}

/// Makes a client request without arguments; 0 on a real processor, and where requests are not known to us.
#[cfg(target_arch = "x86_64")]
#[inline]
fn request(code: usize) -> usize {
    let arguments = [code, 0, 0, 0, 0, 0];
    let result: usize;
    // SAFETY: the rotations add up to 128 bits and leave rdi as it was, and the exchange of rbx with itself does
    // nothing. Valgrind reads the six words at rax and writes rdx, which is declared.
    unsafe {
        std::arch::asm!(
            "rol rdi, 3", "rol rdi, 13", "rol rdi, 61", "rol rdi, 51", "xchg rbx, rbx",
            in("rax") arguments.as_ptr(), inout("rdx") 0usize => result, inout("rdi") 0usize => _,
        );
    }
    result
}

/// Makes a client request without arguments; 0 on a real processor, and where requests are not known to us.
#[cfg(target_arch = "aarch64")]
#[inline]
fn request(code: usize) -> usize {
    let arguments = [code, 0, 0, 0, 0, 0];
    let result: usize;
    // SAFETY: the rotations add up to 128 bits and leave x12 as it was, and the `orr` of x10 with itself does nothing.
    // Valgrind reads the six words at x4 and writes x3, which is declared.
    unsafe {
        std::arch::asm!(
            "ror x12, x12, #3", "ror x12, x12, #13", "ror x12, x12, #51", "ror x12, x12, #61", "orr x10, x10, x10",
            in("x4") arguments.as_ptr(), inout("x3") 0usize => result, inout("x12") 0usize => _,
        );
    }
    result
}

/// Makes a client request: there is none for this architecture.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn request(_: usize) -> usize {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_processor_is_no_simulator() {
        assert_eq!(request(RUNNING_ON_VALGRIND), 0);
        assert!(Simulator::find().is_err());
    }

    #[test]
    fn the_sum_of_a_profile_is_found() {
        assert_eq!(
            instructions("# callgrind format\nevents: Ir\nsummary: 7\n\nfn=main\n0 7\n\ntotals: 41\n"),
            Some(41)
        );
        assert_eq!(instructions("events: Ir\nsummary: 7\n"), Some(7));
        assert_eq!(instructions("events: Ir\n"), None);
    }
}
