//! The collector: merges what threads recorded, makes the time series, and shows it as it comes.

use crate::histograms::{Histograms, add, empty, summary};
use crate::plan::Plan;
use crate::record::{Batch, Delivery};
use crate::report::Interval;
use crate::run::Observer;
use hdrhistogram::Histogram;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::mpsc::Sender;

pub(crate) struct Collector {
    /// Where batches go back to, one for each thread.
    spare: Vec<Sender<Box<Batch>>>,
    /// The last interval that each thread handed over.
    passed: Vec<i64>,
    /// Intervals that not all threads have finished, and whose memory each is.
    partial: BTreeMap<i64, (usize, Box<Batch>)>,
    next: i64,
    /// Counts what is due, where threads share a plan.
    plan: Option<Plan>,
    due: u64,
    sent: u64,
    warmup_ns: i64,
    width_ns: i64,
    /// The window's.
    pub counted: Histograms,
    pub failed_response: Histogram<u64>,
    pub series: Vec<Interval>,
}

impl Collector {
    pub(crate) fn new(spare: Vec<Sender<Box<Batch>>>, plan: Option<Plan>, warmup_ns: u64, width_ns: u64) -> Self {
        let (warmup_ns, width_ns) = (warmup_ns as i64, width_ns.max(1) as i64);
        let first = (-warmup_ns).div_euclid(width_ns);
        Self {
            passed: vec![first - 1; spare.len()],
            spare,
            partial: BTreeMap::new(),
            next: first,
            plan,
            due: 0,
            sent: 0,
            warmup_ns,
            width_ns,
            counted: Histograms::new(),
            failed_response: empty(),
            series: Vec::new(),
        }
    }

    /// Takes what a thread recorded.
    pub(crate) fn take(&mut self, delivery: Delivery, observer: &mut dyn Observer) {
        let Delivery { thread, index, batch } = delivery;
        self.counted.add(&batch.counted);
        add(&mut self.failed_response, &batch.failed_response);
        self.passed[thread] = self.passed[thread].max(index);
        // The first batch of an interval becomes the sum: with one thread nothing has to be copied.
        match self.partial.entry(index) {
            Entry::Vacant(place) => {
                place.insert((thread, batch));
            }
            Entry::Occupied(mut place) => {
                place.get_mut().1.add(&batch);
                self.give_back(thread, batch);
            }
        }
        let all_passed = self.passed.iter().copied().min().unwrap_or(index);
        self.emit(all_passed, observer);
    }

    fn give_back(&self, thread: usize, mut batch: Box<Batch>) {
        batch.clear();
        // A thread that is done takes none back.
        let _ = self.spare[thread].send(batch);
    }

    /// A thread has ended: nobody waits for it any more.
    pub(crate) fn ended(&mut self, thread: usize, observer: &mut dyn Observer) {
        self.passed[thread] = i64::MAX;
        let last = self.partial.keys().next_back().copied().unwrap_or(self.next - 1);
        let all_passed = self.passed.iter().copied().min().unwrap_or(last).min(last);
        self.emit(all_passed, observer);
    }

    fn emit(&mut self, until: i64, observer: &mut dyn Observer) {
        while self.next <= until {
            let index = self.next;
            self.next += 1;
            let mut batch = self.partial.remove(&index);
            let end_ns = (index + 1) * self.width_ns + self.warmup_ns;
            let (sent, completed, failed, in_flight) =
                batch.as_ref().map_or((0, 0, 0, 0), |(_, one)| (one.sent, one.completed, one.failed, one.in_flight));
            let planned = match &mut self.plan {
                Some(plan) => plan.skip_before(end_ns.max(0) as u64),
                None => sent,
            };
            self.due += planned;
            self.sent += sent;
            let all = batch.as_mut().map(|(_, one)| one.all());
            let of = |pick: fn(&Histograms) -> &Histogram<u64>| all.map(|all| summary(pick(all))).unwrap_or_default();
            let interval = Interval {
                start: (index * self.width_ns) as f64 * 1e-9,
                planned,
                completed,
                failed,
                in_flight,
                unsent: self.due.saturating_sub(self.sent),
                response: of(|one| &one.response),
                service: of(|one| &one.service),
                lateness: of(|one| &one.lateness),
            };
            observer.interval(&interval);
            self.series.push(interval);
            if let Some((thread, batch)) = batch {
                self.give_back(thread, batch);
            }
        }
    }
}
