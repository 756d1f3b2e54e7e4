//! A small segment that is kept, which the pages' tests read, too. `KYMO_BLESS=1` writes it anew.

use kymo_site::format::segment::{Given, Older, Segment};
use kymo_site::{Context, Failure, Outcome, Point, PointSet};
use std::path::{Path, PathBuf};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

/// Three series: noisy with a failure and a new machine, exact, and empty.
fn made() -> Segment {
    let mut set = PointSet::default();
    let context = |fingerprint: &str, code: Option<&str>| Context {
        fingerprint: fingerprint.to_owned(),
        module: "0123456789ab".to_owned(),
        build: "44.0.0 (abc123)".to_owned(),
        code: code.map(str::to_owned),
    };
    let contexts = [context("a1b2", Some("00ff00ff00ff")), context("c3d4", None)];
    for (number, (position, value)) in [(256, 0.5), (257, 0.501), (260, 0.4999), (300, 0.53)].into_iter().enumerate() {
        let context = set.context(&contexts[usize::from(position >= 300)]);
        let run = set.run(&format!("20261122-11012{number}-3f2a0"));
        set.push(0, Point { position, value, interval: Some((value - 0.004, value + 0.005)), context, run });
        set.push(1, Point { position, value: 1000.0 + 16.0 * number as f64, interval: None, context, run });
    }
    let run = set.run("20261122-110129-3f2a0");
    set.fail(0, Failure { position: 258, outcome: Outcome::TimedOut, run });
    let mut segment = Segment::new(256, 512, 3, 3);
    segment.older = vec![Older { first: 0, file: "segments/fedcba9876543210".to_owned() }];
    let given: Vec<Given> =
        [0, 1].map(|track| Given { track, measured: set.of(track as i64).unwrap(), exact: track == 1 }).into();
    segment.add(&set, &given);
    segment
}

/// What a reader should make of it.
fn understood(segment: &Segment) -> serde_json::Value {
    let series = segment.series.iter().map(|track| {
        let points = track.points.iter().map(|point| {
            serde_json::json!({
                "position": point.position, "value": point.value, "low": point.interval.map(|one| one.0),
                "high": point.interval.map(|one| one.1), "fingerprint": segment.contexts[point.context as usize].fingerprint,
                "run": segment.runs[point.run as usize],
            })
        });
        let failures = track.failures.iter().map(|failure| {
            serde_json::json!({
                "position": failure.position, "outcome": failure.outcome as u8, "run": segment.runs[failure.run as usize],
            })
        });
        serde_json::json!({"points": points.collect::<Vec<_>>(), "failures": failures.collect::<Vec<_>>()})
    });
    serde_json::json!({"first": segment.first, "end": segment.end, "group": segment.group, "series": series.collect::<Vec<_>>()})
}

#[test]
fn the_kept_segment_is_still_written_and_read() {
    let bytes = made().encode().unwrap();
    let text = serde_json::to_string_pretty(&understood(&Segment::decode(&bytes).unwrap())).unwrap() + "\n";
    if std::env::var_os("KYMO_BLESS").is_some_and(|value| value == "1") {
        std::fs::create_dir_all(file("")).unwrap();
        std::fs::write(file("segment.kseg"), &bytes).unwrap();
        std::fs::write(file("segment.json"), &text).unwrap();
    }
    assert!(std::fs::read(file("segment.kseg")).unwrap() == bytes, "segments are written otherwise than before");
    assert_eq!(std::fs::read_to_string(file("segment.json")).unwrap(), text);
}
