//! A search for the highest rate that passes: in growing steps until one rate passed and one did not, then halving
//! what is between them on a scale of logarithms. It holds for true only what it tried itself.

/// Steps while the end is open grow up to this factor.
const GROWTH_MAX: f64 = 2.0;

/// A search. It asks for a rate by [`Bisection::ask`] and is told by [`Bisection::tell`] what came of it.
#[derive(Clone, Debug)]
pub struct Bisection {
    start: f64,
    /// The highest rate that passed.
    passed: Option<f64>,
    /// The lowest rate that did not.
    failed: Option<f64>,
    /// Whether that was for the server's sake; else it is unknown what the server would have done.
    by_server: bool,
    /// The factor of the next step where one end is open.
    growth: f64,
    /// The ends are near enough when their ratio is at most this.
    ratio: f64,
    /// No rate below and none above these is tried, in requests a second.
    bounds: (f64, f64),
}

/// What came of a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// It passed.
    Passed,
    /// The server did not keep up with it.
    Failed,
    /// It could not be tried: the generator was the limit.
    Untried,
}

/// How a search ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Found {
    /// No rate passed.
    Nothing,
    /// This rate passed, and one a little higher did not.
    Peak(f64),
    /// This rate passed, and higher ones could not be tried.
    AtLeast(f64),
}

impl Bisection {
    /// A search that begins at `start` and ends when what passed and what did not are within `ratio` of each other.
    /// `growth` is the factor of its first step away from the start.
    pub fn new(start: f64, growth: f64, ratio: f64, bounds: (f64, f64)) -> Self {
        let start = start.clamp(bounds.0, bounds.1);
        Self { start, passed: None, failed: None, by_server: true, growth: growth.min(GROWTH_MAX), ratio, bounds }
    }

    /// The next rate to try; `None` when the search is over.
    pub fn ask(&self) -> Option<f64> {
        match (self.passed, self.failed) {
            (None, None) => Some(self.start),
            (Some(passed), None) => (passed < self.bounds.1).then(|| (passed * self.growth).min(self.bounds.1)),
            (None, Some(failed)) => (failed > self.bounds.0).then(|| (failed / self.growth).max(self.bounds.0)),
            (Some(passed), Some(failed)) => (failed / passed > self.ratio).then(|| (passed * failed).sqrt()),
        }
    }

    /// Takes what came of the rate that was asked for.
    pub fn tell(&mut self, rate: f64, told: Told) {
        if told == Told::Passed {
            self.passed = Some(rate);
        } else {
            self.failed = Some(rate);
            self.by_server = told == Told::Failed;
        }
        if self.passed.is_none() || self.failed.is_none() {
            self.growth = (self.growth * self.growth).min(GROWTH_MAX);
        }
    }

    /// What was found, once there is nothing more to ask.
    pub fn found(&self) -> Found {
        match (self.passed, self.failed) {
            (None, _) => Found::Nothing,
            (Some(passed), Some(_)) if self.by_server => Found::Peak(passed),
            (Some(passed), _) => Found::AtLeast(passed),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BOUNDS: (f64, f64) = (1.0, 1e8);

    fn search(start: f64, growth: f64, judge: impl Fn(f64) -> Told) -> (Found, usize) {
        let mut search = Bisection::new(start, growth, 1.02, BOUNDS);
        let mut steps = 0;
        while let Some(rate) = search.ask() {
            search.tell(rate, judge(rate));
            steps += 1;
            assert!(steps < 100, "it does not end");
        }
        (search.found(), steps)
    }

    proptest! {
        #[test]
        fn the_capacity_is_found_wherever_the_search_begins(capacity in 1.1..9e7f64, start in 1.0..1e8f64, growth in 1.04..2.0f64) {
            let (found, _) = search(start, growth, |rate| if rate <= capacity { Told::Passed } else { Told::Failed });
            let Found::Peak(peak) = found else { panic!("{found:?}") };
            prop_assert!(peak <= capacity && peak * 1.02 >= capacity * 0.999_999, "{peak} of {capacity}");
        }

        #[test]
        fn a_generator_that_is_the_limit_is_no_failure_of_the_server(limit in 2.0..1e7f64) {
            let (found, _) = search(1000.0, 2.0, |rate| if rate <= limit { Told::Passed } else { Told::Untried });
            prop_assert!(matches!(found, Found::AtLeast(rate) if rate <= limit && rate * 1.02 > limit * 0.999_999), "{found:?}");
        }

        #[test]
        fn it_ends_whatever_it_is_told(answers in proptest::collection::vec(0..3u8, 100)) {
            let mut search = Bisection::new(1000.0, 1.04, 1.02, BOUNDS);
            for answer in answers {
                let Some(rate) = search.ask() else { return Ok(()) };
                prop_assert!((BOUNDS.0..=BOUNDS.1).contains(&rate));
                search.tell(rate, [Told::Passed, Told::Failed, Told::Untried][usize::from(answer)]);
            }
            prop_assert!(false, "it does not end");
        }
    }

    #[test]
    fn near_its_start_a_search_takes_few_steps() {
        let (found, steps) = search(10_000.0, 1.04, |rate| if rate <= 10_500.0 { Told::Passed } else { Told::Failed });
        assert!(matches!(found, Found::Peak(_)) && steps <= 6, "{found:?} after {steps}");
        assert_eq!(search(10.0, 2.0, |_| Told::Failed).0, Found::Nothing);
        assert_eq!(search(10.0, 2.0, |_| Told::Passed).0, Found::AtLeast(BOUNDS.1));
    }
}
