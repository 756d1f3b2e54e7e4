//! A thread of the generator: an event loop over its share of the connections.

mod connecting;
mod dispatch;
mod ring;
mod traffic;

use crate::answer::{Answer, UnderWay};
use crate::connection::{Connection, State};
use crate::error::LoadError;
use crate::mix::Mix;
use crate::own_plan::{OwnPlan, Queue};
use crate::plan::{Arrival, MIX};
use crate::poller::{Event, Poller};
use crate::record::Recorder;
use crate::shared::{Shared, Times};
use crate::spec::{ConnectionUse, Schedule, Waiting};
use crate::sys;
use crate::tally::{Reading, Tally};
use kymo_measure::clock::monotonic_ns;
use std::collections::VecDeque;
use std::io;

/// How often connections are looked at for time-outs and new attempts, in nanoseconds.
const SWEEP_NS: u64 = 10_000_000;

/// Room for what one read gives.
const BUFFER: usize = 64 * 1024;

/// Where a thread's requests come from.
enum Source {
    /// The plan that all threads share, and what was claimed of it and is not due.
    Shared { owed: Option<Arrival> },
    /// A plan for each connection.
    Own { rate: f64, queue: Queue, mix: Mix },
    /// The answer before.
    Closed { mix: Mix },
}

pub(crate) struct Driver<'a> {
    shared: &'a Shared<'a>,
    number: usize,
    poller: Poller,
    connections: Vec<Connection>,
    /// Connections that can take a request, longest free first: place and generation.
    free: VecDeque<(u32, u32)>,
    source: Source,
    recorder: Recorder,
    tally: Tally,
    times: Times,
    /// When the next request is due that this thread owes.
    next_due: u64,
    /// When something else is to be done.
    next_mark: u64,
    next_sweep: u64,
    in_flight: u64,
    idle_ns: u64,
    moved: (u64, u64),
    answers_seen: u64,
    /// How often connections were begun, to spread their sources.
    begun: u32,
    buffer: Box<[u8]>,
    answers: Vec<(UnderWay, Answer)>,
    abandoned: Vec<UnderWay>,
}

impl<'a> Driver<'a> {
    /// A thread's part: `number` of the threads, with its share of the connections. To be made on the thread itself.
    pub(crate) fn new(shared: &'a Shared<'a>, number: usize, recorder: Recorder) -> Result<Self, LoadError> {
        let spec = shared.spec;
        if !spec.cpus.is_empty() {
            let cpu = spec.cpus[number % spec.cpus.len()];
            sys::pin(cpu)
                .map_err(|error| LoadError::Spec(format!("processor {cpu}: a thread cannot be kept to it: {error}")))?;
        }
        sys::sharpen_timers();
        let numbers = (number as u32..spec.connections).step_by(spec.threads as usize);
        let poller = Poller::new(spec, numbers.len(), &shared.wakers[number])?;
        let mix = Mix::new(&spec.requests, spec.seed, MIX + 1 + number as u64);
        let source = match &spec.schedule {
            Schedule::Constant(_) | Schedule::Poisson(_) => Source::Shared { owed: None },
            Schedule::PerConnection { rate } => Source::Own { rate: *rate, queue: Queue::new(), mix },
            Schedule::Closed => Source::Closed { mix },
        };
        Ok(Self {
            shared,
            number,
            poller,
            connections: numbers.map(|number| Connection::new(number, spec)).collect(),
            free: VecDeque::new(),
            source,
            recorder,
            tally: Tally::new(),
            times: Times { start: 0, window: u64::MAX, end: u64::MAX, over: u64::MAX },
            next_due: u64::MAX,
            next_mark: 0,
            next_sweep: 0,
            in_flight: 0,
            idle_ns: 0,
            moved: (0, 0),
            answers_seen: 0,
            begun: 0,
            buffer: vec![0; BUFFER].into_boxed_slice(),
            answers: Vec::new(),
            abandoned: Vec::new(),
        })
    }

    /// Puts the load from `times.start` on, and gives what was counted.
    pub(crate) fn run(mut self, times: Times) -> Tally {
        self.times = times;
        let now = monotonic_ns();
        self.recorder.begin(times.window, self.shared.spec.interval.as_nanos() as u64, times.start);
        self.next_sweep = now + SWEEP_NS;
        self.open_for_business(times.start);
        if let Err(error) = self.put() {
            self.tally.stopped = Some(error);
        }
        self.close_the_books();
        self.tally
    }

    fn put(&mut self) -> io::Result<()> {
        let mut now = monotonic_ns();
        while now < self.times.start {
            let events = self.poller.wait((self.times.start - now).min(SWEEP_NS))?;
            (0..events).for_each(|index| self.handle(index));
            now = monotonic_ns();
        }
        self.next_mark = now;
        loop {
            if now >= self.next_mark {
                self.mark(now);
                if self.is_done(now) {
                    return Ok(());
                }
            }
            self.dispatch(now);
            let (events, after) = self.wait(now)?;
            now = after;
            for index in 0..events {
                self.handle(index);
                // At once, not after all events: what is due meanwhile would wait for the last of them.
                now = monotonic_ns();
                self.dispatch(now);
                self.hand_over(ring::TOGETHER_MAX)?;
            }
        }
    }

    /// Deals with something that the last wait found.
    #[inline]
    fn handle(&mut self, index: usize) {
        match self.poller.event(index, &mut self.buffer) {
            Event::Woken => self.shared.wakers[self.number].clear(),
            Event::Ready(place, ready) => self.ready(place, ready),
            Event::Done(done) => self.done(done),
        }
    }

    /// Waits for events until the next request is due or something else is to be done.
    #[inline]
    fn wait(&mut self, now: u64) -> io::Result<(usize, u64)> {
        // Of a thread that polls, what it does counts, not its processor time: what a ring sends and receives is no idleness.
        let in_ring = self.shared.spec.waiting != Waiting::Sleep && self.hand_over(1)?;
        // What was sent took time.
        let now = monotonic_ns().max(now);
        let left = self.next_due.min(self.next_mark).saturating_sub(now);
        let timeout = match self.shared.spec.waiting {
            Waiting::Sleep => left,
            Waiting::Spin => 0,
            Waiting::SleepThenSpin(before) => left.saturating_sub(before.as_nanos() as u64),
        };
        let events = self.poller.wait(timeout)?;
        let after = monotonic_ns();
        if !(in_ring && timeout == 0 && events > 0) {
            self.idle_ns += after - now;
        }
        Ok((events, after))
    }

    /// Whether nothing is left to be done: all sent and answered, or given up.
    fn is_done(&self, now: u64) -> bool {
        if now >= self.shared.over(&self.times) {
            return true;
        }
        now >= self.shared.end(&self.times) && self.in_flight == 0 && self.next_due == u64::MAX && !self.has_backlog()
    }

    /// Whether requests are due that this thread could send if it had a free connection.
    fn has_backlog(&self) -> bool {
        match (&self.source, &self.shared.plan) {
            (Source::Shared { .. }, Some(plan)) => plan.has_more(self.shared.end(&self.times) - self.times.start),
            (Source::Own { rate, .. }, _) => self.connections.iter().any(|one| {
                let plan = OwnPlan::new(one.number, self.shared.spec.connections, *rate);
                plan.due(one.planned) < self.shared.end(&self.times) - self.times.start
            }),
            _ => false,
        }
    }

    /// What is to be done at certain times: intervals, readings, time-outs.
    #[cold]
    fn mark(&mut self, now: u64) {
        self.shared.heed_interrupt(now);
        self.recorder.cut(now, self.in_flight);
        let end = self.shared.end(&self.times);
        for (which, at) in [self.times.window, end].into_iter().enumerate() {
            if now >= at && self.tally.readings[which].is_none() {
                self.tally.readings[which] = Some(self.reading(now));
            }
        }
        if now >= self.next_sweep {
            self.sweep(now);
            self.next_sweep = now + SWEEP_NS;
        }
        let moments = [self.times.window, end, self.shared.over(&self.times)];
        let moments = moments.into_iter().filter(|at| *at > now).min().unwrap_or(u64::MAX);
        self.next_mark = self.next_sweep.min(self.recorder.end()).min(moments);
    }

    fn reading(&self, now: u64) -> Reading {
        let (read, written) = self.moved;
        Reading { idle: self.idle_ns, read, written, answers: self.answers_seen, ..Reading::now(now) }
    }

    /// Looks for requests that took too long, connections that are not made in time, and such that are to be made again.
    fn sweep(&mut self, now: u64) {
        let timeout = self.shared.spec.timeout.as_nanos() as u64;
        let connect_timeout = self.shared.spec.connect_timeout.as_nanos() as u64;
        let keeps = self.shared.spec.connection_use == ConnectionUse::KeepAlive;
        for place in 0..self.connections.len() as u32 {
            let connection = &self.connections[place as usize];
            match connection.state {
                State::Open => {
                    if connection.speaker.oldest().is_some_and(|sent| sent.saturating_add(timeout) <= now) {
                        self.time_out(place, now, timeout);
                    }
                }
                State::Connecting | State::Shaking => {
                    let late = connection.waiting.is_some_and(|waiting| waiting.sent.saturating_add(timeout) <= now);
                    if late || connection.since.saturating_add(connect_timeout) <= now {
                        self.connect_timed_out(place, late);
                    }
                }
                State::Down if connection.since > now => {}
                State::Down if keeps => self.begin(place, now),
                State::Down => self.list(place, now),
            }
        }
    }

    /// Counts what is left, and hands over the last interval.
    fn close_the_books(&mut self) {
        let end = self.shared.end(&self.times);
        if let (Source::Shared { owed }, Some(plan)) = (&mut self.source, &self.shared.plan)
            && let Some(arrival) = owed.take()
        {
            plan.give_back(arrival);
        }
        for place in 0..self.connections.len() {
            let connection = &mut self.connections[place];
            connection.speaker.abandon(&mut self.abandoned);
            self.abandoned.extend(connection.waiting.take());
            if let Source::Own { rate, .. } = &self.source {
                let plan = OwnPlan::new(connection.number, self.shared.spec.connections, *rate);
                let before = plan.before(self.times.window - self.times.start);
                let (sent, planned) = (connection.planned.max(before), plan.before(end - self.times.start));
                self.tally.planned += planned.saturating_sub(before);
                self.tally.unsent += planned.saturating_sub(sent);
                if planned > sent {
                    self.tally.due_and_open(plan.due(sent) + self.times.start);
                }
            }
        }
        for request in self.abandoned.drain(..).filter(|request| request.counted) {
            self.tally.in_flight += 1;
            self.tally.due_and_open(request.due);
        }
        let now = monotonic_ns();
        if self.tally.readings[0].is_some() && self.tally.readings[1].is_none() {
            self.tally.readings[1] = Some(self.reading(now));
        }
        self.recorder.hand_over(self.in_flight);
    }
}
