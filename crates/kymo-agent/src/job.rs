//! A job from its order to its report. What was reached is on disk before the next thing begins.

use crate::beat::{Beats, Shared, watch};
use crate::cell::{Cell, cannot};
use crate::client::Client;
use crate::disk::{self, Space};
use crate::environment;
use crate::folder::{Folder, JobFolder};
use crate::halt::Why;
use crate::hygiene::Look;
use crate::log::JobLog;
use crate::machine::Reporter;
use crate::options::AgentOptions;
use crate::record::{JobRecord, Measured};
use crate::steps::{Stopped, build, fetch, measure, prepare};
use kymo_model::watch::{EndRequest, JobEnd, ProjectFile, Step};
use kymo_model::{Bytes, Seconds};
use kymo_sandbox::{Root, Workspace};
use std::collections::BTreeMap;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

/// Results of one job at most, as the protocol has it.
const RESULTS_MAX: usize = 64;

/// What became of a job.
#[derive(Debug)]
pub(crate) enum Carried {
    /// The server has its end.
    Over(JobEnd),
    /// Somebody else has it, or it ended: it was dropped.
    Gone(String),
    /// The agent is to end; the job goes on when it starts again.
    Later,
    /// The machine cannot carry jobs out. The lease was left to expire, so that the job goes back to the queue.
    Machine(String),
    /// The server does not know the agent any more.
    Unauthorised(String),
}

/// A job in hand.
pub(crate) struct Work<'a> {
    pub(crate) options: &'a AgentOptions,
    pub(crate) client: &'a Client,
    pub(crate) reporter: &'a Reporter,
    pub(crate) state: &'a Folder,
    pub(crate) folder: JobFolder,
    pub(crate) record: JobRecord,
}

impl<'a> Work<'a> {
    /// Carries the job out from where it is. `again` says that an agent before this one had it.
    pub(crate) fn carry(mut self, expires_in: Seconds, again: bool, look: &Look) -> Carried {
        if self.record.end.is_some() {
            return self.reported();
        }
        let log = match JobLog::open(&self.folder.log()) {
            Ok(log) => log,
            Err(error) => return self.let_go(format!("{}: {error}", self.folder.log().display())),
        };
        let shared = Shared::new(log, self.record.step, self.record.log_base);
        if again {
            self.record.losses += 1;
            shared.log.say(&format!("the agent started again; the job goes on at {}", self.record.step));
        }
        for warning in &look.warnings {
            shared.log.say(&format!("machine: {warning}"));
        }
        let over = AtomicBool::new(false);
        let beats = Beats {
            client: self.client,
            reporter: self.reporter,
            shared: &shared,
            lease: self.record.lease.clone(),
            expires_in,
            retry_max: self.options.settings.server.retry_max.to_duration(),
        };
        std::thread::scope(|scope| {
            scope.spawn(|| beats.run(&over));
            scope.spawn(|| watch(&self.options.stop, &shared, &over));
            let carried = self.carried_out(&shared, again);
            over.store(true, Ordering::SeqCst);
            carried
        })
    }

    fn carried_out(&mut self, shared: &Shared, again: bool) -> Carried {
        let end = match self.steps(shared, again) {
            Ok(end) | Err(Stopped::End(end)) => end,
            Err(Stopped::Halted(Why::Cancelled)) => JobEnd::Cancelled,
            Err(Stopped::Halted(Why::LeaseLost)) => {
                let _ = self.keep(shared);
                return Carried::Gone("the server gave the lease up".to_owned());
            }
            Err(Stopped::Halted(Why::Unauthorised(why))) => return Carried::Unauthorised(why),
            Err(Stopped::Halted(Why::Terminated)) => {
                // It was asked to end: no try of the job is lost by it.
                self.record.losses = 0;
                let _ = self.keep(shared);
                self.folder.close_disk();
                return Carried::Later;
            }
            Err(Stopped::Machine(why)) => {
                shared.log.say(&format!("the machine cannot go on: {why}"));
                return self.let_go(why);
            }
        };
        shared.log.say(&format!("the job ended: {}", crate::agent::said(&end)));
        shared.progress(Step::Report, None, "");
        let base = *shared.log_base.lock().unwrap_or_else(PoisonError::into_inner);
        self.record.end = Some(EndRequest {
            end,
            results: self.record.results().into_iter().take(RESULTS_MAX).collect(),
            commit: self.record.commit.clone(),
            environment: self.record.environment.clone(),
            regression: self.record.regression.clone(),
            // Heartbeats bring the log; what they have not brought yet when the job is over, this does.
            log: base.and_then(|base| shared.log.piece(base, shared.log_known.load(Ordering::SeqCst))),
        });
        self.record.step = Step::Report;
        if let Err(Stopped::Halted(_)) = self.keep(shared) {
            return Carried::Later;
        }
        self.at("report.begin");
        self.clear_up();
        self.reported()
    }

    /// All steps up to the report; the end that they come to.
    fn steps(&mut self, shared: &Shared, again: bool) -> Result<JobEnd, Stopped> {
        let order = self.record.order.clone();
        if self.record.losses > order.policy.attempts_max {
            let (step, losses) = (self.record.step, self.record.losses);
            return Err(cannot(
                step,
                format!("the agent or its machine failed {losses} times at this step; the log says more"),
            ));
        }
        self.keep(shared)?;
        let settings = &self.options.settings;
        let source = fetch::source(&order, settings)?;
        let (build_most, measure_most) =
            (settings.capped(&order.policy.build_limits), settings.capped(&order.policy.measure_limits));
        if again && self.record.step == Step::Measure {
            match self.measured_again(shared) {
                Ok(end) => return Ok(end),
                Err(Resumed::Stopped(stopped)) => return Err(stopped),
                // What was built is lost; what was measured is spooled, and is not measured again.
                Err(Resumed::Lost(why)) => shared.log.say(&format!("the workspace cannot be had again: {why}")),
            }
        }
        // Half a build must never be measured: it starts over from a fresh checkout.
        self.reach(shared, Step::Fetch)?;
        let mut cell = self.fresh_cell(shared, build_most.disk)?;
        let fetched = fetch::fetch(&cell, &order, &source, build_most)?;
        self.record.commit = Some(fetched.commit);
        let file = fetch::project_file(&fetched.project_file, &order)?;
        self.record.regression = Some((&file.regression).into());
        fetch::keep_project_file(&self.folder.project_file(), &fetched.project_file)
            .map_err(|error| Stopped::Machine(format!("{}: {error}", self.folder.project_file().display())))?;
        self.at("fetch.done");
        self.reach(shared, Step::Prepare)?;
        self.make_environment(&mut cell, &file)?;
        prepare::prepare(&cell, &order, &file, &build_most)?;
        self.at("prepare.done");
        self.reach(shared, Step::Build)?;
        build::build(&cell, &file, &build_most)?;
        self.at("build.done");
        // What was built is on disk before it is said to be.
        let built = std::fs::File::open(cell.workspace.folder()).and_then(|folder| Ok(rustix::fs::syncfs(folder)?));
        built.map_err(|error| Stopped::Machine(format!("the workspace: {error}")))?;
        self.reach(shared, Step::Measure)?;
        self.measures(&cell, &file, measure_most)
    }

    /// Goes on with the measurement in the workspace of the agent before this one.
    fn measured_again(&mut self, shared: &Shared) -> Result<JobEnd, Resumed> {
        let lost = |why: String| Resumed::Lost(why);
        let order = self.record.order.clone();
        let text = std::fs::read_to_string(self.folder.project_file()).map_err(|error| lost(error.to_string()))?;
        let file = fetch::project_file(&text, &order).map_err(Resumed::Stopped)?;
        let workspace = Workspace::open(&self.folder.disk()).map_err(|error| lost(error.to_string()))?;
        let mut cell = self.cell(shared, workspace);
        let before = self.record.environment.clone();
        self.make_environment(&mut cell, &file).map_err(Resumed::Stopped)?;
        if self.record.environment != before {
            return Err(lost("its environment is another now".to_owned()));
        }
        let most = self.options.settings.capped(&order.policy.measure_limits);
        self.measures(&cell, &file, most).map_err(Resumed::Stopped)
    }

    fn measures(
        &mut self,
        cell: &Cell,
        file: &ProjectFile,
        most: kymo_model::watch::Limits,
    ) -> Result<JobEnd, Stopped> {
        let order = self.record.order.clone();
        let tier = file.tier(&order.tier).map_err(|why| cannot(Step::Measure, why))?;
        let commit = self.record.commit.clone().ok_or_else(|| cannot(Step::Measure, "the commit is not known"))?;
        let machine = self.reporter.machine();
        let plan = measure::Plan { order: &order, file, tier: &tier, most, commit: &commit, machine };
        let measures = plan.measures();
        self.at("measure.begin");
        for (place, one) in measures.iter().enumerate() {
            if self.record.measured.iter().any(|done| done.name == one.name) {
                continue;
            }
            let place = (place, measures.len());
            let (results, failed) =
                match plan.measure(cell, one, place, &mut |sha256, bytes| self.spool(cell.shared, sha256, bytes)) {
                    Ok(results) => (results, None),
                    // Everything is measured that can be: the others are none the worse for one that fails.
                    Err(Stopped::End(end)) => (Vec::new(), Some(end)),
                    Err(stopped) => return Err(stopped),
                };
            self.record.measured.push(Measured { name: one.name.clone(), results, failed });
            self.record.losses = 0;
            self.keep(cell.shared)?;
            self.at("measure.spooled");
        }
        if self.record.results().len() > RESULTS_MAX {
            let message =
                format!("it left {} results; {RESULTS_MAX} are the most of one job", self.record.results().len());
            return Ok(JobEnd::Failed { step: Step::Measure, message });
        }
        let failed = self.record.measured.iter().find_map(|one| one.failed.clone());
        Ok(failed.unwrap_or(JobEnd::Measured))
    }

    fn make_environment(&mut self, cell: &mut Cell, file: &ProjectFile) -> Result<(), Stopped> {
        cell.shared.progress(Step::Prepare, None, "the environment");
        let (settings, policy) = (&self.options.settings, &self.record.order.policy);
        let limits = settings.capped(&policy.build_limits);
        let network = policy.network_in_prepare && settings.network.prepare;
        let made = environment::make(cell, file, &self.state.join("environments"), limits, network)?;
        if let Root::Folder(root) = &made.root {
            self.record.environment_root = Some(root.clone());
        }
        cell.root = made.root;
        cell.variables = made.variables;
        cell.variables.extend(file.environment.variables.clone());
        self.record.environment = Some(made.digest);
        Ok(())
    }

    fn fresh_cell<'c>(&self, shared: &'c Shared, disk: Bytes) -> Result<Cell<'c>, Stopped>
    where
        'a: 'c,
    {
        self.clear_up();
        let settings = &self.options.settings.disk;
        disk::clean(self.state.path(), settings, self.record.environment_root.as_slice(), SystemTime::now());
        let needed = disk.get().saturating_add(settings.low.get());
        if let Some(space) = Space::at(self.state.path()).filter(|space| space.free.get() < needed) {
            let (free, size, needed) = (space.free.get() >> 20, space.size.get() >> 20, needed >> 20);
            // Nothing that goes away makes room for it; without this the machine would try it again and again.
            if size < needed {
                let why = format!("a job needs {needed} MiB of this machine's disk, which has {size} MiB in all");
                return Err(cannot(Step::Fetch, why));
            }
            return Err(Stopped::Machine(format!("low disk: {free} MiB are free, a job needs {needed} MiB")));
        }
        let uid = self.options.settings.uid(self.record.order.job.0);
        let workspace = Workspace::create(&self.folder.disk(), disk, uid);
        let workspace = workspace.map_err(|error| Stopped::Machine(error.to_string()))?;
        self.folder.reserve(disk).map_err(|error| Stopped::Machine(format!("low disk: {error}")))?;
        Ok(self.cell(shared, workspace))
    }

    fn cell<'c>(&self, shared: &'c Shared, workspace: Workspace) -> Cell<'c>
    where
        'a: 'c,
    {
        Cell {
            options: self.options,
            shared,
            workspace,
            root: Root::HostTools,
            uid: self.options.settings.uid(self.record.order.job.0),
            programs: self.state.join("programs"),
            given: self.folder.given(),
            variables: BTreeMap::new(),
        }
    }
}

/// Why a measurement did not go on.
enum Resumed {
    Stopped(Stopped),
    Lost(String),
}
