//! The agent's day: it looks at the machine, asks for a job, carries it out, and asks again.

use crate::backoff::Backoff;
use crate::calibration::{self, Calibrated};
use crate::client::{Client, Trouble};
use crate::disk::{self, Space};
use crate::error::AgentError;
use crate::folder::{Folder, Found, JobFolder};
use crate::halt::wait;
use crate::hygiene::{self, Look};
use crate::job::{Carried, Work};
use crate::machine::Reporter;
use crate::options::AgentOptions;
use crate::programs;
use crate::record::{JobRecord, VERSION};
use crate::tuning::Tuning;
use kymo_measure::clock::{Clock, SystemClock};
use kymo_model::Seconds;
use kymo_model::watch::{Granted, JobEnd, LeaseRequest, Step};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

/// How often a machine that is paused is looked at again.
const PAUSED: Duration = Duration::from_secs(20);

/// Runs the agent until it is told to end.
///
/// # Errors
/// What it was told is wrong, another agent works in its folder, or the server does not know it.
pub fn run(options: &AgentOptions) -> Result<(), AgentError> {
    // Users of jobs read what is written here for them, whatever mask the agent was started with; what is nobody's but the
    // agent's gets its mode by name.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
    let server = &options.server;
    let client = Client::new(server, &options.token, &options.version, options.insecure_http)?;
    let folder = Folder::take(&options.folder)?;
    if let Some(wrong) = hygiene::unknown_name(&options.settings.hygiene.require) {
        return Err(AgentError::usage(wrong));
    }
    programs::install(&options.programs, &folder).map_err(AgentError::failure)?;
    kymo_sandbox::sweep();
    kymo_sandbox::environment::sweep(&folder.join("environments"));
    let hygiene = &options.settings.hygiene;
    let (_tuning, untuned) = Tuning::apply(hygiene, Path::new("/"), &folder.join("tuning.json"));
    // After that: the governor and the boost are parts of the fingerprint.
    let reporter = Reporter::new(options.version.clone(), folder.path().to_owned(), Calibrated::last(&folder));
    (options.say)(&format!(
        "agent of {} (fingerprint {}), asks {server}, keeps its state in {}",
        reporter.machine().name,
        reporter.machine().fingerprint,
        folder.path().display()
    ));
    let retry = Backoff::new(options.settings.server.retry_max.to_duration());
    Agent { options, client, folder, reporter, untuned, retry, paused: Vec::new(), broken: None }.work()
}

struct Agent<'a> {
    options: &'a AgentOptions,
    client: Client,
    folder: Folder,
    reporter: Reporter,
    /// What of the machine could not be set as agent.toml asks.
    untuned: Vec<String>,
    retry: Backoff,
    /// Why no jobs are taken, as it was said last.
    paused: Vec<String>,
    /// Why the last job was let go, which holds until the machine was looked at again.
    broken: Option<String>,
}

impl Agent<'_> {
    fn work(&mut self) -> Result<(), AgentError> {
        let stop = &self.options.stop;
        while !stop.load(Ordering::SeqCst) {
            let (found, unreadable) = self.folder.jobs();
            let in_use: Vec<PathBuf> = found.iter().filter_map(|one| one.record.environment_root.clone()).collect();
            let look = self.look(&in_use);
            for problem in unreadable {
                self.say(&format!("a job was found that cannot be read: {problem}; it is set aside"));
            }
            let is_paused = !self.paused.is_empty();
            let done = match found.into_iter().next() {
                // What is measured goes to the server whatever the machine is like.
                Some(found) if !is_paused || found.record.end.is_some() => self.go_on(found, &look)?,
                _ => self.ask(is_paused, &look)?,
            };
            if self.options.once && done {
                break;
            }
        }
        self.say("ends; what it has in hand goes on when it starts again");
        Ok(())
    }

    fn say(&self, text: &str) {
        (self.options.say)(text);
    }

    /// Looks at the machine, and says when it pauses and why.
    fn look(&mut self, in_use: &[PathBuf]) -> Look {
        let settings = &self.options.settings;
        let look = hygiene::look(&settings.hygiene.require);
        let mut because = self.untuned.clone();
        because.extend(look.failing.iter().cloned());
        let lacks = kymo_sandbox::check().into_iter().filter(|finding| finding.is_needed);
        because.extend(lacks.map(|finding| format!("{}: {}", finding.message, finding.remedy)));
        disk::clean(self.folder.path(), &settings.disk, in_use, SystemTime::now());
        if let Some(space) = Space::at(self.folder.path()).filter(|space| space.free < settings.disk.low) {
            let (free, low) = (space.free.get() >> 20, settings.disk.low.get() >> 20);
            because.push(format!("low disk: {free} MiB are free in {}, {low} must be", self.folder.path().display()));
        }
        because.extend(self.broken.take());
        if because != self.paused {
            match because.is_empty() {
                true => self.say("takes jobs again"),
                false => because.iter().for_each(|reason| self.say(&format!("takes no jobs: {reason}"))),
            }
            self.paused.clone_from(&because);
        }
        self.reporter.pause(because);
        look
    }

    /// Asks for a job, and carries it out; whether the agent that is to take one job is done.
    fn ask(&mut self, is_paused: bool, look: &Look) -> Result<bool, AgentError> {
        let wait_s = if is_paused || self.options.once { 0 } else { self.options.settings.server.wait_s };
        let request = LeaseRequest { report: self.reporter.report(), wait_s, resume: None };
        match self.client.lease(&request) {
            Ok(Some(granted)) if is_paused => {
                // A paused machine is given none; should it be, the lease expires.
                self.say(&format!("job {} was given to a machine that is paused; it is let go", granted.order.job));
                wait(&self.options.stop, PAUSED);
            }
            Ok(Some(granted)) => {
                self.retry.reset();
                (self.options.at)("lease.granted");
                return self.begin(granted, look).map(|()| true);
            }
            Ok(None) => {
                self.retry.reset();
                if is_paused {
                    wait(&self.options.stop, PAUSED);
                } else {
                    self.calibrate();
                }
            }
            Err(trouble) => {
                self.trouble(trouble)?;
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Waits after a request that did not do; an agent that the server does not know ends.
    fn trouble(&mut self, trouble: Trouble) -> Result<(), AgentError> {
        let pause = match trouble {
            Trouble::Unauthorised(why) => return Err(unauthorised(&why)),
            Trouble::Later(why, asked) => {
                self.say(&why);
                asked
                    .unwrap_or_default()
                    .min(self.options.settings.server.retry_max.to_duration())
                    .max(self.retry.pause())
            }
            Trouble::Conflict(why) => {
                self.say(&format!("{why} (for a while also after this one was restarted)"));
                self.retry.pause()
            }
            Trouble::Refused(why) => {
                self.say(&why);
                self.retry.pause()
            }
        };
        wait(&self.options.stop, pause);
        Ok(())
    }

    /// A new job.
    fn begin(&mut self, granted: Granted, look: &Look) -> Result<(), AgentError> {
        let Granted { lease, order, expires_in } = granted;
        self.say(&format!("job {}: {} at {}, {}", order.job, order.policy.project, order.commit.short(), order.tier));
        let record = JobRecord {
            version: VERSION,
            lease,
            order,
            step: Step::Fetch,
            losses: 0,
            log_base: None,
            commit: None,
            environment: None,
            regression: None,
            environment_root: None,
            measured: Vec::new(),
            end: None,
            taken_unix_s: SystemClock.unix_s(),
        };
        let folder = self.folder.begin(record.order.job);
        let folder = folder.and_then(|folder| record.save(&folder.record()).map(|()| folder));
        match folder {
            Ok(folder) => {
                (self.options.at)("job.saved");
                self.carry(folder, record, expires_in, false, look)
            }
            Err(error) => {
                self.broken = Some(format!("a job cannot be written down: {error}"));
                Ok(())
            }
        }
    }

    /// A job that an agent before this one had in hand, or that this one could not go on with.
    fn go_on(&mut self, found: Found, look: &Look) -> Result<bool, AgentError> {
        let Found { folder, mut record } = found;
        let job = record.order.job;
        let mut expires_in = Seconds::new(60.0);
        if record.end.is_none() || record.losses > 0 {
            let resume = Some((job, record.lease.clone()));
            let request = LeaseRequest { report: self.reporter.report(), wait_s: 0, resume };
            match self.client.lease(&request) {
                Ok(Some(granted)) if granted.order.job == job => {
                    self.say(&format!("job {job} goes on at {}", record.step));
                    (record.lease, record.order, expires_in) = (granted.lease, granted.order, granted.expires_in);
                    record
                        .save(&folder.record())
                        .map_err(|error| AgentError::failure(format!("job {job}: {error}")))?;
                    (self.options.at)("job.resumed");
                }
                Ok(Some(other)) => {
                    self.say(&format!("job {job} is not this machine's any more; it is dropped"));
                    self.folder.set_aside(&folder, "gone");
                    return self.begin(other, look).map(|()| true);
                }
                // It may be that the lease holds still: heartbeats and the report find out.
                Ok(None) => {}
                Err(Trouble::Unauthorised(why)) => return Err(unauthorised(&why)),
                // The server is away: what can be measured without it is.
                Err(trouble) => self.say(&format!("job {job} goes on at {}: {trouble}", record.step)),
            }
        }
        self.carry(folder, record, expires_in, true, look).map(|()| true)
    }

    fn carry(
        &mut self,
        folder: JobFolder,
        record: JobRecord,
        expires_in: Seconds,
        again: bool,
        look: &Look,
    ) -> Result<(), AgentError> {
        let job = record.order.job;
        let work = Work {
            options: self.options,
            client: &self.client,
            reporter: &self.reporter,
            state: &self.folder,
            folder: folder.clone(),
            record,
        };
        match work.carry(expires_in, again, look) {
            Carried::Over(end) => self.say(&format!("job {job}: {}", said(&end))),
            Carried::Gone(why) => {
                if let Some(other) = self.gone(&folder, &why) {
                    return self.begin(other, look);
                }
            }
            Carried::Later => {}
            Carried::Machine(why) => self.broken = Some(why),
            Carried::Unauthorised(why) => return Err(unauthorised(&why)),
        }
        Ok(())
    }

    /// The lease is gone. The job is asked for once more; if it is not given, others have it or it ended. The server may
    /// give another in its place.
    fn gone(&mut self, folder: &JobFolder, why: &str) -> Option<Granted> {
        let mut record = JobRecord::load(&folder.record()).ok()?;
        let job = record.order.job;
        let resume = Some((job, record.lease.clone()));
        let request = LeaseRequest { report: self.reporter.report(), wait_s: 0, resume };
        // Where the server does not answer, it is asked again with the next look at what is found.
        let granted = self.client.lease(&request).ok()?;
        match granted {
            Some(granted) if granted.order.job == job => {
                record.lease = granted.lease;
                if record.save(&folder.record()).is_ok() {
                    self.say(&format!("job {job} was given back"));
                }
                None
            }
            other => {
                self.say(&format!("job {job} is dropped: {why}"));
                self.folder.set_aside(folder, "gone");
                other
            }
        }
    }

    fn calibrate(&mut self) {
        let settings = &self.options.settings.calibration;
        let last = Calibrated::last(&self.folder);
        if !settings.enabled || !calibration::is_due(SystemClock.unix_s(), last.as_ref(), settings.hour) {
            return;
        }
        self.say("measures this machine against itself (A/A)");
        match calibration::calibrate(self.options, &self.folder, || SystemClock.unix_s()) {
            Ok(calibrated) => {
                self.say(&format!("noise floor: {:.1} %", f64::from(calibrated.floor_permille) / 10.0));
                self.reporter.calibrated(calibrated);
            }
            Err(why) => self.say(&format!("not calibrated: {why}")),
        }
    }
}

fn unauthorised(why: &str) -> AgentError {
    AgentError::failure(format!("{why}; make this machine a new token with kymo token add --machine NAME"))
}

/// How a job ended, in a line.
pub(crate) fn said(end: &JobEnd) -> String {
    match end {
        JobEnd::Measured => "measured".to_owned(),
        JobEnd::Failed { step, message } => format!("failed in {step}: {message}"),
        JobEnd::TimedOut { step } => format!("{step} took longer than its limit"),
        JobEnd::OutOfMemory { step } => format!("{step} needed more memory than its limit"),
        JobEnd::TooManyProcesses { step } => format!("{step} wanted more processes than its limit"),
        JobEnd::DiskFull { step } => format!("{step} filled its disk"),
        JobEnd::TooMuchOutput { step } => format!("{step} wrote more than it may"),
        JobEnd::Rejected { message } => format!("its results were rejected: {message}"),
        JobEnd::Lost => "lost with its agents".to_owned(),
        JobEnd::Cancelled => "called off".to_owned(),
    }
}
