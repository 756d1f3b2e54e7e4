//! From the way a conversation went to an outcome, and the checks that every answer must pass.

use super::conversation::{Break, Conversation, Excess};
use super::invoke::{Limits, Order};
use super::process::End;
use super::sys::signal_name;
use crate::protocol::{Measured, WireSamples, readable_limit};
use kymo_model::{Outcome, Samples, Value};
use std::io;
use std::os::unix::process::ExitStatusExt;

/// How the message of a worker that panicked begins.
const PANICKED: &str = "the worker panicked";

/// The exit code of a Rust program that panicked (`std::process::ExitCode` has no name for it).
const PANIC_EXIT_CODE: i32 = 101;

/// What a panic's message holds, whatever the program.
const PANIC_MARK: &str = "panicked at";

/// What a program's last words hold that ends itself because it was refused memory: V8, Rust's and C++'s allocators.
const REFUSED_MEMORY: [&str; 3] = ["out of memory", "memory allocation of", "bad_alloc"];

/// The signals by which programs end themselves.
const BY_ITSELF: [&str; 3] = ["SIGABRT", "SIGTRAP", "SIGILL"];

/// Whether an outcome is that of a worker that panicked, and not of one that reported an error.
pub fn has_panicked(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Failed { message } if message.starts_with(PANICKED))
}

/// The outcome of a broken conversation: what broke it, and how the process ended.
pub struct Broken {
    outcome: Outcome,
}

impl Broken {
    /// The outcome.
    pub fn into_outcome(self) -> Outcome {
        self.outcome
    }

    /// The outcome in words, for messages outside a run.
    pub fn reason_text(&self) -> String {
        let (label, reason) = (self.outcome.label(), self.outcome.reason());
        if reason.is_empty() { label } else { reason.to_owned() }
    }
}

/// Judges a broken conversation whose process has ended as `end`.
pub fn broken(cause: &Break, end: &io::Result<End>, conversation: &Conversation) -> Broken {
    let errors = conversation.errors();
    let outcome = match cause {
        Break::Deadline => Outcome::TimedOut { message: "no answer in time".to_owned() },
        Break::Limit(Excess::Memory) => Outcome::OutOfMemory { message: "the memory limit was exceeded".to_owned() },
        Break::Limit(Excess::Output) => Outcome::Failed { message: "the output limit was exceeded".to_owned() },
        Break::Limit(Excess::Interrupted) => Outcome::Failed { message: "interrupted".to_owned() },
        Break::Garbage(what) => Outcome::Failed { message: with_errors(what, errors) },
        Break::Closed => ended_early(end, errors),
    };
    Broken { outcome }
}

/// Puts the limits' figures into the outcome.
pub fn with_limits(outcome: Outcome, cause: &Break, limits: &Limits) -> Outcome {
    match cause {
        Break::Deadline => Outcome::TimedOut { message: format!("ended after {}", readable_limit(limits.timeout)) },
        Break::Limit(Excess::Memory) => Outcome::OutOfMemory {
            message: format!("ended when it used more than {}", mebibytes(limits.memory_max.get())),
        },
        Break::Limit(Excess::Output) => Outcome::Failed {
            message: format!("ended when it had written more than {} of output", mebibytes(limits.output_max.get())),
        },
        _ => outcome,
    }
}

/// Says what the simulator has to do with an outcome.
///
/// Callgrind takes a jump to the start of a function, as its symbols have it, for a call, and keeps each call until it
/// returns: an interpreter whose handlers jump to each other makes millions of them a second.
pub fn simulated(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::OutOfMemory { message } => Outcome::OutOfMemory {
            message: format!(
                "{message} under callgrind, which keeps every call that does not return: a worker whose functions end in \
                 jumps to others has to be built without symbols (strip = \"symbols\")"
            ),
        },
        Outcome::TimedOut { message } => Outcome::TimedOut { message: format!("{message} under callgrind") },
        other => other,
    }
}

fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes >> 20)
}

fn ended_early(end: &io::Result<End>, errors: &str) -> Outcome {
    let status = match end {
        Ok(end) if end.killed => {
            let what = "the worker closed its output and did not exit";
            return Outcome::Failed { message: with_errors(what, errors) };
        }
        Ok(end) => end.status,
        Err(error) => {
            return Outcome::Failed { message: format!("cannot wait for the worker: {error}") };
        }
    };
    if let Some(signal) = status.signal() {
        let signal = signal_name(signal);
        return match last_words_of_memory(&signal, errors) {
            Some(message) => Outcome::OutOfMemory { message },
            None => Outcome::Crashed { signal, message: errors.to_owned() },
        };
    }
    let code = status.code().unwrap_or(-1);
    let what = if code == PANIC_EXIT_CODE && errors.contains(PANIC_MARK) {
        PANICKED.to_owned()
    } else {
        format!("the worker ended early with exit code {code}")
    };
    Outcome::Failed { message: with_errors(&what, errors) }
}

/// What a program said that ended itself for want of memory: that line first, then all that it wrote.
fn last_words_of_memory(signal: &str, errors: &str) -> Option<String> {
    let tells = |line: &&str| REFUSED_MEMORY.iter().any(|words| line.contains(words));
    let line = errors.lines().find(tells).filter(|_| BY_ITSELF.contains(&signal))?;
    Some(format!("the worker ended itself by {signal}: {}\n{errors}", line.trim()))
}

fn with_errors(what: &str, errors: &str) -> String {
    if errors.is_empty() { what.to_owned() } else { format!("{what}; it wrote: {errors}") }
}

/// Checks an answer's samples against what was asked, and turns them into the run's form.
///
/// # Errors
/// What is wrong with them, in a sentence: the samples of a worker that cannot be trusted in one are all dropped.
pub fn checked_samples(measured: &Measured, order: &Order) -> Result<Vec<Samples>, String> {
    let mut checked: Vec<Samples> = Vec::new();
    for wire in &measured.samples {
        checked.push(checked_one(wire, order)?);
        let again = measured.samples.iter().filter(|other| other.phase == wire.phase && other.metric == wire.metric);
        if again.count() > 1 {
            return Err(format!("samples of {} in {} came twice", wire.metric, wire.phase));
        }
    }
    for plan in &order.measure.phases {
        let wanted = (plan.warmup + plan.iterations) as usize;
        let of_phase = checked.iter().filter(|samples| samples.phase == plan.phase);
        if of_phase.clone().count() == 0 {
            return Err(format!("there are no samples of the phase {}", plan.phase));
        }
        for samples in of_phase {
            if samples.values.len() != wanted {
                let (metric, phase, count) = (samples.metric, samples.phase, samples.values.len());
                return Err(format!("{count} samples of {metric} in {phase} came, {wanted} were asked for"));
            }
        }
    }
    Ok(checked)
}

fn checked_one(wire: &WireSamples, order: &Order) -> Result<Samples, String> {
    let (metric, phase) = (wire.metric, wire.phase);
    if !order.measure.phases.iter().any(|plan| plan.phase == phase) || !order.measure.metrics.contains(&metric) {
        return Err(format!("samples of {metric} in {phase} came, which were not asked for"));
    }
    if wire.unit != metric.unit().symbol() {
        let (theirs, ours) = (&wire.unit, metric.unit().symbol());
        return Err(format!("samples of {metric} came in the unit '{theirs}', its unit is '{ours}'"));
    }
    let mut values = Vec::with_capacity(wire.values.len());
    for value in &wire.values {
        match value.map(Value::new) {
            Some(value) if value.is_plausible() => values.push(value),
            Some(value) => return Err(format!("{} is no sample of {metric}", value.get())),
            None => return Err(format!("a sample of {metric} in {phase} is no number")),
        }
    }
    let plan = order.measure.phases.iter().find(|plan| plan.phase == phase);
    Ok(Samples { phase, metric, warmup: plan.map_or(0, |plan| plan.warmup), values })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_that_ends_itself_for_want_of_memory_did_not_crash() {
        let words = "a note\nFATAL ERROR: Stack Allocation failed - process out of memory\n 1: 0xaa [node]\n";
        let told = last_words_of_memory("SIGTRAP", words).unwrap();
        let first = "the worker ended itself by SIGTRAP: FATAL ERROR: Stack Allocation failed - process out of memory";
        assert_eq!(told, format!("{first}\n{words}"));
        assert!(last_words_of_memory("SIGABRT", "memory allocation of 32 bytes failed").is_some());
        // That is an access to memory that is not there, whatever was said before.
        assert_eq!(last_words_of_memory("SIGSEGV", words), None);
        assert_eq!(last_words_of_memory("SIGABRT", "an assertion failed"), None);
    }
}
