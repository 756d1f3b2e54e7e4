//! Servers under load through the whole tool: real servers, a real database, real loads. Which loads are valid is the
//! machine's affair on the day; what is measured, kept and refused is ours.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use kymo_model::{Invocation, Metric, Outcome, Phase, Run};
use support::{Home, repository};

/// Short loads: what is tested is not how much is answered.
const SHORT: [&str; 8] = ["--window", "300ms", "--warm-up", "50ms", "--no-save", "--format", "json", "--quiet"];

fn suites() -> String {
    repository().join("suites").display().to_string()
}

/// Both sides get the processors that there are; a machine with one has them share it.
fn processors() -> &'static [&'static str] {
    let several = std::thread::available_parallelism().is_ok_and(|number| number.get() > 1);
    if several { &[] } else { &["--share-cpus"] }
}

fn run(home: &Home, args: &[&str]) -> Run {
    let suites = suites();
    let args = [&["--suites", &suites, "run"], args, &SHORT, processors()].concat();
    let ran = home.run(&args);
    assert!(matches!(ran.code, Some(0 | 1)), "{}", home.shown(&ran));
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", home.shown(&ran)))
}

fn of<'a>(run: &'a Run, name: &str, variant: &str) -> Vec<&'a Invocation> {
    let benchmark = run.plan.benchmarks.iter().position(|benchmark| benchmark.name.as_str() == name).unwrap() as u32;
    let variant = run.plan.variants.iter().position(|one| one.name == variant).unwrap() as u32;
    run.invocations.iter().filter(|one| one.benchmark == benchmark && one.variant == variant).collect()
}

fn value(invocation: &Invocation, metric: Metric) -> Option<f64> {
    Some(invocation.samples(Phase::Serve, metric)?.values[0].get())
}

#[test]
fn servers_are_loaded_at_their_peak_and_at_rates() {
    let home = Home::new();
    let hyper = "native[hyper]";
    let reused = "wasmtime[pooling,instance-reuse=100]";
    let run = run(&home, &["http/plaintext", "-e", hyper, "-e", reused, "--rates", "10%,peak,200", "--rounds", "1"]);
    assert_eq!(run.plan.phases, [Phase::Serve]);
    let serve = run.plan.serve.as_ref().unwrap();
    assert!(serve.server_cpus.iter().all(|cpu| !serve.client_cpus.contains(cpu)), "{serve:?}");
    for flavour in ["smallest", "c", "asyncify", "bespoke"] {
        for rate in ["", "(rate=200)", "(rate=10%)"] {
            let name = format!("http/plaintext:{flavour}{rate}");
            for one in of(&run, &name, reused) {
                assert_eq!(one.outcome, Outcome::Measured, "{name}");
                if one.counting.is_some() {
                    let calls = value(one, Metric::SyscallsPerRequest).unwrap();
                    assert!((1.0..40.0).contains(&calls), "{name}: {calls} system calls for an answer");
                    assert!(one.notes[0].contains("recvfrom"), "{:?}", one.notes);
                    continue;
                }
                assert!(value(one, Metric::CpuPerRequest).unwrap() > 0.0, "{name}");
                assert!(value(one, Metric::PeakPss).unwrap() > 1e6, "{name}");
                let valid = one.settings["load.verdict"] == "valid";
                let has_latency = value(one, Metric::LatencyP50).is_some();
                assert_eq!(has_latency, valid && !rate.is_empty(), "{name}: {:?}", one.settings);
                let has_throughput = value(one, Metric::Throughput).is_some();
                assert_eq!(has_throughput, valid || one.settings["load.verdict"] == "server-overloaded", "{name}");
            }
        }
    }
    // A server of its own is measured once.
    assert!(of(&run, "http/plaintext:smallest", hyper).iter().all(|one| one.outcome == Outcome::Measured));
    let beside = of(&run, "http/plaintext:c", hyper);
    assert!(
        matches!(&beside[0].outcome, Outcome::Unsupported { feature } if feature.contains("beside http/plaintext:smallest"))
    );
    // A tenth of what the base line achieved in its first invocation, in all rounds.
    let first = of(&run, "http/plaintext:smallest", hyper).into_iter().find(|one| one.counting.is_none()).unwrap();
    let peak: f64 = first.settings["load.achieved"].parse().unwrap();
    for one in of(&run, "http/plaintext:smallest(rate=10%)", hyper).iter().filter(|one| one.counting.is_none()) {
        let offered: f64 = one.settings["load.offered"].parse().unwrap();
        assert!((offered / (peak / 10.0) - 1.0).abs() < 0.05, "{offered} of {peak}");
    }
}

#[test]
fn a_saved_run_of_servers_shows_what_it_showed() {
    let home = Home::new();
    let suites = suites();
    let args = ["--suites", &suites, "run", "http/plaintext:smallest", "-e", "native[hyper]", "-e", "wasmtime"];
    let short = ["--rates", "peak,10%", "--rounds", "1", "--window", "200ms", "--warm-up", "50ms"];
    let ran = home.run(&[&args[..], &short, processors()].concat());
    let id = ran
        .stderr
        .lines()
        .find_map(|line| line.strip_prefix("saved as "))
        .unwrap_or_else(|| panic!("{}", home.shown(&ran)));
    let shown = home.run(&["show", id]);
    assert_eq!(shown.stdout, ran.stdout, "{}", home.shown(&shown));
    assert!(ran.stdout.contains("native[hyper]  "), "the module is not the base line's: {}", ran.stdout);
}

#[test]
fn guests_reach_a_real_database_and_answer_by_the_rules() {
    let home = Home::new();
    let reused = "wasmtime[instance-reuse=100]";
    let args = ["http/db", "http/fortunes", "-e", "native[hyper]", "-e", "wasmtime", "-e", reused];
    let run = run(&home, &[&args[..], &["--rates", "peak", "--rounds", "1", "--metric", "cpu_per_request"]].concat());
    for name in ["http/db:c", "http/fortunes:c"] {
        for variant in ["native[hyper]", "wasmtime", reused] {
            let invocations = of(&run, name, variant);
            assert!(invocations.len() >= 2, "the calibration and a round");
            for one in invocations {
                assert_eq!(one.outcome, Outcome::Measured, "{name} on {variant}: {:?}", one.outcome);
            }
        }
    }
}

#[test]
fn what_answers_wrongly_is_not_timed() {
    let home = Home::new();
    let module = repository().join("suites/http/bin/smallest.wasm");
    let suite = |expect: &str| {
        format!(
            "schema = 1\nname = \"wrong\"\nabout = \"Answers that are not what is expected.\"\n\n[[benchmark]]\nname = \
             \"one\"\nabout = \"A page.\"\nartifact = \"one.wasm\"\nsha256 = \"{}\"\nkind = \"component\"\nrequires = \
             [\"bulk-memory\", \"component-model\", \"wasi-p2\", \"wasi-http\"]\n\n[benchmark.serve]\ntest = \
             \"plaintext\"\npath = \"/plaintext\"\nexpect = \"{expect}\"\n",
            sha256(&module)
        )
    };
    for (expect, message) in [("json", "the body is no JSON"), ("nothing", "there is no rule for 'nothing'")] {
        std::fs::create_dir_all(home.path("wrong")).unwrap();
        home.write("wrong/suite.toml", suite(expect));
        std::fs::copy(&module, home.path("wrong/one.wasm")).unwrap();
        let run = run(&home, &["wrong", "-e", "wasmtime", "--rounds", "1", "--metric", "cpu_per_request"]);
        let outcome = &run.invocations[0].outcome;
        assert!(matches!(outcome, Outcome::WrongOutput { message: found } if found.contains(message)), "{outcome:?}");
        assert_eq!(run.invocations.len(), 1, "nothing was loaded");
    }
}

fn sha256(file: &std::path::Path) -> String {
    let digest = <sha2::Sha256 as sha2::Digest>::digest(std::fs::read(file).unwrap());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn what_cannot_be_measured_is_said_before_anything_is_started() {
    let home = Home::new();
    let suites = suites();
    let refused = |args: &[&str]| {
        let ran = home.run(&[&["--suites", &suites, "run"], args].concat());
        assert_eq!(ran.code, Some(2), "{}", home.shown(&ran));
        ran.stderr.lines().next().unwrap().to_owned()
    };
    let cases: [(&[&str], &str); 9] = [
        (&["http/plaintext", "--rates", "75%"], "kymo: --rates: a share of the base line's peak needs the peak, too"),
        (
            &["http/plaintext", "--rates", "fast"],
            "error: invalid value 'fast' for '--rates <RATES>': 'fast' is no rate",
        ),
        (
            &["http/plaintext", "--rates", "100", "--param", "rate=200"],
            "kymo: --rates and --param rate=… say the same twice; keep one",
        ),
        (&["http", "--phase", "serve,compile"], "kymo: --phase serve goes with no other phase"),
        (&["basics/noop", "--phase", "serve"], "kymo: --phase serve: none of the benchmarks is a server"),
        (&["basics/noop", "http/plaintext"], "kymo: some of the benchmarks are servers and some are not"),
        (&["basics/noop", "--metric", "throughput"], "kymo: --metric throughput is of servers, and none is measured"),
        (&["http/plaintext", "--metric", "wall_time"], "kymo: --metric wall_time: of servers it is not measured"),
        (
            &["http/plaintext", "--server-cpus", "0", "--client-cpus", "0"],
            "kymo: processor 0 is in --server-cpus and in --client-cpus",
        ),
    ];
    for (args, expected) in cases {
        let said = refused(args);
        assert!(said.starts_with(expected), "{args:?}: {said}");
    }
}
