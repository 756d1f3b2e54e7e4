//! What agents do, to the store and to the model.

use super::{Heard, Model, lasts_ms};
use crate::MACHINES;
use crate::support::fleet::{LASTS_S, beat, granted, lease, measured, result};
use kymo_model::watch::{EndRequest, EndResponse, Granted, JobEnd, JobState, LeaseId};
use kymo_store::{Leased, Store};
use proptest::sample::Index;

/// A lease that was given, and what an end under it was answered with.
pub struct Lease {
    id: LeaseId,
    job: usize,
    machine: usize,
    session: usize,
    answered: Option<(EndRequest, EndResponse)>,
}

fn name(session: usize) -> String {
    format!("session-{session}")
}

impl Model {
    fn hear(&mut self, machine: usize, session: usize) {
        self.machines[machine] = Heard { session: Some(name(session)), at_ms: self.hand.now_ms() };
    }

    fn another_spoke(&mut self, machine: usize, session: usize) -> bool {
        let now = self.hand.now_ms();
        let heard = &mut self.machines[machine];
        if heard.session.is_none() || heard.session == Some(name(session)) {
            return false;
        }
        heard.at_ms = heard.at_ms.min(now);
        now - heard.at_ms < lasts_ms()
    }

    /// Gives a job under a lease that was never given before.
    fn give(&mut self, at: usize, got: &Granted, machine: usize, session: usize) {
        assert!(self.leases.iter().all(|lease| lease.id != got.lease), "a lease is given once");
        assert_eq!((got.order.job, got.order.attempt), (self.jobs[at].id, self.jobs[at].attempts));
        self.leases.push(Lease { id: got.lease.clone(), job: at, machine, session, answered: None });
        self.hold(at, self.leases.len() - 1);
    }

    fn hold(&mut self, at: usize, lease: usize) {
        let job = &mut self.jobs[at];
        (job.state, job.lease) = (JobState::Running, Some(lease));
        job.expires_ms = self.hand.now_ms() + lasts_ms();
    }

    pub fn lease(&mut self, store: &mut Store, machine: usize, session: usize, resume: Option<Index>) {
        let resume = resume.filter(|_| !self.leases.is_empty()).map(|lease| self.lease_of(lease));
        let shown = resume.map(|lease| (self.jobs[self.leases[lease].job].id, self.leases[lease].id.clone()));
        let answer = lease(store, MACHINES[machine], &name(session), shown);
        let held = self.running_on(MACHINES[machine]);
        let newest = resume.filter(|lease| self.jobs[self.leases[*lease].job].lease == Some(*lease));
        let newest = newest.filter(|lease| self.leases[*lease].machine == machine);
        let job = newest.map(|lease| self.leases[lease].job);
        let knows = held.is_some() && held == job;
        let dropped = job.filter(|at| held.is_none() && self.jobs[*at].state == JobState::Queued);
        if !knows && dropped.is_none() && self.another_spoke(machine, session) {
            self.seen.insert("refused as another session");
            return assert_eq!(answer, Leased::OtherSession);
        }
        if let Some(at) = held {
            let lease = self.jobs[at].lease.unwrap();
            if knows {
                self.seen.insert("resumed");
                self.hear(machine, session);
                return self.give(at, &granted(answer), machine, session);
            }
            if self.leases[lease].session == session {
                self.seen.insert("given again");
                self.hear(machine, session);
                let got = granted(answer);
                assert_eq!((&got.lease, got.order.attempt), (&self.leases[lease].id, self.jobs[at].attempts));
                return self.hold(at, lease);
            }
            if self.jobs[at].expires_ms > self.hand.now_ms() {
                return assert_eq!(answer, Leased::OtherSession);
            }
            self.seen.insert("taken over");
            self.lapse(at);
        }
        self.hear(machine, session);
        if let Some(at) = dropped {
            self.seen.insert("taken up again");
            return self.give(at, &granted(answer), machine, session);
        }
        match self.waiting(MACHINES[machine]).first() {
            None => assert_eq!(answer, Leased::Nothing),
            Some(at) => {
                self.jobs[*at].attempts += 1;
                self.give(*at, &granted(answer), machine, session);
            }
        }
    }

    pub fn beat(&mut self, store: &mut Store, lease: Index, session: Option<usize>) {
        if self.leases.is_empty() {
            return;
        }
        let at = self.lease_of(lease);
        let Lease { ref id, job, machine, session: own, ref answered } = self.leases[at];
        let session = session.unwrap_or(own);
        let answer = store.heartbeat(MACHINES[machine], id, &beat(&name(session), None), LASTS_S).unwrap();
        let free = self.running_on(MACHINES[machine]).is_none();
        let state = self.jobs[job].state;
        let live = state == JobState::Running || state == JobState::Queued && free;
        let newest = self.jobs[job].lease == Some(at) && answered.is_none();
        if !(live && newest && session == own) {
            return assert_eq!(answer, None);
        }
        if state == JobState::Queued {
            self.seen.insert("revived");
        }
        assert_eq!(answer.unwrap().cancelled, self.jobs[job].called_off);
        self.hear(machine, session);
        self.hold(job, at);
    }

    pub fn end(&mut self, store: &mut Store, lease: Index, run: Option<usize>) {
        if self.leases.is_empty() {
            return;
        }
        let at = self.lease_of(lease);
        let run = run.map_or_else(
            || {
                self.drawn += 1;
                format!("new-{}", self.drawn)
            },
            |run| format!("shared-{run}"),
        );
        let request = measured(&[&run]);
        let Lease { ref id, job, machine, .. } = self.leases[at];
        let answer = store.end_job(MACHINES[machine], id, &request, &JobEnd::Measured, &[result(&run)]).unwrap();
        if let Some((before, expected)) = &self.leases[at].answered {
            self.seen.insert("asked otherwise after its end");
            return assert_eq!(answer.as_ref(), Some(expected).filter(|_| *before == request));
        }
        let state = self.jobs[job].state;
        let open = matches!(state, JobState::Running | JobState::Queued) || self.jobs[job].end == Some(JobEnd::Lost);
        if self.jobs[job].lease != Some(at) || !open {
            return assert_eq!(answer, None);
        }
        let answer = answer.unwrap();
        if state == JobState::Failed {
            self.seen.insert("ended late");
        }
        let other = self.jobs.iter().position(|other| other.runs.contains(&run));
        if other.is_some_and(|other| other != job) {
            assert!(matches!(answer.end, JobEnd::Rejected { .. }), "{answer:?}");
            self.seen.insert("rejected");
        } else {
            assert_eq!(answer.end, JobEnd::Measured);
            if other.is_none() {
                self.jobs[job].runs.push(run);
            }
        }
        self.finish(job, answer.end.clone());
        self.leases[at].answered = Some((request, answer));
    }

    /// The same request again, as often as it likes, and with whatever results: the same answer.
    pub fn end_again(&mut self, store: &mut Store, lease: Index) {
        let answered: Vec<&Lease> = self.leases.iter().filter(|lease| lease.answered.is_some()).collect();
        if answered.is_empty() {
            return;
        }
        let lease = answered[lease.index(answered.len())];
        let (request, expected) = lease.answered.as_ref().unwrap();
        let results = [result("never")];
        let answer = store.end_job(MACHINES[lease.machine], &lease.id, request, &JobEnd::Measured, &results).unwrap();
        assert_eq!(answer.as_ref(), Some(expected));
    }
}
