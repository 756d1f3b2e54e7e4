//! What a job has reached goes to disk, and its end to the server.

use crate::beat::Shared;
use crate::disk;
use crate::halt::{Why, wait};
use crate::job::{Carried, Work};
use crate::record;
use crate::steps::Stopped;
use crate::steps::report::{Reported, report, without_results};
use kymo_model::watch::Step;
use std::io::ErrorKind;
use std::sync::PoisonError;
use std::time::{Duration, SystemTime};

/// How long a full disk is waited for before it is looked at again.
const FULL_PAUSE: Duration = Duration::from_secs(2);

impl Work<'_> {
    /// A point at which a test may end the agent.
    pub(crate) fn at(&self, point: &str) {
        (self.options.at)(point);
    }

    /// The step before is done, and this one begins.
    pub(crate) fn reach(&mut self, shared: &Shared, step: Step) -> Result<(), Stopped> {
        if self.record.step != step {
            self.record.step = step;
            self.record.losses = 0;
        }
        self.keep(shared)?;
        shared.log.say(&format!("{step}: begins"));
        shared.progress(step, None, "");
        self.at(&format!("{step}.begin"));
        match shared.halt.why() {
            Some(why) => Err(Stopped::Halted(why)),
            None => Ok(()),
        }
    }

    /// Keeps what was reached.
    pub(crate) fn keep(&mut self, shared: &Shared) -> Result<(), Stopped> {
        self.record.log_base = *shared.log_base.lock().unwrap_or_else(PoisonError::into_inner);
        self.written(&|| self.record.save(&self.folder.record()))
    }

    /// Keeps a result.
    pub(crate) fn spool(&self, shared: &Shared, sha256: &str, bytes: &[u8]) -> Result<(), Stopped> {
        shared.log.say(&format!("a result of {} bytes, SHA-256 {sha256}", bytes.len()));
        self.written(&|| record::write(&self.folder.result(sha256), bytes))
    }

    /// Writes, as often as a full disk makes it necessary: what was measured is in the workspace until then.
    fn written(&self, write: &dyn Fn() -> std::io::Result<()>) -> Result<(), Stopped> {
        let mut waited = false;
        loop {
            let Err(error) = write() else {
                if waited {
                    self.reporter.pause(Vec::new());
                }
                return Ok(());
            };
            if !matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) {
                return Err(Stopped::Machine(format!("the agent's folder cannot be written: {error}")));
            }
            if !std::mem::replace(&mut waited, true) {
                let text = "the disk is full: what was measured waits to be written";
                (self.options.say)(text);
                self.reporter.pause(vec![text.to_owned()]);
            }
            disk::clean(
                self.state.path(),
                &self.options.settings.disk,
                self.record.environment_root.as_slice(),
                SystemTime::now(),
            );
            if wait(&self.options.stop, FULL_PAUSE) {
                return Err(Stopped::Halted(Why::Terminated));
            }
        }
    }

    /// The workspace is not needed any more.
    pub(crate) fn clear_up(&self) {
        self.folder.remove_disk();
    }

    /// The machine cannot go on with the job. What it reached stays here; its lease expires, so that the queue has it.
    pub(crate) fn let_go(&mut self, why: String) -> Carried {
        let _ = self.record.save(&self.folder.record());
        Carried::Machine(why)
    }

    /// Sends what is to be sent.
    pub(crate) fn reported(&mut self) -> Carried {
        let Some(mut request) = self.record.end.clone() else {
            return Carried::Later;
        };
        for _ in 0..2 {
            match report(self.options, self.client, &self.folder, &self.record.lease, &request) {
                Reported::Taken(response) => {
                    self.at("report.answered");
                    self.state.set_aside(&self.folder, "reported");
                    return Carried::Over(response.end);
                }
                Reported::Gone(why) => return Carried::Gone(why),
                Reported::Later => return Carried::Later,
                Reported::Unauthorised(why) => return Carried::Unauthorised(why),
                Reported::Refused(why) => {
                    (self.options.say)(&format!("job {}: {why}", self.record.order.job));
                    request = without_results(&request, &why);
                }
            }
        }
        // Not even that it ended is taken: whoever looks finds it here.
        self.state.set_aside(&self.folder, "refused");
        Carried::Gone("the server takes neither the results nor the end".to_owned())
    }
}
