//! What a region costs that holds nothing: the floor of every measured time.

// A benchmark's table is its result; the library itself never prints.
use kymo_measure::region::Region;
use kymo_model::Metric;

const REPETITIONS: usize = 200_000;

fn main() {
    show("wall_time only", &[Metric::WallTime]);
    show("all metrics", &Metric::ALL);
}

fn show(title: &str, metrics: &[Metric]) {
    let (region, absent) = Region::new(metrics);
    let mut times_ns = Vec::with_capacity(REPETITIONS);
    for _ in 0..REPETITIONS {
        region.start();
        region.end();
        let Ok(readings) = region.take() else { continue };
        times_ns.extend(readings.iter().filter(|(metric, _)| *metric == Metric::WallTime).map(|(_, s)| s * 1e9));
    }
    times_ns.sort_by(f64::total_cmp);
    let at = |share: f64| times_ns.get((times_ns.len() as f64 * share) as usize).copied().unwrap_or(f64::NAN);
    println!("{title}: min {:.0} ns, median {:.0} ns, p99 {:.0} ns", at(0.0), at(0.5), at(0.99));
    for metric in absent {
        println!("  without {}: {}", metric.metric, metric.reason);
    }
}
