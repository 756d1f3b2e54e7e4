//! Jobs and machines in words.

use crate::commands::measure::civil;
use crate::render::harmless::line as harmless;
use kymo_model::watch::{Estimate, Job, JobEnd, JobState, MachineState, Progress};

/// The state of a job, with how far it is or how it ended.
pub fn state(job: &Job) -> String {
    match (job.state, &job.progress, &job.end) {
        (JobState::Queued, ..) => match job.ahead {
            Some(0) => "next".to_owned(),
            Some(ahead) => format!("waits, {ahead} ahead"),
            None => "waits".to_owned(),
        },
        (JobState::Running, Some(progress), _) => running(progress),
        (JobState::Running, None, _) => "runs".to_owned(),
        (_, _, Some(end)) => ended(end),
        (JobState::Finished, _, None) => "finished".to_owned(),
        (JobState::Failed, _, None) => "failed".to_owned(),
        (JobState::Cancelled, _, None) => "called off".to_owned(),
    }
}

fn running(progress: &Progress) -> String {
    let share = progress.done.map(|done| format!(" {:.0} %", done.get() * 100.0)).unwrap_or_default();
    let text = if progress.text.is_empty() { String::new() } else { format!(": {}", harmless(&progress.text)) };
    format!("{}{share}{text}", progress.step)
}

/// How a job ended.
pub fn ended(end: &JobEnd) -> String {
    match end {
        JobEnd::Measured => "measured".to_owned(),
        JobEnd::Failed { step, message } => format!("{step} failed: {}", harmless(message)),
        JobEnd::TimedOut { step } => format!("{step} took too long"),
        JobEnd::OutOfMemory { step } => format!("{step} needed too much memory"),
        JobEnd::TooManyProcesses { step } => format!("{step} started too many processes"),
        JobEnd::DiskFull { step } => format!("{step} filled its disk"),
        JobEnd::TooMuchOutput { step } => format!("{step} wrote too much"),
        JobEnd::Rejected { message } => format!("results refused: {}", harmless(message)),
        JobEnd::Lost => "lost with its agents".to_owned(),
        JobEnd::Cancelled => "called off".to_owned(),
    }
}

/// When a job starts and how long it takes.
pub fn estimate(estimate: Option<&Estimate>) -> String {
    let Some(estimate) = estimate else { return String::new() };
    if estimate.from_jobs == 0 {
        return "not known yet".to_owned();
    }
    let off = estimate.off_by.map(|factor| format!(" (÷ or × {:.1})", factor.get())).unwrap_or_default();
    let takes = span(estimate.takes.get());
    match estimate.starts_in.get() {
        start if start > 0.0 => format!("in {}, takes {takes}{off}", span(start)),
        _ => format!("takes {takes}{off}"),
    }
}

/// A span of time as people say it.
pub fn span(seconds: f64) -> String {
    match seconds {
        s if s < 90.0 => format!("{s:.0} s"),
        s if s < 5400.0 => format!("{:.0} min", s / 60.0),
        s if s < 129_600.0 => format!("{:.1} h", s / 3600.0),
        s => format!("{:.1} d", s / 86_400.0),
    }
}

/// A moment, as tables show it.
pub fn moment(unix_s: u64) -> String {
    let (year, month, day) = civil(unix_s / 86_400);
    let (hour, minute) = (unix_s / 3600 % 24, unix_s / 60 % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}")
}

/// The state of a machine.
pub const fn machine(state: MachineState) -> &'static str {
    match state {
        MachineState::Idle => "idle",
        MachineState::Running => "running",
        MachineState::Paused => "paused",
        MachineState::Silent => "silent",
        MachineState::New => "new",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kymo_model::watch::Step;
    use kymo_model::{Ratio, Seconds};

    #[test]
    fn spans_and_moments_are_said_as_people_say_them() {
        let said = [5.0, 600.0, 7200.0, 864_000.0].map(span);
        assert_eq!(said, ["5 s", "10 min", "2.0 h", "10.0 d"]);
        assert_eq!(moment(1_795_345_200), "2026-11-22 11:00");
    }

    #[test]
    fn estimates_say_how_wrong_they_were() {
        let told = Estimate {
            starts_in: Seconds::new(120.0),
            takes: Seconds::new(60.0),
            off_by: Some(Ratio::new(1.5)),
            from_jobs: 20,
        };
        assert_eq!(estimate(Some(&told)), "in 2 min, takes 60 s (÷ or × 1.5)");
        assert_eq!(estimate(Some(&Estimate { from_jobs: 0, ..told })), "not known yet");
        assert_eq!(estimate(None), "");
    }

    #[test]
    fn what_a_job_says_cannot_harm_a_terminal() {
        let end = JobEnd::Failed { step: Step::Build, message: "\u{1b}[2Jx".to_owned() };
        assert!(!ended(&end).contains('\u{1b}'), "{}", ended(&end));
    }
}
