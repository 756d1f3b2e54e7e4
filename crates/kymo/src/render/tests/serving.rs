//! Tables of servers under load.

use super::made::{Made, costs, run};
use super::snapshot;
use crate::render::serving;
use crate::render::tables::{self, Look};
use kymo_lab::analysis::{self, Settings};
use kymo_model::*;

const SERVERS: [&str; 3] = ["native[hyper]", "wasmtime", "wasmtime[pooling]"];

fn test(rate: ServeRate) -> ServeTest {
    ServeTest {
        test: "plaintext".to_owned(),
        path: "/plaintext".to_owned(),
        expect: "plaintext".to_owned(),
        pipeline: 1,
        connections: 64,
        rate,
        cores: None,
        database: None,
    }
}

/// The peak and a rate; hyper is valid at the rate only, since its clients were the limit at its peak.
fn made() -> Made {
    let names = ["http/plaintext:c", "http/plaintext:c(rate=75%)"];
    let mut made = run(&SERVERS, &names);
    let rates = [ServeRate::Peak, ServeRate::OfBase(75)];
    for (benchmark, rate) in made.0.plan.benchmarks.iter_mut().zip(rates) {
        benchmark.flavour = Some("c".to_owned());
        benchmark.serve = Some(test(rate));
        benchmark.parameters = [("rate".to_owned(), rate.to_string())].into();
    }
    made.0.plan.phases = vec![Phase::Serve];
    made.0.plan.metrics = vec![Metric::Throughput, Metric::LatencyP99, Metric::CpuPerRequest, Metric::PeakPss];
    made.0.plan.serve = Some(ServePlan {
        duration: Seconds::new(2.0),
        warmup: Seconds::new(0.5),
        threads: 1,
        server_cpus: vec![0],
        client_cpus: vec![1],
        arrivals: Arrivals::Constant,
    });
    for variant in 0..3 {
        let slower = [1.0, 12.0, 8.0][variant as usize];
        let mut series = |place, metric, centre, sd| {
            let made_so_far = std::mem::replace(&mut made, run(&[], &[]));
            made = made_so_far.series(place, (Phase::Serve, metric), costs(centre, sd, 10));
        };
        if variant > 0 {
            series((0, variant), Metric::Throughput, 60e3 / slower, 0.01);
            series((1, variant), Metric::Throughput, 60e3 / slower, 0.01);
        }
        series((0, variant), Metric::CpuPerRequest, 9e-6 * slower, 0.01);
        series((0, variant), Metric::PeakPss, 12e6 * slower, 0.001);
        series((1, variant), Metric::CpuPerRequest, 10e-6 * slower, 0.01);
        if variant == 0 {
            series((1, 0), Metric::LatencyP99, 400e-6, 0.05);
        }
    }
    for invocation in &mut made.0.invocations {
        let verdict = match (invocation.benchmark, invocation.variant) {
            (0, 0) => "client-limited",
            (1, 1..) => "server-overloaded",
            _ => "valid",
        };
        invocation.settings.insert("load.verdict".to_owned(), verdict.to_owned());
        if invocation.benchmark == 1 {
            invocation.settings.insert("load.offered".to_owned(), "45012.5".to_owned());
        }
        if verdict == "client-limited" {
            invocation.settings.insert("load.achieved".to_owned(), "61234.5".to_owned());
        }
        if invocation.variant == 0 {
            invocation.settings.insert("load.module".to_owned(), "none".to_owned());
        }
        if verdict == "client-limited" {
            invocation.notes = vec!["client-limited: the generator's processor was 96 % busy".to_owned()];
        }
    }
    made
}

#[test]
fn servers_stand_beside_the_base_line() {
    let found = analysis::serving(&made().0, &Settings::default());
    let text = tables::serving(&found, &Look { colour: false });
    assert!(text.lines().all(|line| line == line.trim_end()));
    snapshot!("serving", format!("{text}\n{}\n", serving::notes(&found).join("\n")));
}

#[test]
fn more_answers_are_better_and_a_dearer_answer_is_slower() {
    let made = made();
    let found = analysis::serving(&made.0, &Settings::default());
    let verdict = |table: usize, row: usize, metric: Metric| {
        found[table].rows[row].cells[&metric].judged().and_then(|judged| judged.verdict)
    };
    use kymo_stats::Verdict::{Faster, Slower};
    assert_eq!(verdict(0, 1, Metric::CpuPerRequest), Some(Slower));
    assert_eq!(verdict(0, 1, Metric::Throughput), None, "the base line's own was not kept");
    // Against each other: the same costs in a run whose base line they are.
    let mut swapped = made;
    swapped.0.plan.variants.rotate_left(1);
    for invocation in &mut swapped.0.invocations {
        invocation.variant = (invocation.variant + 2) % 3;
        invocation.settings.remove("load.module");
    }
    let found = analysis::serving(&swapped.0, &Settings::default());
    let throughput = found[0].rows[1].cells[&Metric::Throughput].judged().and_then(|judged| judged.verdict);
    assert_eq!(throughput, Some(Faster), "pooling answers more often");
}

#[test]
fn a_server_of_its_own_stands_once() {
    let mut made = made();
    let mut other = made.0.plan.benchmarks[0].clone();
    other.flavour = Some("rust".to_owned());
    other.name = BenchmarkName::new("http/plaintext:rust");
    made.0.plan.benchmarks.push(other);
    let repeated = Outcome::Unsupported { feature: "modules; it was measured beside http/plaintext:c".to_owned() };
    let made = made.outcome(2, 0, repeated).outcome(2, 1, Outcome::Trapped { message: "unreachable".to_owned() });
    let found = analysis::serving(&made.0, &Settings::default());
    let servers: Vec<(&str, Option<&str>)> =
        found[0].rows.iter().map(|row| (row.variant.as_str(), row.flavour.as_deref())).collect();
    let expected = [
        ("native[hyper]", None),
        ("wasmtime", Some("c")),
        ("wasmtime[pooling]", Some("c")),
        ("wasmtime", Some("rust")),
        ("wasmtime[pooling]", Some("rust")),
    ];
    assert_eq!(servers, expected);
}
