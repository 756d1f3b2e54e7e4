//! The matrix of probes: every way in which a worker can answer, and the engines of this repository against their claims.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use serde_json::Value;
use support::Home;

/// Where an engine of this repository does less than it claims: `SUBJECT PROBE`.
const KNOWN: [&str; 2] = [
    // Winch takes tables of functions, which compilers make by default, and refuses references of the host.
    "wasmtime[winch] reference-types-extern",
    // V8 had memories of 64 bits before it had tables; node says which V8 it has.
    "javascript[v8-experimental] memory64-table",
];

fn check(home: &Home, engines: &[&str], more: &[&str]) -> support::Ran {
    home.run(&[&["engine", "check"], engines, more].concat())
}

/// A panic's thread has a number.
fn without_numbers(text: &str) -> String {
    let line = |line: &str| match line.split_once("thread 'main'") {
        Some((before, after)) => {
            let after = after.split_once("panicked").map_or("", |(_, after)| after);
            format!("{before}thread 'main' panicked{after}\n")
        }
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

#[test]
fn every_way_to_answer_has_its_finding() {
    let home = Home::new();
    let right = "mock[mock,result=-32896]";
    // Long enough for every machine that something is found before.
    let more = ["--feature", "sign-extension", "--timeout", "60s"];
    let bad = ["bad[panic]", "bad[exit-3]", "bad[eats-memory]", "bad[garbage]"];
    let ran = check(&home, &[&[right, "mock[other]", "mock[minimal,result=-32896]"], &bad[..]].concat(), &more);
    assert_eq!(ran.code, Some(0), "nothing crashed: {ran:#?}");
    let mut text = home.shown(&ran);
    let crashing = check(&home, &["bad[segv]", "bad[abort]"], &more);
    assert_eq!(crashing.code, Some(1), "{crashing:#?}");
    text.push('\n');
    text.push_str(&home.shown(&crashing));
    let hanging = check(&home, &["bad[hang]"], &["--feature", "sign-extension", "--timeout", "1s"]);
    text.push('\n');
    text.push_str(&home.shown(&hanging));
    snapshot!("findings", without_numbers(&text));
}

#[test]
fn two_sides_of_an_engine_are_compared() {
    let home = Home::new();
    let more = ["--feature", "sign-extension", "--feature", "multi-value"];
    let ran = check(&home, &["mock[mock,result=43]", "mock[mock,result=-32896]", "mock[mock,result=43,seed=2]"], &more);
    snapshot!("compared", home.shown(&ran));
}

#[test]
fn the_document_says_everything() {
    let home = Home::new();
    let ran = check(&home, &["mock[mock,result=43]", "bad[segv]"], &["--feature", "multi-value", "--format", "json"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    let probes = |subject: usize| &document["subjects"][subject]["probes"][0];
    let good = (&probes(0)["finding"], &probes(0)["claimed"], &probes(0)["agrees"], &probes(0)["signal"]);
    assert_eq!(good, (&"supported".into(), &true.into(), &true.into(), &Value::Null));
    assert_eq!((&probes(1)["finding"], &probes(1)["signal"]), (&"crashed".into(), &"SIGSEGV".into()));
    assert_eq!(document["crashes"], serde_json::json!(["multi-value on bad[segv]: crashed(SIGSEGV)"]));
    assert_eq!(document["subjects"][0]["variant"], "mock[mock,result=43]");
}

#[test]
fn what_is_wrong_with_the_words_is_said() {
    let home = Home::new();
    let mut text = String::new();
    for args in [
        &["nothing"][..],
        &["mock[other,mock]"],
        &["mock[speed=1]"],
        &["mock@head"],
        &["mock", "--feature", "telepathy"],
        &["mock", "--format", "csv"],
        &["mock", "--timeout", "0"],
    ] {
        let ran = check(&home, args, &[]);
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        let shown = home.shown(&ran);
        // Which engines were built is none of this test's business.
        let lines = shown.lines().map(|line| line.split("found are: ").next().unwrap().to_owned() + "\n");
        text.extend(lines);
        text.push('\n');
    }
    snapshot!("words", text);
}

/// What the workers of this repository claim is what their engines do, and none of them crashes.
#[test]
fn engines_do_what_they_claim() {
    let home = Home::new();
    let ran = check(&home, &[], &["--format", "json", "--timeout", "60s"]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    let mut found = Vec::new();
    for subject in document["subjects"].as_array().unwrap() {
        let probes = subject["probes"].as_array().unwrap();
        assert!(probes.iter().any(|probe| probe["finding"] == "supported"), "{subject:#}");
        for probe in probes.iter().filter(|probe| probe["claimed"] == true && probe["agrees"] == false) {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            let place = format!("{} {}", text(&subject["variant"]), text(&probe["probe"]));
            found.push((place, text(&probe["finding"]), text(&probe["detail"])));
        }
    }
    let unknown: Vec<_> = found.iter().filter(|(place, ..)| !KNOWN.contains(&place.as_str())).collect();
    assert!(unknown.is_empty(), "claims that are not so: {unknown:#?}");
}
