//! Data in and out: what other tools write becomes runs that say what they lack, and runs become what others read.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod exchanged;
mod support;

use exchanged::{CRITERION_BENCHMARK, CRITERION_SAMPLE, GO, LIBTEST, SIGHTGLASS_OLD, hyperfine, sightglass};
use std::collections::BTreeSet;
use std::process::Stdio;
use support::{Home, Ran};

/// Imports a file and gives what a person sees of it, and of the run.
fn told(home: &Home, args: &[&str]) -> String {
    let imported = home.run(&[&["import"], args].concat());
    assert_eq!(imported.code, Some(0), "{imported:#?}");
    home.shown(&imported) + &home.shown(&home.run(&["show"]))
}

#[test]
fn sightglass_and_back() {
    let home = Home::new();
    let text = sightglass(12);
    home.write("raw.csv", &text);
    snapshot!("sightglass", told(&home, &["raw.csv", "--label", "two engines"]));
    assert_eq!(home.ok(&["export", "--format", "sightglass-csv"]), text);
    home.ok(&["export", "--format", "sightglass-json", "-o", "raw.json"]);
    home.ok(&["import", "raw.json"]);
    assert_eq!(home.ok(&["export", "latest", "--format", "sightglass-csv"]), text);
    let runs = home.json(&["runs", "--format", "json"]);
    assert_eq!((runs[0]["rounds"].as_u64(), runs[0]["invocations"].as_u64()), (Some(0), Some(24)), "{runs}");
}

#[test]
fn old_and_mistaken_files_of_sightglass() {
    let home = Home::new();
    home.write("old.csv", SIGHTGLASS_OLD);
    let without_header = SIGHTGLASS_OLD.split_once('\n').unwrap().1;
    home.write("bare.csv", without_header);
    let swapped =
        sightglass(2).replace(",--opt,noop.wasm,", ",noop.wasm,--opt,").replace(",,noop.wasm,", ",noop.wasm,,");
    home.write("swapped.csv", swapped);
    let mut text = told(&home, &["old.csv"]);
    home.ok(&["import", "bare.csv"]);
    let samples = |name: &str| -> Vec<String> {
        let csv = home.ok(&["export", name, "--format", "csv"]);
        csv.lines().skip(1).map(|line| line.split_once(',').unwrap().1.to_owned()).collect()
    };
    assert_eq!(samples("latest"), samples("latest~1"));
    text.push_str(&told(&home, &["swapped.csv"]));
    snapshot!("sightglass-old", text);
    assert_eq!(home.ok(&["export", "--format", "sightglass-csv"]), sightglass(2));
}

#[test]
fn hyperfine_made_up() {
    let home = Home::new();
    home.write("commands.json", hyperfine(&[("sort a", 0.010), ("sort b", 0.012), ("sort a", 0.010)], 12, 0));
    home.write("failing.json", hyperfine(&[("true", 0.001), ("false", 0.001)], 3, 1));
    let text = told(&home, &["commands.json"]) + &told(&home, &["failing.json"]);
    snapshot!("hyperfine", text);
}

/// The program itself, so that its form is the real one.
#[test]
fn hyperfine_as_it_is() {
    let home = Home::new();
    let hyperfine = |file: &str, args: &[&str]| {
        let mut command = home.command("hyperfine");
        command.args(["--style", "none", "--export-json", file]).args(args);
        let output = command.stdout(Stdio::null()).output();
        let output = output.expect("hyperfine is missing: tools/setup installs it");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    hyperfine("a.json", &["-N", "-r", "5", "-L", "n", "1,2", "sleep 0.00{n}"]);
    hyperfine("b.json", &["-N", "-i", "-r", "3", "true", "false"]);
    let document: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(home.path("a.json")).unwrap()).unwrap();
    home.ok(&["import", "a.json", "--label", "a"]);
    let run = home.json(&["export", "a"]);
    let values: Vec<&serde_json::Value> =
        run["invocations"].as_array().unwrap().iter().map(|one| &one["samples"][0]["values"][0]).collect();
    let times: Vec<&serde_json::Value> =
        document["results"].as_array().unwrap().iter().flat_map(|one| one["times"].as_array().unwrap()).collect();
    assert_eq!(values, times);
    assert_eq!(run["plan"]["variants"][1]["name"], "sleep 0.002");
    assert_eq!(run["imported"]["from"], "hyperfine");
    home.ok(&["import", "b.json", "--label", "b"]);
    let outcomes: Vec<serde_json::Value> = home.json(&["export", "b"])["invocations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["outcome"].clone())
        .collect();
    assert_eq!(outcomes[0]["kind"], "measured");
    assert_eq!(outcomes[3], serde_json::json!({"kind": "failed", "message": "exit code 1"}));
}

#[test]
fn criterion() {
    let home = Home::new();
    home.write("target/criterion/sums/fold/new/sample.json", CRITERION_SAMPLE);
    home.write("target/criterion/sums/fold/new/benchmark.json", CRITERION_BENCHMARK);
    home.write("target/criterion/sums/fold/base/sample.json", CRITERION_SAMPLE);
    home.write("target/criterion/report/index.html", "");
    let message = serde_json::json!({
        "reason": "benchmark-complete", "id": "sums/fold", "iteration_count": [2, 4], "measured_values": [20.0, 44.0],
        "unit": "ns", "throughput": [], "typical": {"estimate": 10.5},
    });
    let other = serde_json::json!({
        "reason": "benchmark-complete", "id": "loads", "iteration_count": [1], "measured_values": [5], "unit": "cycles",
    });
    home.write("messages.json", format!("{message}\n{{\"reason\":\"group-complete\"}}\n{other}\n"));
    snapshot!("criterion", told(&home, &["target"]) + &told(&home, &["messages.json"]));
}

#[test]
fn lines_of_cargo_bench_and_go() {
    let home = Home::new();
    home.write("bench.txt", LIBTEST);
    let mut text = told(&home, &["bench.txt"]);
    let ran = home.run_with(&["import", "-", "--machine", "the runner"], GO);
    text.push_str(&home.shown(&ran));
    text.push_str(&home.shown(&home.run(&["show"])));
    snapshot!("lines", text);
}

/// Neither iterations of a process nor figures without spread are evidence.
#[test]
fn no_verdict_without_evidence() {
    let home = Home::new();
    let verdicts = |args: &[&str]| -> Vec<serde_json::Value> {
        let tables = home.json(&[args, &["--format", "json"]].concat())["tables"].clone();
        let cells = tables.as_array().unwrap().iter().flat_map(|table| table["rows"].as_array().unwrap());
        cells.map(|row| row["cells"][1]["comparison"]["verdict"].clone()).collect()
    };
    for (name, nanos) in [("old", 100), ("new", 200)] {
        let line = format!("BenchmarkA-8 1000 {nanos} ns/op\nBenchmarkA-8 1000 {} ns/op\n", nanos + 1);
        home.write(&format!("{name}.txt"), line.repeat(20));
        home.ok(&["import", &format!("{name}.txt"), "--label", name]);
        // Twenty processes that all say the same: a rounded figure has no spread to judge by.
        let line = format!("test a ... bench: {nanos} ns/iter (+/- 1)\n");
        home.write(&format!("{name}.bench"), line.repeat(20));
        home.ok(&["import", &format!("{name}.bench"), "--label", &format!("{name} bench")]);
    }
    assert_eq!(verdicts(&["compare", "old", "new"]), [serde_json::Value::Null]);
    assert_eq!(verdicts(&["compare", "old bench", "new bench"]), [serde_json::Value::Null]);
    snapshot!("no-verdict", home.shown(&home.run(&["compare", "old", "new"])));
}

/// Files of several processes are evidence when they are said to be repetitions.
#[test]
fn repetitions_are_imported_together() {
    let home = Home::new();
    let mut files = Vec::new();
    for (name, scale) in [("old", 1.0), ("new", 1.5)] {
        for process in 0..12 {
            let nanos = 1000.0 * scale * (1.0 + 0.001 * f64::from(process * 5 % 7));
            let file = format!("{name}-{process}.txt");
            home.write(&file, format!("goos: linux\ncpu: Z\nBenchmarkA-8 1000 {nanos} ns/op\nPASS\n"));
            files.push(file);
        }
    }
    for (name, files) in [("old", &files[..12]), ("new", &files[12..])] {
        let mut args = vec!["import", "--together", "--label", name, "--machine", "Z"];
        args.extend(files.iter().map(String::as_str));
        home.ok(&args);
    }
    snapshot!("together", home.shown(&home.run(&["compare", "old", "new"])));
}

#[test]
fn run_documents_come_back() {
    let home = Home::new();
    home.write("raw.csv", sightglass(3));
    home.ok(&["import", "raw.csv", "--label", "first"]);
    home.ok(&["export", "first", "-o", "run.json"]);
    let other = Home::new();
    let document = std::fs::read_to_string(home.path("run.json")).unwrap();
    other.write("run.json", &document);
    other.ok(&["import", "run.json"]);
    assert_eq!(other.ok(&["export", "first"]), document);
    // The same once more is no error, another with its id is.
    other.ok(&["import", "run.json"]);
    other.write("changed.json", document.replace("\"round\":3", "\"round\":4"));
    let text = other.shown(&other.run(&["import", "changed.json"])) + &other.shown(&other.run(&["resume", "first"]));
    snapshot!("collision", text);
    let old = include_str!("../../kymo-model/tests/documents/run-1.json");
    let ran = other.run_with(&["import", "-", "--label", "of old"], old);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert_eq!(other.json(&["export", "of old"])["imported"], serde_json::Value::Null);
}

#[test]
fn bulk_lines_for_elasticsearch() {
    let home = Home::new();
    home.write("commands.json", hyperfine(&[("true", 0.001), ("false", 0.001)], 1, 1));
    home.ok(&["import", "commands.json"]);
    let lines = home.ok(&["export", "--format", "ndjson", "--index", "bench-2026"]);
    let stamped = |line: &str| {
        let mut line: serde_json::Value = serde_json::from_str(line).unwrap();
        if let Some(time) = line["@timestamp"].as_str().map(str::to_owned) {
            let shape: String = time.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
            line["@timestamp"] = shape.into();
        }
        line.to_string()
    };
    let text: Vec<String> = lines.lines().map(stamped).collect();
    let ran = Ran { args: String::new(), stdout: text.join("\n") + "\n", stderr: String::new(), code: Some(0) };
    snapshot!("bulk", home.shown(&ran));
}

/// Whether a value is what a mapping is for; the fields that the mapping knows and the value has are taken off `unseen`.
fn fits(path: &str, value: &serde_json::Value, mapping: &serde_json::Value, unseen: &mut BTreeSet<String>) {
    unseen.remove(path);
    if let Some(properties) = mapping["properties"].as_object() {
        for (name, value) in value.as_object().unwrap() {
            let path = format!("{path}.{name}");
            fits(&path, value, properties.get(name).unwrap_or_else(|| panic!("{path} has no mapping")), unseen);
        }
        return;
    }
    let is_date = |text: &str| text.len() == 24 && text.ends_with('Z') && text.as_bytes()[10] == b'T';
    let fitting = match mapping["type"].as_str().unwrap() {
        "keyword" => value.is_string() || value.as_array().is_some_and(|all| all.iter().all(|one| one.is_string())),
        "date" => value.as_str().is_some_and(is_date),
        "long" => value.is_u64(),
        "double" => value.is_f64(),
        "boolean" => value.is_boolean(),
        "object" => {
            let open = mapping["dynamic"] == true;
            open && value.as_object().unwrap().values().all(serde_json::Value::is_string)
        }
        other => panic!("{path} is mapped to {other}"),
    };
    assert!(fitting, "{path}: {value} is no {mapping}");
}

fn mapped(path: &str, mapping: &serde_json::Value, found: &mut BTreeSet<String>) {
    found.insert(path.to_owned());
    for (name, mapping) in mapping["properties"].as_object().into_iter().flatten() {
        mapped(&format!("{path}.{name}"), mapping, found);
    }
}

#[test]
fn the_template_has_a_mapping_for_every_field_that_is_written_and_no_other() {
    let home = Home::new();
    support::program(&home, "fib");
    let engines = ["-e", "mock[stdout=other]", "-e", "mock[minimal]"];
    let args = ["run", "fib.wasm", "--label", "mapped", "--phase", "execute", "--rounds", "2", "--quiet"];
    home.run(&[&args[..], &engines].concat());
    let mut run = home.json(&["export"]);
    run["machine"]["cpu_model"] = "A processor".into();
    run["imported"] = serde_json::json!({"from": "hyperfine", "lacks": ["unit", "processes"]});
    home.write("run.json", run.to_string());
    let template = home.json(&["export", "--format", "elastic-template", "--index", "wasm"]);
    assert_eq!(template["index_patterns"], serde_json::json!(["wasm*"]));
    let mappings = &template["template"]["mappings"];
    let mut unseen = BTreeSet::new();
    mapped("", mappings, &mut unseen);
    let lines = home.ok(&["export", "run.json", "--format", "ndjson", "--index", "wasm"]);
    let documents = lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    for document in documents.filter(|line| line["index"].is_null()) {
        fits("", &document, mappings, &mut unseen);
    }
    assert!(unseen.is_empty(), "mapped and never written: {unseen:?}");
    // What an engine calls its settings is not known: any of them is a keyword.
    assert_eq!(mappings["dynamic_templates"][0]["settings"]["path_match"], "settings.*");
    let wrong = home.run(&["export", "--format", "elastic-template", "--index", "Wasm"]);
    assert_eq!((wrong.code, wrong.stdout.as_str()), (Some(2), ""), "{wrong:#?}");
}

#[test]
fn runs_of_ours_are_written_for_others() {
    let home = Home::new();
    support::program(&home, "fib");
    let times: Vec<[f64; 1]> = (0..4).map(|round| [0.01 + 0.000_1 * f64::from(round)]).collect();
    home.write("a.json", serde_json::json!({"fib": {"execute": {"wall_time": times}}}).to_string());
    let engine = "mock[script=a.json,state=a.state]";
    home.ok(&[
        "run",
        "fib.wasm",
        "-e",
        engine,
        "--phase",
        "execute,lifetime",
        "--metric",
        "wall_time,cycles,instructions,peak_rss",
        "--rounds",
        "3",
        "--seed",
        "1",
    ]);
    let ran = home.run(&["export", "--format", "sightglass-csv"]);
    let arch = std::env::consts::ARCH;
    let stdout = ran.stdout.replace(arch, "ARCH");
    snapshot!("exported", home.shown(&Ran { stdout, ..ran }));
    assert_eq!(home.ok(&["export", "--format", "markdown"]), home.ok(&["show", "--format", "markdown"]));
}

/// A home with a file for each mistake.
fn mistakes() -> Home {
    let home = Home::new();
    home.write("empty.txt", "");
    home.write("prose.txt", "Nothing was measured.\n");
    home.write("bytes.bin", [0xff, 0xfe, 0x00]);
    home.write("cut.json", "{\"results\": [{\"command\": \"a\", \"times\": [1.0,");
    home.write("other.json", "{\"name\": \"a package\"}");
    home.write("times.json", hyperfine(&[("a", 1.0)], 1, 0).replace("\"times\":[1.0]", "\"times\":[-1.0]"));
    home.write("codes.json", hyperfine(&[("a", 1.0)], 1, 0).replace("[0]", "[0,0]"));
    home.write("good.json", hyperfine(&[("a", 1.0)], 1, 0));
    home.write("newer.json", "{\"schema\": 99, \"plan\": {}}");
    let row = "one,a,,noop.wasm,1,0,Execution,cycles,";
    let header = "arch,engine,engine_flags,wasm,process,iteration,phase,event,count\n";
    home.write("count.csv", format!("{header}{row}5\n{row}12x\n"));
    home.write("fields.csv", format!("{header}{row}5,6\n"));
    home.write("twice.csv", format!("{header}{row}5\n{row}6\n"));
    home.write("large.csv", format!("{header}{row}18446744073709551615\n"));
    home.write("phase.csv", format!("{header}{}", row.replace("Execution", "Load") + "5\n"));
    home.write("events.csv", format!("{header}{}", row.replace("cycles", "branches") + "5\n"));
    home.write("arch.csv", format!("{header}{row}5\n{}", row.replace("one,", "two,") + "5\n"));
    home.write("column.csv", "arch,engine,wasm,process,iteration,phase,event\n");
    home.write("summary.csv", "arch,engine,wasm,phase,event,min,max,median,mean,mean_deviation\n");
    home.write("rows.json", "[{\"arch\": \"x86_64\", \"engine\": \"a\"}]");
    home.write("bench.txt", "test a ... bench: many ns/iter (+/- 5)\n");
    home.write("go.txt", "BenchmarkA-8 100 5 ns/op\nBenchmarkA-8 100 x ns/op\n");
    home.write("two.txt", "goarch: riscv64\nBenchmarkA-8 100 5 ns/op\ngoarch: s390x\n");
    home.write("samples.csv", "run,benchmark,variant,round\n");
    home.write("target/criterion/a/new/sample.json", "{\"iters\": [1.0], \"times\": []}");
    home.write("target/criterion/a/new/benchmark.json", CRITERION_BENCHMARK);
    home.write("raw.csv", sightglass(1).replace("x86_64", "other"));
    std::fs::create_dir(home.path("folder")).unwrap();
    home
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let home = mistakes();
    let files = [
        "nowhere.txt",
        "empty.txt",
        "prose.txt",
        "bytes.bin",
        "cut.json",
        "other.json",
        "times.json",
        "codes.json",
        "newer.json",
        "count.csv",
        "fields.csv",
        "twice.csv",
        "large.csv",
        "phase.csv",
        "events.csv",
        "arch.csv",
        "column.csv",
        "summary.csv",
        "rows.json",
        "bench.txt",
        "go.txt",
        "two.txt",
        "samples.csv",
        "target",
        "folder",
    ];
    let mut commands: Vec<Vec<&str>> = files.iter().map(|file| vec!["import", *file]).collect();
    commands.push(vec!["import", "bench.txt", "--format", "go"]);
    commands.push(vec!["import", "raw.csv", "--machine", "this"]);
    commands.push(vec!["import", "-", "-"]);
    commands.push(vec!["import", "raw.csv", "good.json", "--together"]);
    commands.push(vec!["export", "--format", "ndjson", "--index", "Bench"]);
    let mut text = String::new();
    for args in commands {
        let ran = home.run(&args);
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        text.push_str(&home.shown(&ran));
    }
    snapshot!("wrong", text.replace(std::env::consts::ARCH, "ARCH"));
    assert_eq!(home.json(&["runs", "--format", "json"]).as_array().unwrap().len(), 0, "nothing was kept");
}

#[test]
fn the_help_of_both_commands_names_every_format() {
    let home = Home::new();
    for (command, formats) in [
        ("export", vec!["json", "csv", "sightglass-csv", "sightglass-json", "ndjson", "elastic-template", "markdown"]),
        ("import", vec!["auto", "run", "sightglass-csv", "sightglass-json", "hyperfine", "criterion", "libtest", "go"]),
    ] {
        let help = home.ok(&[command, "--help"]);
        for format in formats {
            assert!(help.contains(&format!("- {format}:")), "{command}: {format}\n{help}");
        }
    }
}
