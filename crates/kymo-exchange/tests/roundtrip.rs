//! What comes from a tool goes back to it as it was, and nothing that anybody feeds in makes a reader panic.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use kymo_exchange::{Format, Identity, Reading, detect, read, sightglass_rows, write_bulk};
use kymo_model::{Harness, Lack, Run, RunId, Tool};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const HEADER: &str = "arch,engine,engine_flags,wasm,process,iteration,phase,event,count\n";

fn run_of(reading: Reading) -> Run {
    let harness = Harness { version: "0.1.0".to_owned(), commit: None };
    let run = reading.into_run(Identity {
        id: RunId::new("20260102-030405-abcde"),
        label: None,
        created_unix_s: 1_767_323_045,
        harness,
        machine: None,
    });
    // Through the document, as every run goes before it is written.
    serde_json::from_str(&serde_json::to_string(&run).unwrap()).unwrap()
}

/// A process's rows: its place among engines, flags and modules, its iterations, and the counts of its series.
#[derive(Clone, Debug)]
struct Made {
    engine: String,
    flags: Option<String>,
    wasm: String,
    series: Vec<(&'static str, &'static str)>,
    counts: Vec<u64>,
    iterations: usize,
}

fn series() -> impl Strategy<Value = Vec<(&'static str, &'static str)>> {
    let mut all = Vec::new();
    for phase in ["Compilation", "Instantiation", "Execution"] {
        for event in ["cycles", "nanoseconds", "instructions-retired", "cpu-cycles", "task-clocks"] {
            all.push((phase, event));
        }
    }
    subsequence(all, 1..6)
}

prop_compose! {
    fn process()(
        engine in "[ -~]{0,6}[a-z]", flags in option::of("-[ -~]{1,6}=[a-z]"), wasm in "[ -~]{1,6}\\.wasm",
        series in series(), counts in vec(0_u64..1 << 50, 20), iterations in 1_usize..4,
    ) -> Made {
        Made { engine, flags, wasm, series, counts, iterations }
    }
}

/// The rows as sightglass writes them: process by process, iteration by iteration.
fn rows(made: &[Made]) -> Vec<serde_json::Value> {
    let mut rows = Vec::new();
    for (number, process) in made.iter().enumerate() {
        for iteration in 0..process.iterations {
            for (index, (phase, event)) in process.series.iter().enumerate() {
                let count = process.counts[(iteration * 7 + index) % process.counts.len()];
                rows.push(serde_json::json!([
                    "x86_64",
                    process.engine,
                    process.flags,
                    process.wasm,
                    4_000_000_000_u64 + number as u64,
                    iteration,
                    phase,
                    event,
                    count
                ]));
            }
        }
    }
    rows
}

fn csv_of(rows: &[serde_json::Value]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        let fields = row.as_array().unwrap().iter().map(|field| match field {
            serde_json::Value::Null => String::new(),
            serde_json::Value::String(text) => text.clone(),
            number => number.to_string(),
        });
        writer.write_record(fields).unwrap();
    }
    HEADER.to_owned() + &String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

fn json_of(rows: &[serde_json::Value]) -> String {
    let columns: Vec<&str> = HEADER.trim().split(',').collect();
    let object = |row: &serde_json::Value| {
        let fields = columns.iter().zip(row.as_array().unwrap()).map(|(column, field)| format!("\"{column}\":{field}"));
        format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
    };
    format!("[{}]\n", rows.iter().map(object).collect::<Vec<_>>().join(","))
}

fn written(run: &Run, csv: bool) -> String {
    let rows = sightglass_rows(run);
    assert_eq!(rows.remarks, [""; 0]);
    let mut out = Vec::new();
    if csv {
        rows.write_csv(&mut out).unwrap()
    } else {
        rows.write_json(&mut out).unwrap()
    }
    String::from_utf8(out).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rows_of_sightglass_come_back_as_they_were(made in vec(process(), 1..5)) {
        let rows = rows(&made);
        let (csv, json) = (csv_of(&rows), json_of(&rows));
        prop_assert_eq!(detect("x", &csv).unwrap(), Format::SightglassCsv);
        prop_assert_eq!(detect("x", &json).unwrap(), Format::SightglassJson);
        let from_csv = run_of(read(Format::SightglassCsv, "x", &csv).unwrap());
        let from_json = run_of(read(Format::SightglassJson, "x", &json).unwrap());
        prop_assert_eq!(&from_csv, &from_json);
        prop_assert_eq!(from_csv.invocations.len(), made.len());
        prop_assert_eq!(written(&from_csv, true), csv);
        prop_assert_eq!(written(&from_csv, false), json);
    }

    #[test]
    fn every_sample_is_a_document(made in vec(process(), 1..4)) {
        let run = run_of(read(Format::SightglassCsv, "x", &csv_of(&rows(&made))).unwrap());
        let mut out = Vec::new();
        write_bulk(&run, "kymograph", &mut out).unwrap();
        let lines: Vec<serde_json::Value> =
            String::from_utf8(out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let samples = run.invocations.iter().flat_map(|one| one.samples.iter().map(move |samples| (one, samples)));
        let expect: Vec<(u32, f64)> = samples
            .flat_map(|(one, samples)| samples.values.iter().map(|value| (one.sequence, value.get())))
            .collect();
        let found: Vec<(u32, f64)> = lines
            .iter()
            .skip(1)
            .step_by(2)
            .map(|line| (line["sequence"].as_u64().unwrap() as u32, line["value"].as_f64().unwrap()))
            .collect();
        prop_assert_eq!(found, expect);
        let mut ids: Vec<&str> =
            lines.iter().step_by(2).map(|line| line["index"]["_id"].as_str().unwrap()).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        prop_assert_eq!(ids.len(), count, "every document has an id of its own");
    }

    #[test]
    fn times_of_hyperfine_are_the_samples(times in vec(0_f64..1e4, 1..20)) {
        let codes = vec![0; times.len()];
        let text = serde_json::json!({"results": [{"command": "a", "times": times, "exit_codes": codes}]}).to_string();
        prop_assert_eq!(detect("x", &text).unwrap(), Format::Hyperfine);
        let run = run_of(read(Format::Hyperfine, "x", &text).unwrap());
        let found: Vec<f64> = run.invocations.iter().map(|one| one.samples[0].values[0].get()).collect();
        prop_assert_eq!(found, times);
        prop_assert!(run.lacks(Lack::Rounds));
        prop_assert_eq!(run.imported.unwrap().from, Tool::Hyperfine);
    }

    #[test]
    fn times_of_lines_are_the_samples(nanos in 0_u64..1 << 50, tenths in 0_u64..10) {
        let grouped: Vec<String> = nanos.to_string().as_bytes().rchunks(3).rev()
            .map(|digits| String::from_utf8(digits.to_vec()).unwrap()).collect();
        let value = format!("{nanos}.{tenths}").parse::<f64>().unwrap() * 1e-9;
        let libtest = format!("test a::b ... bench: {:>11}.{tenths} ns/iter (+/- 5)", grouped.join(","));
        let go = format!("BenchmarkA-8 \t 1000\t {nanos}.{tenths} ns/op");
        for (format, line) in [(Format::Libtest, libtest), (Format::Go, go)] {
            prop_assert_eq!(detect("x", &line).unwrap(), format);
            let run = run_of(read(format, "x", &line).unwrap());
            prop_assert_eq!(run.invocations[0].samples[0].values[0].get(), value);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(
        text in any::<String>(),
        start in select(vec!["", HEADER, "[{", "{\"results\":[{", "test a ... bench: ", "BenchmarkA 1 ", "{\"reason\":"]),
    ) {
        let text = format!("{start}{text}");
        let _ = detect("x", &text);
        for format in [
            Format::Run, Format::SightglassCsv, Format::SightglassJson, Format::Hyperfine, Format::Criterion,
            Format::Libtest, Format::Go,
        ] {
            if let Err(error) = read(format, "x", &text) {
                prop_assert!(error.to_string().starts_with('x'), "{}", error);
            }
        }
    }
}
