//! How the values of a parameter lie on an axis.

use super::Point;

/// How values lie on their axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// As numbers.
    Linear,
    /// As logarithms of numbers: the values are nearer to a geometric series than to an arithmetic one.
    Log,
    /// Side by side, in the order in which they were typed: not all of them are numbers.
    Category,
}

/// Fewest values that can show what series they are.
const VALUES_FOR_LOG: usize = 3;

/// Values that span less than this factor are as easily read on a linear axis.
const SPAN_FOR_LOG: f64 = 8.0;

/// The points of these values in the order of their axis.
pub(super) fn points(values: &[String]) -> (Axis, Vec<Point>) {
    let numbers: Option<Vec<f64>> =
        values.iter().map(|value| value.parse().ok().filter(|number: &f64| number.is_finite())).collect();
    let Some(numbers) = numbers else {
        return (Axis::Category, values.iter().map(|text| Point { text: text.clone(), place: None }).collect());
    };
    let places = numbers.iter().map(|number| Some(*number));
    let mut points: Vec<Point> =
        values.iter().zip(places).map(|(text, place)| Point { text: text.clone(), place }).collect();
    points.sort_by(|a, b| a.place.partial_cmp(&b.place).unwrap_or(std::cmp::Ordering::Equal));
    (of_numbers(&numbers), points)
}

fn of_numbers(numbers: &[f64]) -> Axis {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (Some(first), Some(last)) = (sorted.first(), sorted.last()) else { return Axis::Linear };
    if sorted.len() < VALUES_FOR_LOG || *first <= 0.0 || last / first < SPAN_FOR_LOG {
        return Axis::Linear;
    }
    let logs: Vec<f64> = sorted.iter().map(|number| number.ln()).collect();
    if unevenness(&logs) < unevenness(&sorted) { Axis::Log } else { Axis::Linear }
}

/// The largest gap between neighbours as a share of the whole: the smaller, the more evenly they lie.
fn unevenness(sorted: &[f64]) -> f64 {
    let whole = sorted.last().copied().unwrap_or(0.0) - sorted.first().copied().unwrap_or(0.0);
    let largest = sorted.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f64::max);
    largest / whole
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(values: &[&str]) -> (Axis, Vec<String>) {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        let (axis, points) = points(&values);
        (axis, points.into_iter().map(|point| point.text).collect())
    }

    #[test]
    fn values_decide_their_axis() {
        assert_eq!(axis(&["0", "1", "2", "4", "8", "16"]).0, Axis::Linear, "zero has no logarithm");
        assert_eq!(axis(&["10", "100", "1000"]).0, Axis::Log);
        assert_eq!(axis(&["1", "2", "4", "8"]).0, Axis::Log);
        assert_eq!(axis(&["1", "2", "3", "4", "5", "6", "7", "8"]).0, Axis::Linear);
        assert_eq!(axis(&["1", "2", "4"]).0, Axis::Linear, "too narrow to matter");
        assert_eq!(axis(&["1", "1000"]).0, Axis::Linear, "two values are no series");
        assert_eq!(axis(&["-1", "10", "100"]).0, Axis::Linear);
        assert_eq!(axis(&["1", "inf", "2"]).0, Axis::Category);
        assert_eq!(axis(&[]), (Axis::Linear, vec![]));
    }

    #[test]
    fn numbers_are_sorted_and_words_stay() {
        assert_eq!(axis(&["10", "9", "-1"]).1, ["-1", "9", "10"]);
        assert_eq!(axis(&["large", "1", "medium"]).1, ["large", "1", "medium"]);
    }
}
