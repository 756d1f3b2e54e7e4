//! Prints seeded comparisons with their results as JSON, so that the same methods in another language can be held to them.
//!
//! `cargo run --release -p kymo-stats --example vectors > web/test/vectors.json`

use kymo_stats::{Comparison, Interval, Margin, Verdict, benjamini_hochberg, paired, summary, unpaired, verdict};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Any seed would do; it is fixed so that the vectors can be made again.
const SEED: u64 = 20_261_122;

/// Comparisons of each sort.
const CASES: usize = 48;

fn main() {
    println!("{}", document());
}

/// The whole document, one case a line.
fn document() -> String {
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let mut lines = Vec::new();
    let mut all = Vec::new();
    for case in 0..CASES {
        let n = 2 + random.random_range(0..40_usize);
        let (spread, effect) = (0.002 + 0.03 * random.random::<f64>(), 0.06 * (random.random::<f64>() - 0.5));
        let a = costs(&mut random, n, 0.0, spread);
        let other = if case % 2 == 0 { n } else { 2 + random.random_range(0..40_usize) };
        let b = costs(&mut random, other, effect, spread);
        let compared = if case % 2 == 0 { paired(&a, &b) } else { unpaired(&a, &b) };
        let compared = compared.expect("two or more positive costs a side");
        lines.push((a, b, compared.clone()));
        all.push(compared);
    }
    let p: Vec<f64> = all.iter().map(|one| one.p).collect();
    let q = benjamini_hochberg(&p).expect("p-values are probabilities");
    let cases: Vec<String> = lines.iter().zip(&q).map(|((a, b, one), q)| line(a, b, one, *q)).collect();
    let sum = summary(&all, &[]).expect("there are comparisons").satterthwaite;
    format!(
        "{{\"cases\": [\n{}\n],\n\"summary\": {{\"mean_log\": {}, \"se_log\": {}, \"dof\": {}, \"ci95\": {}}}}}",
        cases.join(",\n"),
        number(sum.mean_log),
        number(sum.se_log),
        sum.dof.map_or("null".to_owned(), number),
        interval(Some(sum.ci95))
    )
}

/// Costs about 1 with two modes, rounded so that they are short in text.
fn costs(random: &mut ChaCha8Rng, n: usize, effect: f64, spread: f64) -> Vec<f64> {
    let one = |random: &mut ChaCha8Rng| {
        let sum: f64 = (0..6).map(|_| random.random::<f64>() - 0.5).sum();
        let slow = if random.random::<f64>() < 0.1 { 3.0 * spread } else { 0.0 };
        ((effect + spread * sum + slow).exp() * 1e7).round() / 1e7
    };
    (0..n).map(|_| one(random)).collect()
}

fn line(a: &[f64], b: &[f64], one: &Comparison, q: f64) -> String {
    let margin = Margin::LEAST;
    let (kind, needed) = match verdict(one, q, margin) {
        Verdict::Same { small_but_real: false } => ("same", None),
        Verdict::Same { small_but_real: true } => ("same, small but real", None),
        Verdict::Faster => ("faster", None),
        Verdict::Slower => ("slower", None),
        Verdict::Inconclusive { rounds_needed } => ("inconclusive", rounds_needed),
    };
    format!(
        "{{\"method\": \"{}\", \"a\": {a:?}, \"b\": {b:?}, \"diff_log\": {}, \"sd_log\": {}, \"se_log\": {}, \
         \"ci90\": {}, \"ci95\": {}, \"p\": {}, \"q\": {}, \"verdict\": \"{kind}\", \"needed\": {}, \"warnings\": {:?}}}",
        format!("{:?}", one.method).to_lowercase(),
        number(one.diff_log),
        number(one.sd_log),
        number(one.se_log),
        interval(one.ci90),
        interval(one.ci95),
        number(one.p),
        number(q),
        needed.map_or("null".to_owned(), |needed| needed.to_string()),
        one.warnings.len(),
    )
}

fn interval(interval: Option<Interval>) -> String {
    interval.map_or("null".to_owned(), |found| format!("[{}, {}]", number(found.lo), number(found.hi)))
}

/// Ten digits: the last ones differ between mathematical libraries, and would make the vectors a machine's own.
fn number(value: f64) -> String {
    format!("{value:.9e}")
}
