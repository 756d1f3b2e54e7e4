//! How far a run has come: a pure function of its plan and its invocations, so that an interrupted run goes on where it
//! stopped.

use crate::orders::Orders;
use kymo_model::Invocation;

/// The state of one benchmark.
pub struct BenchmarkState {
    /// Which variants can still be measured.
    pub live: Vec<bool>,
    /// Which variants have been calibrated, or been found unmeasurable.
    pub calibrated: Vec<bool>,
    /// Rounds that all live variants have finished.
    pub rounds: u32,
    /// The widest half-width at the last planned look; infinite before there was one.
    pub width: f64,
    /// Where the benchmark's invocations stand in the run.
    pub invocations: Vec<usize>,
    /// Where its first verification stands in the run.
    pub first_verified: Option<usize>,
    /// Which variants have done the round under way.
    done: Vec<bool>,
    orders: Option<Orders>,
    seed: u64,
    benchmark: usize,
}

impl BenchmarkState {
    /// The state of a benchmark without invocations.
    pub fn new(seed: u64, benchmark: usize, variants: usize) -> Self {
        Self {
            live: vec![true; variants],
            calibrated: vec![false; variants],
            rounds: 0,
            width: f64::INFINITY,
            invocations: Vec::new(),
            first_verified: None,
            done: vec![false; variants],
            orders: None,
            seed,
            benchmark,
        }
    }

    /// Takes note of the invocation at `position` of the run; true if it finished a round.
    pub fn note(&mut self, position: usize, invocation: &Invocation) -> bool {
        let variant = invocation.variant as usize;
        if variant >= self.live.len() {
            return false;
        }
        if invocation.counting.is_some() {
            // Beside the rounds: neither evidence nor a reason to measure no more.
            return false;
        }
        self.invocations.push(position);
        if invocation.round > 0 {
            self.orders();
        }
        self.calibrated[variant] = true;
        if !invocation.outcome.is_measured() {
            // A variant that failed once is closed: half a pair is no evidence, and a crash should not be repeated
            // sixty times.
            self.live[variant] = false;
        } else if invocation.verification.is_some() {
            self.first_verified = self.first_verified.or(Some(position));
        }
        if invocation.round > 0 {
            self.done[variant] = true;
        }
        self.finish_round()
    }

    fn finish_round(&mut self) -> bool {
        let finished =
            self.done.iter().any(|done| *done) && self.live.iter().zip(&self.done).all(|(live, done)| *done || !*live);
        if finished {
            self.rounds += 1;
            self.done.fill(false);
        }
        finished
    }

    /// The next variant that must be calibrated.
    pub fn next_to_calibrate(&self) -> Option<usize> {
        self.calibrated.iter().position(|calibrated| !calibrated)
    }

    /// The next variant of the round under way, and the number of that round; `None` if no variant is left.
    pub fn next_in_round(&mut self) -> Option<(u32, usize)> {
        let round = self.rounds + 1;
        let order = self.orders().round(round).to_vec();
        let next = order.into_iter().find(|variant| self.live[*variant] && !self.done[*variant]);
        next.map(|variant| (round, variant))
    }

    /// The number of rounds that are balanced together: that of the variants in the first one.
    pub fn square(&mut self) -> usize {
        self.orders().square()
    }

    /// The orders of the variants that are live when the first round begins: what was known to be unmeasurable by then
    /// would leave the places of the others unbalanced.
    fn orders(&mut self) -> &mut Orders {
        let live = &self.live;
        self.orders.get_or_insert_with(|| {
            let contenders = (0..live.len()).filter(|variant| live[*variant]).collect();
            Orders::new(self.seed, self.benchmark, contenders)
        })
    }

    /// Whether a round is under way.
    pub fn mid_round(&self) -> bool {
        self.done.iter().any(|done| *done)
    }

    /// Whether any variant can still be measured.
    pub fn is_live(&self) -> bool {
        self.live.iter().any(|live| *live)
    }
}
