//! What programs read.

use super::made::{costs, run};
use super::shown::{exact_and_zero, two_variants};
use super::snapshot;
use crate::render::{Analysed, analysis_document, analysis_schema, csv, samples_csv};
use kymo_lab::analysis::{Settings, tables};
use kymo_model::*;

/// The fields of a line: enough of RFC 4180 to check our own.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        let last = fields.last_mut().unwrap();
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => last.push(characters.next().unwrap()),
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            other => last.push(other),
        }
    }
    fields
}

#[test]
fn a_line_for_each_cell() {
    let made = exact_and_zero();
    let found = tables(&made.0, &Settings::default());
    let text = csv(&found, &[]);
    let lines: Vec<Vec<String>> = text.lines().map(fields).collect();
    assert!(lines.iter().all(|line| line.len() == lines[0].len()));
    assert_eq!(lines.len(), 1 + found.iter().map(|table| table.rows.len() * table.variants.len()).sum::<usize>());
    let column = |name: &str| lines[0].iter().position(|heading| heading == name).unwrap();
    // Full precision: what is read back is what was computed.
    let judged = found.iter().flat_map(|table| &table.rows).find_map(|row| row.cells[1].judged()).unwrap();
    let ps: Vec<&String> = lines.iter().map(|line| &line[column("p")]).collect();
    assert!(ps.iter().any(|p| p.parse() == Ok(judged.difference.p())));
    snapshot!("csv", text);
}

#[test]
fn quotes_what_needs_quotes() {
    let made = run(&["a,b", "c\"d\""], &["e\nf"]).times(0, 0, costs(0.1, 0.0, 1));
    let text = csv(&tables(&made.0, &Settings::default()), &[]);
    assert!(text.contains("\n\"e\nf\",\"a,b\",execute,wall_time,s,measured,1,0.1"), "{text}");
    assert!(text.contains("\"c\"\"d\"\"\",execute,wall_time,s,pending,,"), "{text}");
}

#[test]
fn a_line_for_each_sample() {
    let made = run(&["wasmtime", "wasmi"], &["basics/integer"])
        .times(0, 0, costs(0.0851, 0.0, 2))
        .outcome(0, 1, Outcome::Crashed { signal: "SIGSEGV".to_owned(), message: "gone, \"really\"".to_owned() })
        .with(|run| {
            run.invocations[0].samples[0].values = [0.25, 0.125].map(Value::new).to_vec();
            run.invocations[0].samples[0].warmup = 1;
        });
    let text = samples_csv(&made.0);
    let lengths: Vec<usize> = text.lines().map(|line| fields(line).len()).collect();
    assert!(lengths.iter().all(|length| *length == 12), "{lengths:?}");
    snapshot!("samples_csv", text);
}

#[test]
fn the_document_has_its_schema() {
    let schema = analysis_schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for made in [two_variants(), exact_and_zero(), run(&["wasmtime"], &["basics/integer"])] {
        let settings = Settings::default();
        let found = tables(&made.0, &settings);
        let remarks = ["a remark".to_owned()];
        let analysed =
            Analysed { runs: &[&made.0], settings: &settings, paired: true, tables: &found, remarks: &remarks };
        let document = analysis_document(&analysed);
        let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new());
        assert_eq!(document["runs"][0], "20260102T030405-abcd");
        assert_eq!(document["schema"], 1);
    }
    snapshot!("analysis_schema", serde_json::to_string_pretty(&schema).unwrap());
}

#[test]
fn the_document_has_every_figure() {
    let made = run(&["wasmtime", "wasmi"], &["basics/integer", "basics/simd"])
        .metric(Metric::PageFaults)
        .times(0, 0, costs(0.0851, 0.01, 10))
        .times(0, 1, costs(0.0861, 0.01, 10))
        .values((0, 0), (Phase::Execute, Metric::PageFaults), vec![0.0; 10])
        .values((0, 1), (Phase::Execute, Metric::PageFaults), vec![1.0, 0.0, 3.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0])
        .outcome(1, 1, Outcome::unsupported(Feature::Simd));
    let settings = Settings::default();
    let found = tables(&made.0, &settings);
    let analysed = Analysed { runs: &[&made.0], settings: &settings, paired: true, tables: &found, remarks: &[] };
    snapshot!("analysis_document", serde_json::to_string_pretty(&analysis_document(&analysed)).unwrap());
}
