//! Where a bare series changed: every form of input, what people and programs read, and what is said of bad files.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::fmt::Write;
use support::Home;

/// A hundred values about 200 that rise by 10 % at 60, with a little of a wave on them and one spike.
fn values() -> Vec<f64> {
    let level = |i: usize| if i < 60 { 200.0 } else { 220.0 };
    let spike = |i: usize| if i == 30 { 90.0 } else { 0.0 };
    let value = |i: usize| level(i) + spike(i) + 2.0 * (i as f64 * 2.399).sin();
    (0..100).map(|i| (value(i) * 100.0).round() / 100.0).collect()
}

fn lines(values: &[f64]) -> String {
    values.iter().map(|value| format!("{value}\n")).collect()
}

fn with_commits(values: &[f64]) -> String {
    let mut text = "commit,value\n".to_owned();
    for (index, value) in values.iter().enumerate() {
        writeln!(text, "c{index:03},{value}").unwrap();
    }
    text
}

#[test]
fn what_people_read() {
    let home = Home::new();
    home.write("series.csv", lines(&values()));
    home.write("commits.csv", with_commits(&values()));
    home.write("flat.csv", lines(&values()[..60]));
    home.write("below.csv", lines(&values().iter().map(|value| value - 205.0).collect::<Vec<f64>>()));
    home.write("counts.csv", lines(&[vec![1000.0; 30], vec![1030.0; 2]].concat()));
    home.write("short.csv", "1\n2\n3\n4\n5\n");
    home.write("header.csv", "commit,value\n");
    let mut text = String::new();
    for name in ["series.csv", "commits.csv", "flat.csv", "below.csv", "counts.csv", "short.csv", "header.csv"] {
        let ran = home.run(&["detect", "--input", name]);
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        text.push_str(&home.shown(&ran));
        text.push('\n');
    }
    snapshot!("people", text);
}

#[test]
fn what_programs_read() {
    let home = Home::new();
    home.write("commits.csv", with_commits(&values()));
    let answer = home.json(&["detect", "--input", "commits.csv", "--format", "json"]);
    let change = &answer["changes"][0];
    assert_eq!(answer["changes"].as_array().unwrap().len(), 1, "{answer}");
    assert_eq!((change["index"].as_u64(), change["commit"].as_str()), (Some(60), Some("c060")));
    assert_eq!((change["unit"].as_str(), answer["points"].as_u64()), (Some("relative"), Some(100)));
    let number = |value: &serde_json::Value| value.as_f64().unwrap();
    assert!((number(&change["size"]) - 0.1).abs() < 0.01);
    assert!(number(&change["interval"][0]) < number(&change["size"]));
    assert!(number(&change["size"]) < number(&change["interval"][1]));
    assert!(number(&change["confidence"]) > 0.999);
    assert_eq!((change["range"][0].as_str(), change["indices"][1].as_u64()), (Some("c060"), Some(60)));
}

#[test]
fn all_forms_say_the_same() {
    let home = Home::new();
    let values = values();
    let of = |name: &str| home.json(&["detect", "--input", name, "--format", "json"])["changes"].clone();
    home.write("bare.csv", lines(&values));
    home.write("bare.json", serde_json::to_string(&values).unwrap());
    assert_eq!(of("bare.csv"), of("bare.json"));
    home.write("named.csv", with_commits(&values));
    let pairs: Vec<(String, f64)> = values.iter().enumerate().map(|(i, value)| (format!("c{i:03}"), *value)).collect();
    home.write("pairs.json", serde_json::to_string(&pairs).unwrap());
    let objects: Vec<_> =
        pairs.iter().map(|(commit, value)| serde_json::json!({"commit": commit, "value": value})).collect();
    home.write("objects.json", serde_json::to_string(&objects).unwrap());
    assert_eq!(of("named.csv"), of("pairs.json"));
    assert_eq!(of("named.csv"), of("objects.json"));
    let ran = home.run_with(&["detect", "--input", "-", "--format", "json"], &lines(&values));
    let answer: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(answer["changes"], of("bare.csv"));
}

/// Where a level begins to rise, the mean levels say little.
#[test]
fn a_slope_is_said_to_be_one() {
    let home = Home::new();
    let wave = |i: usize| 0.5 * (i as f64 * 2.399).sin();
    let level = |i: usize| 100.0 * (0.004 * i.saturating_sub(90) as f64).exp();
    home.write("series.csv", lines(&(0..150).map(|i| level(i) + wave(i)).collect::<Vec<f64>>()));
    let answer = home.json(&["detect", "--input", "series.csv", "--format", "json"]);
    let change = &answer["changes"][0];
    assert_eq!(answer["changes"].as_array().unwrap().len(), 1, "{answer}");
    assert!(change["index"].as_u64().unwrap().abs_diff(90) <= 3, "{answer}");
    let slope = |side: usize| change["slopes"][side].as_f64().unwrap();
    assert!(slope(0).abs() < 0.0005 && (slope(1) - 0.004).abs() < 0.0003, "{answer}");
    snapshot!("slope", home.shown(&home.run(&["detect", "--input", "series.csv"])));
}

/// Pages, context switches, memory in whole megabytes: most values repeat, and the others come back.
#[test]
fn what_comes_and_goes_in_whole_units_is_noise() {
    let home = Home::new();
    let pages = |i: usize| if matches!(i % 11, 3 | 4 | 8) { 516.0 } else { 512.0 };
    let flat: Vec<f64> = (0..90).map(pages).collect();
    home.write("flat.csv", lines(&flat));
    assert_eq!(home.json(&["detect", "--input", "flat.csv", "--format", "json"])["changes"], serde_json::json!([]));
    let grown: Vec<f64> = (0..90).map(|i| pages(i) + if i < 70 { 0.0 } else { 28.0 }).collect();
    home.write("grown.csv", lines(&grown));
    let answer = home.json(&["detect", "--input", "grown.csv", "--format", "json"]);
    let found: Vec<Option<u64>> = answer["changes"].as_array().unwrap().iter().map(|c| c["index"].as_u64()).collect();
    assert_eq!(found, [Some(70)], "{answer}");
    // What changes for good is exact, however little.
    home.write("counts.csv", lines(&[vec![1000.0; 30], vec![1011.0; 30]].concat()));
    let answer = home.json(&["detect", "--input", "counts.csv", "--format", "json"]);
    assert_eq!(answer["changes"][0]["interval"], serde_json::Value::Null, "{answer}");
}

#[test]
fn nothing_to_say_is_no_error() {
    let home = Home::new();
    for (name, text) in [("none.json", "[]"), ("one.csv", "1\n"), ("five.json", "[1, 2, 3, 4, 5]")] {
        home.write(name, text);
        let answer = home.json(&["detect", "--input", name, "--format", "json"]);
        assert_eq!(answer["changes"], serde_json::json!([]), "{name}");
        assert!(answer["note"].as_str().unwrap().contains("too few"), "{answer}");
    }
}

#[test]
fn bad_files() {
    let home = Home::new();
    home.write("bytes.csv", b"1\n\xff\n");
    let files = [
        ("empty.csv", ""),
        ("blank.csv", " \n\n"),
        ("text.csv", "value\n1\ntwo\n"),
        ("nan.csv", "1\n2\nNaN\n"),
        ("inf.csv", "inf\n2\n"),
        ("huge.csv", "1e999\n"),
        ("ragged.csv", "commit,value\na,1\n\n2\n"),
        ("widening.csv", "1\na,2\n"),
        ("wide.csv", "a,1,2\n"),
        ("missing.csv", "a,1\nb,\n"),
        ("nameless.csv", "a,1\n,2\n"),
        ("slip.csv", "12x\n"),
        ("cut.json", "[1, 2,\n"),
        ("nan.json", "[1,\n NaN]"),
        ("object.json", "{\"commit\": 1}"),
        ("text.json", "[1, \"2\"]"),
        ("null.json", "[[\"a\", null]]"),
        ("triple.json", "[[\"a\", 1, 2]]"),
        ("mixed.json", "[[\"a\", 1], 2]"),
        ("nothing.json", "[{\"commit\": \"a\"}]"),
        ("nameless.json", "[[\"\", 1]]"),
    ];
    let mut text = String::new();
    let mut check = |args: &[&str]| {
        let ran = home.run(args);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:#?}");
        text.push_str(&home.shown(&ran));
        text.push('\n');
    };
    for (name, content) in files {
        home.write(name, content);
        check(&["detect", "--input", name]);
    }
    check(&["detect", "--input", "bytes.csv"]);
    check(&["detect", "--input", "nowhere.csv"]);
    check(&["detect"]);
    check(&["detect", "--input", "null.json", "--format", "yaml"]);
    snapshot!("bad-files", text);
}

#[test]
fn names_that_would_command_the_terminal_are_shown_harmless() {
    let home = Home::new();
    let text: String = values().iter().enumerate().map(|(i, value)| format!("\x1b[31mc{i},{value}\n")).collect();
    home.write("series.csv", text);
    let shown = home.ok(&["detect", "--input", "series.csv"]);
    assert!(shown.contains("c60") && !shown.contains('\x1b'), "{shown}");
}
