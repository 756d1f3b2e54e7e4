//! The queue as it should be, without a database: lists that are searched from end to end.

mod agent;

use crate::MACHINES;
use crate::support::fleet::{Hand, LASTS_S, commit, console, wish};
use agent::Lease;
use kymo_model::watch::{Job, JobEnd, JobId, JobState};
use kymo_store::{NewJob, Refusal, Store, WatchError};
use proptest::prelude::*;
use proptest::sample::Index;
use std::collections::BTreeSet;

/// Tries that the fleet's policy allows.
const TRIES: u32 = 3;

/// Something that somebody does.
#[derive(Clone, Debug)]
pub enum Op {
    Add {
        person: usize,
        machine: usize,
        commit: usize,
        urgent: bool,
    },
    Lease {
        machine: usize,
        session: usize,
        resume: Option<Index>,
    },
    Beat {
        lease: Index,
        session: Option<usize>,
    },
    End {
        lease: Index,
        run: Option<usize>,
    },
    EndAgain {
        lease: Index,
    },
    Cancel(Index),
    Retry(Index),
    Reorder(Index, bool),
    Forward(u64),
    Back(u64),
    Expire,
    /// All agents are gone for longer than a lease.
    Vanish,
}

/// Any of them, the usual ones more often.
pub fn op() -> impl Strategy<Value = Op> {
    let index = any::<Index>;
    prop_oneof![
        4 => (0..3_usize, 0..2_usize, 0..5_usize, prop::bool::weighted(0.2))
            .prop_map(|(person, machine, commit, urgent)| Op::Add { person, machine, commit, urgent }),
        9 => (0..2_usize, 0..2_usize, prop::option::weighted(0.3, index()))
            .prop_map(|(machine, session, resume)| Op::Lease { machine, session, resume }),
        4 => (index(), prop::option::weighted(0.2, 0..2_usize))
            .prop_map(|(lease, session)| Op::Beat { lease, session }),
        3 => (index(), prop::option::weighted(0.4, 0..4_usize)).prop_map(|(lease, run)| Op::End { lease, run }),
        1 => index().prop_map(|lease| Op::EndAgain { lease }),
        2 => index().prop_map(Op::Cancel),
        1 => index().prop_map(Op::Retry),
        1 => (index(), any::<bool>()).prop_map(|(job, urgent)| Op::Reorder(job, urgent)),
        4 => (1..130_u64).prop_map(Op::Forward),
        1 => (1..70_u64).prop_map(Op::Back),
        3 => Just(Op::Expire),
        4 => Just(Op::Vanish),
    ]
}

/// A job as it should be.
pub struct ModelJob {
    id: JobId,
    wish: NewJob,
    turn: i64,
    state: JobState,
    attempts: u32,
    /// The newest lease, by its place in the list of all.
    lease: Option<usize>,
    expires_ms: u64,
    called_off: bool,
    end: Option<JobEnd>,
    runs: Vec<String>,
}

/// What is known of a machine.
#[derive(Default)]
pub struct Heard {
    session: Option<String>,
    at_ms: u64,
}

/// The queue.
pub struct Model {
    hand: Hand,
    jobs: Vec<ModelJob>,
    leases: Vec<Lease>,
    machines: [Heard; 2],
    /// Runs that were drawn, so that each may be new.
    drawn: usize,
    /// What happened that does not happen every time.
    pub seen: BTreeSet<&'static str>,
}

/// What of that must have happened for the test to have tested something. That a lost job is ended late is rarer.
pub const ALL: [&str; 10] = [
    "asked otherwise after its end",
    "called off and lost",
    "given again",
    "lost",
    "refused as another session",
    "rejected",
    "resumed",
    "revived",
    "taken over",
    "taken up again",
];

fn lasts_ms() -> u64 {
    u64::from(LASTS_S) * 1000
}

fn priority(urgent: bool) -> i32 {
    if urgent { 50 } else { 40 }
}

fn is_not_now<T: std::fmt::Debug>(result: Result<T, WatchError>) {
    assert!(matches!(result, Err(WatchError::Refused(Refusal::NotNow { .. }))), "{result:?}");
}

impl Model {
    pub fn new(hand: Hand) -> Self {
        Self {
            hand,
            jobs: Vec::new(),
            leases: Vec::new(),
            machines: Default::default(),
            drawn: 0,
            seen: BTreeSet::new(),
        }
    }

    /// Does it to the store and to the model; what the store answers must be what the model would.
    pub fn apply(&mut self, store: &mut Store, op: &Op) {
        match op {
            Op::Add { person, machine, commit, urgent } => self.add(store, *person, *machine, *commit, *urgent),
            Op::Lease { machine, session, resume } => self.lease(store, *machine, *session, *resume),
            Op::Beat { lease, session } => self.beat(store, *lease, *session),
            Op::End { lease, run } => self.end(store, *lease, *run),
            Op::EndAgain { lease } => self.end_again(store, *lease),
            Op::Cancel(job) => self.cancel(store, *job),
            Op::Retry(job) => self.retry(store, *job),
            Op::Reorder(job, urgent) => self.reorder(store, *job, priority(*urgent)),
            Op::Forward(seconds) => self.hand.forward_s(*seconds),
            Op::Back(seconds) => self.hand.back_s(*seconds),
            Op::Expire => self.expire(store),
            Op::Vanish => {
                self.hand.forward_s(u64::from(LASTS_S) + 1);
                self.expire(store);
            }
        }
    }

    /// One of the leases: one of the newest as often as any other, for little becomes of the old ones.
    fn lease_of(&self, index: Index) -> usize {
        let (all, few) = (self.leases.len(), self.leases.len().min(3));
        match index.index(2 * few) {
            near if near < few => all - 1 - near,
            _ => index.index(all),
        }
    }

    fn turn(&self, machine: &str, priority: i32, person: &str) -> i64 {
        let waits = |job: &&ModelJob| {
            job.state == JobState::Queued && job.wish.machine == machine && job.wish.priority == priority
        };
        let lowest = self.jobs.iter().filter(waits).map(|job| job.turn).min();
        let own = self.jobs.iter().filter(waits).filter(|job| job.wish.asked_by == person).map(|job| job.turn).max();
        own.map_or(0, |own| own + 1).max(lowest.unwrap_or(0))
    }

    fn same(&self, wish: &NewJob) -> Option<usize> {
        let same = |job: &ModelJob| job.wish.commit == wish.commit && job.wish.machine == wish.machine;
        self.jobs.iter().position(|job| same(job) && !job.state.is_ended())
    }

    fn add(&mut self, store: &mut Store, person: usize, machine: usize, number: usize, urgent: bool) {
        let person = ["ada", "bob", "eve"][person];
        let wish = NewJob { priority: priority(urgent), ..wish(person, number, MACHINES[machine]) };
        assert_eq!(wish.commit, commit(number));
        let id = store.add_jobs(&console(), std::slice::from_ref(&wish)).unwrap()[0];
        if let Some(same) = self.same(&wish) {
            assert_eq!(id, self.jobs[same].id);
            return;
        }
        assert!(self.jobs.iter().all(|job| job.id < id), "numbers rise");
        let turn = self.turn(&wish.machine, wish.priority, &wish.asked_by);
        self.jobs.push(ModelJob {
            id,
            wish,
            turn,
            state: JobState::Queued,
            attempts: 0,
            lease: None,
            expires_ms: 0,
            called_off: false,
            end: None,
            runs: Vec::new(),
        });
    }

    fn running_on(&self, machine: &str) -> Option<usize> {
        self.jobs.iter().position(|job| job.state == JobState::Running && job.wish.machine == machine)
    }

    /// Who waits for a machine, in order.
    fn waiting(&self, machine: &str) -> Vec<usize> {
        let waits = |job: &ModelJob| job.state == JobState::Queued && job.wish.machine == machine;
        let mut list: Vec<usize> = (0..self.jobs.len()).filter(|at| waits(&self.jobs[*at])).collect();
        list.sort_by_key(|at| {
            let job = &self.jobs[*at];
            (-job.wish.priority, job.turn, job.id)
        });
        list
    }

    fn finish(&mut self, job: usize, end: JobEnd) {
        let job = &mut self.jobs[job];
        job.state = match end {
            JobEnd::Measured => JobState::Finished,
            JobEnd::Cancelled => JobState::Cancelled,
            _ => JobState::Failed,
        };
        job.end = Some(end);
    }

    fn cancel(&mut self, store: &mut Store, job: Index) {
        if self.jobs.is_empty() {
            return;
        }
        let at = job.index(self.jobs.len());
        let answer = store.cancel_job(&console(), self.jobs[at].id);
        match self.jobs[at].state {
            JobState::Queued => self.finish(at, JobEnd::Cancelled),
            JobState::Running => self.jobs[at].called_off = true,
            _ => return is_not_now(answer),
        }
        assert_eq!(answer.unwrap().state, self.jobs[at].state);
    }

    fn retry(&mut self, store: &mut Store, job: Index) {
        if self.jobs.is_empty() {
            return;
        }
        let at = job.index(self.jobs.len());
        let answer = store.retry_job(&console(), self.jobs[at].id);
        if !self.jobs[at].state.is_ended() || self.same(&self.jobs[at].wish).is_some() {
            return is_not_now(answer);
        }
        let wish = &self.jobs[at].wish;
        let turn = self.turn(&wish.machine, wish.priority, &wish.asked_by);
        let job = &mut self.jobs[at];
        (job.turn, job.state, job.attempts, job.lease) = (turn, JobState::Queued, 0, None);
        (job.called_off, job.end) = (false, None);
        answer.unwrap();
    }

    fn reorder(&mut self, store: &mut Store, job: Index, priority: i32) {
        if self.jobs.is_empty() {
            return;
        }
        let at = job.index(self.jobs.len());
        let answer = store.set_priority(&console(), self.jobs[at].id, priority);
        if self.jobs[at].state != JobState::Queued {
            return is_not_now(answer);
        }
        assert_eq!(answer.unwrap().priority, priority);
        let wish = &self.jobs[at].wish;
        if wish.priority != priority {
            let turn = self.turn(&wish.machine, priority, &wish.asked_by);
            self.jobs[at].turn = turn;
            self.jobs[at].wish.priority = priority;
        }
    }

    /// What becomes of a job whose lease ran out.
    fn lapse(&mut self, at: usize) {
        if self.jobs[at].called_off {
            self.seen.insert("called off and lost");
            self.finish(at, JobEnd::Cancelled);
        } else if self.jobs[at].attempts >= TRIES {
            self.seen.insert("lost");
            self.finish(at, JobEnd::Lost);
        } else {
            self.jobs[at].state = JobState::Queued;
        }
    }

    fn expire(&mut self, store: &mut Store) {
        let expired = store.expire_leases().unwrap();
        let now = self.hand.now_ms();
        let mut count = 0;
        for at in 0..self.jobs.len() {
            if self.jobs[at].state != JobState::Running {
                continue;
            }
            let job = &mut self.jobs[at];
            job.expires_ms = job.expires_ms.min(now + lasts_ms());
            if job.expires_ms <= now {
                self.lapse(at);
                count += 1;
            }
        }
        assert_eq!(expired, count);
    }

    /// Whether the store shows what the model has.
    pub fn agrees_with(&self, store: &Store, shown: &[Job]) {
        assert_eq!(shown.len(), self.jobs.len());
        for (job, shown) in self.jobs.iter().rev().zip(shown) {
            let runs: Vec<String> = shown.runs.iter().map(ToString::to_string).collect();
            let mut expected = job.runs.clone();
            expected.sort();
            let told = (shown.id, shown.state, shown.attempts, shown.end.as_ref(), shown.priority);
            assert_eq!(told, (job.id, job.state, job.attempts, job.end.as_ref(), job.wish.priority));
            assert_eq!(runs, expected);
        }
        let mut free = Vec::new();
        for machine in MACHINES {
            let waiting = self.waiting(machine);
            let running = self.running_on(machine);
            if running.is_none() && !waiting.is_empty() {
                free.push(machine);
            }
            let expected: Vec<JobId> = running.into_iter().chain(waiting).map(|at| self.jobs[at].id).collect();
            let queue = store.queue(machine, 1000).unwrap();
            assert_eq!(queue.iter().map(|job| job.id).collect::<Vec<_>>(), expected, "the queue of {machine}");
            let ahead: Vec<Option<u32>> = queue.iter().map(|job| job.ahead).collect();
            let places = (0..expected.len() as u32).map(|place| Some(place).filter(|_| place > 0 || running.is_none()));
            assert_eq!(ahead, places.collect::<Vec<_>>());
        }
        assert_eq!(store.waiting_machines().unwrap(), free);
    }
}
