//! Prices for one of many: the time of a fiber, where a benchmark runs as many as its parameter says.

use super::SweepError;
use crate::analysis::table::Cell;
use kymo_model::Run;

/// What each benchmark's costs are divided by: 1 where nothing was asked for.
pub(super) fn divisors(run: &Run, per: Option<&str>) -> Result<Vec<f64>, SweepError> {
    let count = run.plan.benchmarks.len();
    let Some(per) = per else { return Ok(vec![1.0; count]) };
    let fail = |problem: String| SweepError::Per { per: per.to_owned(), problem };
    if let Some(number) = number(per) {
        return if number > 0.0 {
            Ok(vec![number; count])
        } else {
            Err(fail("the number must be above zero".to_owned()))
        };
    }
    let name = bare(per);
    let of_benchmarks = run.plan.benchmarks.iter().map(|benchmark| {
        let Some(value) = benchmark.parameters.get(name) else {
            let known: Vec<&str> = benchmark.parameters.keys().map(String::as_str).collect();
            let known = known.join(", ");
            return Err(fail(format!("{} has no such parameter; it has {known}", benchmark.parts().base)));
        };
        number(value)
            .filter(|number| *number > 0.0)
            .ok_or_else(|| fail(format!("its value {value} is no number above zero")))
    });
    of_benchmarks.collect()
}

/// What is divided by, in words: the parameter, or the number.
pub(super) fn words(per: &str) -> String {
    bare(per).to_owned()
}

/// `{n}` is the parameter `n`, as in arguments.
fn bare(per: &str) -> &str {
    per.strip_prefix('{').and_then(|inside| inside.strip_suffix('}')).unwrap_or(per)
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// A cell whose costs are divided by a number above zero. A comparison stays as it is: it is one of equal shares.
pub(super) fn divided(cell: Cell, divisor: f64) -> Cell {
    let Cell::Measured { mut estimate, mean, n, judged } = cell else { return cell };
    if divisor == 1.0 {
        return Cell::Measured { estimate, mean, n, judged };
    }
    let shift = divisor.ln();
    if let Some(estimate) = &mut estimate {
        estimate.mean_log -= shift;
        if let Some(interval) = &mut estimate.ci95 {
            interval.lo -= shift;
            interval.hi -= shift;
        }
    }
    Cell::Measured { estimate, mean: mean / divisor, n, judged }
}
