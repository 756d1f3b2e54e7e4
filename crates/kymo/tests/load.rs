//! `kymo load` from end to end: against small servers that the test starts itself.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "load/server.rs"]
mod server;
mod support;

use hdrhistogram::serialization::Deserializer;
use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};
use serde_json::Value;
use server::Server;
use std::time::Duration;
use support::{Home, Ran};

/// What is the same for most loads here: short, few requests, and patience with a machine that is busy.
const SHORT: [&str; 12] = ["-t", "1", "-c", "4", "-d", "1s", "--warmup", "100ms", "--drain", "20s", "--timeout", "20s"];

fn load(home: &Home, url: &str, more: &[&str]) -> Ran {
    home.run(&[&["load", url], &SHORT[..], more].concat())
}

fn json(home: &Home, url: &str, more: &[&str]) -> Value {
    let ran = load(home, url, &[more, &["--format", "json"]].concat());
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    serde_json::from_str(&ran.stdout).unwrap()
}

#[test]
fn the_report_has_every_distribution_and_its_schema() {
    let (home, server) = (Home::new(), Server::answering("200 OK", "Hello, World!", Duration::ZERO));
    let report = json(&home, &server.url("/"), &["-R", "200"]);
    for distribution in ["response", "service", "lateness"] {
        for figure in ["p50", "p90", "p99", "p99_9", "max", "mean"] {
            let value = report[distribution][figure].as_f64().unwrap();
            assert!((0.0..10.0).contains(&value), "{distribution}.{figure}: {value} s");
        }
    }
    let requests = &report["requests"];
    assert_eq!(requests["planned"], 200, "{requests}");
    let parts = ["completed", "failed", "in_flight", "unsent"].map(|part| requests[part].as_u64().unwrap());
    assert_eq!(parts.iter().sum::<u64>(), 200, "{requests}");
    assert_eq!(report["statuses"]["200"], requests["completed"]);
    assert!(report["series"].as_array().unwrap().len() >= 10);
    assert_eq!(report["asked"]["arrivals"], "constant");
    let validator = jsonschema::validator_for(&home.json(&["schema", "load"])).unwrap();
    let faults: Vec<String> = validator.iter_errors(&report).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn the_text_of_wrk2_is_what_its_scripts_look_for() {
    let (home, server) = (Home::new(), Server::answering("200 OK", "Hello, World!", Duration::ZERO));
    let ran = load(&home, &server.url("/"), &["-R200", "-L", "-H", "Accept: text/plain"]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines[0], format!("Running 1s test @ {}", server.url("/")));
    assert_eq!(lines[1], "  1 threads and 4 connections");
    assert_eq!(lines[2], "  Thread Stats   Avg      Stdev     Max   +/- Stdev");
    assert!(lines[3].starts_with("    Latency ") && lines[3].ends_with('%'), "{}", ran.stdout);
    assert!(lines[4].starts_with("    Req/Sec ") && lines[4].ends_with('%'), "{}", ran.stdout);
    assert_eq!(lines[5], "  Latency Distribution (HdrHistogram - Recorded Latency)");
    let percentiles = ["50.000%", "75.000%", "90.000%", "99.000%", "99.900%", "99.990%", "99.999%", "100.000%"];
    for (line, percentile) in lines[6..].iter().zip(percentiles) {
        assert!(line.trim_start().starts_with(percentile), "{line}");
        assert!(line.trim_end().ends_with("us") || line.trim_end().ends_with('s'), "{line}");
    }
    let found = |start: &str| lines.iter().find_map(|line| line.trim_start().strip_prefix(start)).unwrap();
    let requests: f64 =
        lines.iter().find_map(|line| line.trim().split_once(" requests in ")).unwrap().0.parse().unwrap();
    let rate: f64 = found("Requests/sec:").trim().parse().unwrap();
    assert!((requests - rate).abs() <= 0.05 * requests, "{requests} in one second, {rate}/s");
    assert!(found("Transfer/sec:").ends_with('B'));
    assert!(!ran.stdout.contains("Uncorrected") && ran.stdout.contains("verdict: "), "{}", ran.stdout);
    let both = load(&home, &server.url("/"), &["-R200", "-U"]).stdout;
    assert!(both.contains("(HdrHistogram - Uncorrected Latency ("), "{both}");
    assert!(server.requests().iter().any(|request| request.contains("Accept: text/plain")));
}

#[test]
fn logs_of_histograms_are_read_back() {
    let (home, server) = (Home::new(), Server::answering("200 OK", "x", Duration::from_millis(3)));
    let page = home.path("page.html");
    let args = ["-R", "100", "--hdr", "load.hlog", "--html", "page.html"];
    let report = json(&home, &server.url("/"), &args);
    let bytes = std::fs::read(home.path("load.hlog")).unwrap();
    let mut tags = Vec::new();
    for entry in IntervalLogIterator::new(&bytes) {
        let LogEntry::Interval(line) = entry.unwrap() else { continue };
        let tag = line.tag().unwrap().as_str().to_owned();
        let packed = server::base64(line.encoded_histogram());
        let histogram: hdrhistogram::Histogram<u64> = Deserializer::new().deserialize(&mut packed.as_slice()).unwrap();
        assert_eq!(histogram.len(), report[&tag]["count"].as_u64().unwrap(), "{tag}");
        let p99 = histogram.value_at_quantile(0.99) as f64 / 1e9;
        assert!((p99 - report[&tag]["p99"].as_f64().unwrap()).abs() <= 0.002 * p99 + 1e-8, "{tag}: {p99}");
        tags.push(tag);
    }
    assert_eq!(tags, ["response", "service", "lateness"]);
    assert!(report["service"]["p50"].as_f64().unwrap() >= 0.003, "{}", report["service"]);
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.contains("<svg") && !page.contains("<script"));
}

#[test]
fn what_an_answer_must_be_is_checked() {
    let home = Home::new();
    let server = Server::answering("404 Not Found", "nothing here", Duration::ZERO);
    home.write("body", "something else");
    let errors = |more: &[&str]| {
        let ran = load(&home, &server.url("/"), &[&["-R", "50", "--format", "json"], more].concat());
        assert!(matches!(ran.code, Some(0 | 1)), "{ran:#?}");
        serde_json::from_str::<Value>(&ran.stdout).unwrap()["errors"].clone()
    };
    assert_eq!(errors(&["--expect", "status=404"])["status"], 0);
    assert_eq!(errors(&["--expect", "status=404", "--expect", "nothing"])["body"], 0);
    assert_eq!(errors(&["--expect", "status=404", "--expect", "body=body"])["body"], 50);
    // Not one answer is as it should be: the load fails.
    let ran = load(&home, &server.url("/"), &["-R", "50"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stdout.contains("status 50") && ran.stdout.contains("404: 50"), "{}", ran.stdout);
}

#[test]
fn a_mix_sends_each_request_by_its_weight() {
    let (home, server) = (Home::new(), Server::answering("200 OK", "x", Duration::ZERO));
    home.write(
        "mix.toml",
        "[[request]]\nweight = 3\npath = \"/often\"\n[[request]]\npath = \"/seldom\"\nmethod = \"PUT\"\nbody = \"abc\"\n",
    );
    let url = server.url("/");
    let args = ["load", &url, "-t", "1", "-c", "4", "-d", "1s", "--warmup", "0", "--drain", "20s", "--timeout", "20s"];
    let report =
        home.json(&[&args[..], &["-R", "200", "--mix", "mix.toml", "--seed", "5", "--format", "json"]].concat());
    assert_eq!(report["requests"]["completed"], 200, "{}", report["errors"]);
    let requests = server.requests();
    let often = requests.iter().filter(|request| request.starts_with("GET /often ")).count();
    let seldom = requests.iter().filter(|request| request.starts_with("PUT /seldom ")).count();
    assert_eq!(often + seldom, requests.len());
    // 200 draws at 3 : 1 have a standard deviation of 6.
    assert!((115..=185).contains(&often), "{often} of {}", requests.len());
}

#[test]
fn a_peak_is_found_below_the_capacity() {
    let home = Home::new();
    // One at a time, 2 ms each: no more than 500 a second.
    let server = Server::one_at_a_time(Duration::from_millis(2));
    let args = ["load", &server.url("/"), "--peak", "--slo", "p50<50ms", "--searches", "1", "--start", "100"];
    let more = ["-d", "500ms", "--warmup", "0", "--drain", "500ms", "-t", "1", "-c", "16", "--resolution", "30%"];
    let ran = home.run(&[&args[..], &more, &["--format", "json"]].concat());
    let report: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:#?}"));
    let validator = jsonschema::validator_for(&home.json(&["schema", "peak"])).unwrap();
    let faults: Vec<String> = validator.iter_errors(&report).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    let steps = report["steps"].as_array().unwrap();
    assert!(!steps.is_empty() && ran.stderr.contains("pilot"), "{ran:#?}");
    // A busy machine may be slower than the server could be, never faster. In half a second a queue grows no longer than
    // that half of its requests still wait for less than 50 ms, up to a rate of 500 · (1 + 0.05 / 0.25) = 600.
    const MOST: f64 = 620.0;
    assert!(steps.iter().all(|step| step["outcome"] != "met" || step["rate"].as_f64().unwrap() <= MOST), "{steps:#?}");
    if let Some(rate) = report["rate"].as_f64() {
        assert!(rate <= MOST, "{rate}");
    }
}

#[test]
fn several_machines_share_a_load() {
    let (home, server) = (Home::new(), Server::answering("200 OK", "x", Duration::ZERO));
    home.write("secret", "correct horse battery staple\n");
    home.write("other", "another secret of the same kind\n");
    let url = server.url("/");
    let args = ["load", &url, "--lead", "127.0.0.1:0", "--machines", "2", "--secret", "secret", "-R", "201"];
    let mut lead = home.kymo(&[&args[..], &SHORT, &["--format", "json"]].concat());
    let told = std::fs::File::create(home.path("told")).unwrap();
    lead.stdout(std::process::Stdio::piped()).stderr(told);
    let mut lead = support::Running::new(lead.spawn().unwrap());
    let said = home.path("told");
    lead.until_lines(&said, 1);
    let text = std::fs::read_to_string(&said).unwrap();
    let address = text.split(" on ").nth(1).unwrap().split(';').next().unwrap().to_owned();
    // Who does not know the secret is told so, and the others go on without it.
    let wrong = home.run(&["load", "--join", &address, "--secret", "other"]);
    assert_eq!(wrong.code, Some(1), "{wrong:#?}");
    assert!(wrong.stderr.contains("does not know our secret"), "{}", wrong.stderr);
    let join = || home.start(&["load", "--join", &address, "--secret", "secret"]);
    let joined = [join(), join()].map(support::Running::finish);
    let output = lead.child.wait_with_output().unwrap();
    let told = std::fs::read_to_string(said).unwrap();
    assert!(output.status.success(), "{told}");
    for one in joined {
        assert_eq!(one.code, Some(0), "{one:#?}");
    }
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["machines"].as_array().unwrap().len(), 2);
    let planned = report["requests"]["planned"].as_u64().unwrap();
    assert!((200..=202).contains(&planned), "{planned} of 201 a second");
    assert_eq!(report["connections"]["made"].as_u64().unwrap(), 4);
    assert_eq!(report["response"]["count"], report["requests"]["completed"]);
    assert!(told.contains("turned away") && told.contains("ms ahead"), "{told}");
}

#[test]
fn a_machine_that_is_lost_is_said() {
    let (home, server) = (Home::new(), Server::answering("200 OK", "x", Duration::ZERO));
    home.write("secret", "correct horse battery staple\n");
    let url = server.url("/");
    let args =
        ["load", &url, "--lead", "127.0.0.1:0", "--machines", "2", "--secret", "secret", "-R", "100", "-d", "3s"];
    let more = ["-t", "1", "-c", "4", "--warmup", "0", "--format", "json"];
    let mut lead = home.kymo(&[&args[..], &more].concat());
    let told = std::fs::File::create(home.path("told")).unwrap();
    lead.stdout(std::process::Stdio::piped()).stderr(told);
    let mut lead = support::Running::new(lead.spawn().unwrap());
    lead.until_lines(&home.path("told"), 1);
    let text = std::fs::read_to_string(home.path("told")).unwrap();
    let address = text.split(" on ").nth(1).unwrap().split(';').next().unwrap().to_owned();
    let stays = home.start(&["load", "--join", &address, "--secret", "secret"]);
    let mut goes = home.start(&["load", "--join", &address, "--secret", "secret"]);
    // Killed once the load goes: requests have come from both.
    goes.until(|| server.requests().len() > 20);
    goes.signal("KILL");
    goes.child.wait().unwrap();
    assert_eq!(stays.finish().code, Some(0));
    let output = lead.child.wait_with_output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let lost: Vec<&Value> =
        report["machines"].as_array().unwrap().iter().filter(|machine| !machine["lost"].is_null()).collect();
    assert_eq!(lost.len(), 1, "{report}");
    assert_ne!(report["verdict"]["kind"], "valid");
    assert_eq!(report["requests"]["planned"], 150, "the requests of the other alone");
}

#[test]
fn a_saved_load_is_measured_only_where_it_is_valid() {
    let (home, server) = (Home::new(), Server::answering("200 OK", "x", Duration::ZERO));
    let args = ["-R", "100", "--save", "--label", "kept", "--format", "json"];
    let report = {
        let ran = load(&home, &server.url("/a/b?c"), &args);
        assert!(ran.stderr.contains("saved as run"), "{ran:#?}");
        serde_json::from_str::<Value>(&ran.stdout).unwrap()
    };
    let run = home.json(&["export", "kept"]);
    assert_eq!(run["plan"]["benchmarks"][0]["name"], "load/127.0.0.1/a/b");
    let invocation = &run["invocations"][0];
    if report["verdict"]["kind"] == "valid" {
        assert_eq!(invocation["outcome"]["kind"], "measured");
        let sample = |metric: &str| {
            let samples = invocation["samples"].as_array().unwrap();
            samples.iter().find(|one| one["metric"] == metric).unwrap()["values"][0].clone()
        };
        assert_eq!(sample("latency_p50"), report["response"]["p50"]);
        assert_eq!(sample("throughput"), report["rates"]["achieved"]);
    } else {
        assert_eq!(invocation["outcome"]["kind"], "failed");
        assert!(invocation["samples"].as_array().unwrap().is_empty());
    }
    assert!(home.ok(&["show", "kept"]).contains("load/127.0.0.1/a/b"));
    // More than the server can do, by far: whatever the reason, it is no measurement.
    let slow = Server::one_at_a_time(Duration::from_millis(50));
    let args = ["load", &slow.url("/"), "-t", "1", "-c", "4", "-d", "1s", "--warmup", "0", "--drain", "200ms"];
    home.run(&[&args[..], &["-R", "1000", "--save", "--label", "over", "--name", "mine"]].concat());
    let run = home.json(&["export", "over"]);
    assert_eq!(run["plan"]["benchmarks"][0]["name"], "mine");
    assert_eq!(run["invocations"][0]["outcome"]["kind"], "failed", "{run}");
    assert!(run["invocations"][0]["samples"].as_array().unwrap().is_empty());
}

#[test]
fn what_is_wrong_is_told() {
    let home = Home::new();
    home.write("bad.toml", "[[request]]\npath = \"/\"\nwieght = 1\n");
    home.write("short", "abc");
    let url = "http://127.0.0.1:1/";
    let commands: &[&[&str]] = &[
        &["load", url],
        &["load", url, "-R", "0"],
        &["load", url, "-R", "100", "-d", "1d"],
        &["load", url, "-R", "100", "-s", "script.lua"],
        &["load", url, "-R", "100", "--arrivals", "closed"],
        &["load", url, "-R", "100", "-c", "1", "-t", "2"],
        &["load", url, "--profile", "10k"],
        &["load", url, "--peak"],
        &["load", url, "--peak", "--slo", "p99"],
        &["load", url, "-R", "100", "-H", "Accept"],
        &["load", url, "-R", "100", "--mix", "nowhere.toml"],
        &["load", url, "-R", "100", "--mix", "bad.toml"],
        &["load", url, "-R", "100", "--expect", "status=99"],
        &["load", url, "-R", "100", "--expect", "body=nowhere"],
        &["load", url, "-R", "100", "--html", "nowhere/page.html"],
        &["load", url, "-R", "100", "--insecure"],
        &["load", "localhost:8080", "-R", "100"],
        &["load", "ftp://localhost/", "-R", "100"],
        &["load", url, "-R", "100", "--lead", "127.0.0.1:0"],
        &["load", url, "-R", "100", "--lead", "127.0.0.1:0", "--machines", "2"],
        &["load", "--join", "127.0.0.1:1", "--secret", "short"],
        &["load", url, "-R", "100", "-d", "1s"],
    ];
    let mut told = String::new();
    for args in commands {
        let ran = home.run(args);
        assert!(matches!(ran.code, Some(1 | 2)), "{ran:#?}");
        told.push_str(&home.shown(&ran));
        told.push('\n');
    }
    snapshot!("faults", told);
}
