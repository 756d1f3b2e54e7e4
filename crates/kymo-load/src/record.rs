//! What a thread records: histograms and counts of an interval, handed to the collector when the interval is over.

use crate::answer::UnderWay;
use crate::histograms::{Histograms, empty};
use hdrhistogram::Histogram;
use std::sync::mpsc::Receiver;

/// An interval's data of one thread.
#[derive(Debug)]
pub(crate) struct Batch {
    /// Samples of requests that were due within the window.
    pub counted: Histograms,
    /// Samples of all others.
    pub other: Histograms,
    /// Response times of answers that were errors and count.
    pub failed_response: Histogram<u64>,
    /// Requests sent.
    pub sent: u64,
    /// Answers as expected.
    pub completed: u64,
    /// Errors.
    pub failed: u64,
    /// Requests in flight at its end.
    pub in_flight: u64,
}

impl Batch {
    pub(crate) fn new() -> Self {
        Self {
            counted: Histograms::new(),
            other: Histograms::new(),
            failed_response: empty(),
            sent: 0,
            completed: 0,
            failed: 0,
            in_flight: 0,
        }
    }

    pub(crate) fn clear(&mut self) {
        self.counted.clear();
        self.other.clear();
        if !self.failed_response.is_empty() {
            self.failed_response.reset();
        }
        (self.sent, self.completed, self.failed, self.in_flight) = (0, 0, 0, 0);
    }

    /// Adds another thread's batch of the same interval.
    pub(crate) fn add(&mut self, other: &Self) {
        self.counted.add(&other.counted);
        self.other.add(&other.other);
        self.sent += other.sent;
        self.completed += other.completed;
        self.failed += other.failed;
        self.in_flight += other.in_flight;
    }

    /// All samples, counted or not. They are put together in one of the two places, so this is for the end.
    pub(crate) fn all(&mut self) -> &Histograms {
        self.counted.add(&self.other);
        &self.counted
    }

    fn of(&mut self, request: &UnderWay) -> &mut Histograms {
        if request.counted { &mut self.counted } else { &mut self.other }
    }
}

/// A batch on its way to the collector.
pub(crate) struct Delivery {
    pub thread: usize,
    /// Which interval: 0 begins with the window, and those of the warm-up are negative.
    pub index: i64,
    pub batch: Box<Batch>,
}

/// Records into the batch of the current interval. What is recorded costs no allocation and no lock.
pub(crate) struct Recorder {
    pub batch: Box<Batch>,
    thread: usize,
    index: i64,
    /// Start of the window and width of an interval, in nanoseconds.
    origin: u64,
    width: u64,
    outbox: Box<dyn Fn(Delivery) + Send>,
    /// Batches that the collector is done with.
    spare: Receiver<Box<Batch>>,
}

impl Recorder {
    pub(crate) fn new(thread: usize, outbox: Box<dyn Fn(Delivery) + Send>, spare: Receiver<Box<Batch>>) -> Self {
        Self { batch: Box::new(Batch::new()), thread, index: 0, origin: 0, width: 1, outbox, spare }
    }

    /// Intervals are counted from `origin`, and `now` lies in the first.
    pub(crate) fn begin(&mut self, origin: u64, width: u64, now: u64) {
        (self.origin, self.width) = (origin, width.max(1));
        self.index = self.index_at(now);
    }

    fn index_at(&self, time: u64) -> i64 {
        (time as i64 - self.origin as i64).div_euclid(self.width as i64)
    }

    /// When the current interval ends.
    pub(crate) fn end(&self) -> u64 {
        (self.origin as i64 + (self.index + 1) * self.width as i64) as u64
    }

    #[inline]
    pub(crate) fn sent(&mut self, request: &UnderWay, lateness: u64) {
        self.batch.sent += 1;
        self.batch.of(request).lateness.saturating_record(lateness);
    }

    #[inline]
    pub(crate) fn completed(&mut self, request: &UnderWay, now: u64) {
        self.batch.completed += 1;
        let histograms = self.batch.of(request);
        histograms.response.saturating_record(now.saturating_sub(request.due));
        histograms.service.saturating_record(now.saturating_sub(request.sent));
    }

    /// An answer that was an error.
    pub(crate) fn wrong(&mut self, request: &UnderWay, now: u64) {
        self.batch.failed += 1;
        if request.counted {
            self.batch.failed_response.saturating_record(now.saturating_sub(request.due));
        }
    }

    /// Hands over what there is if the interval is over at `now`.
    pub(crate) fn cut(&mut self, now: u64, in_flight: u64) {
        if now >= self.end() {
            self.hand_over(in_flight);
            self.index = self.index_at(now);
        }
    }

    /// Hands over the current interval.
    pub(crate) fn hand_over(&mut self, in_flight: u64) {
        let next = self.spare.try_recv().unwrap_or_else(|_| Box::new(Batch::new()));
        let mut batch = std::mem::replace(&mut self.batch, next);
        batch.in_flight = in_flight;
        (self.outbox)(Delivery { thread: self.thread, index: self.index, batch });
    }
}
