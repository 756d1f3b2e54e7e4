//! Segments: any values come back within the step to which they are kept, and no bytes break the reader.

use kymo_site::format::gz;
use kymo_site::format::quantum;
use kymo_site::format::segment::{Given, Older, Segment};
use kymo_site::source::Measured;
use kymo_site::{Context, Failure, Outcome, Point, PointSet};
use proptest::prelude::*;

const END: u32 = 256;

fn context(number: u32) -> Context {
    Context {
        fingerprint: format!("f{}", number / 3),
        module: format!("m{number}"),
        build: "1.0".to_owned(),
        code: number.is_multiple_of(2).then(|| "c".to_owned()),
    }
}

/// Any finite number, the odd ones more often than chance has them.
fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO | prop::num::f64::NEGATIVE,
        4 => 1e-9_f64..1e3,
        1 => prop::sample::select(vec![0.0, -0.0, 5e-324, f64::MIN_POSITIVE, f64::MAX, f64::MIN, 1.0, 1e15]),
    ]
    .prop_filter("finite", |value| value.is_finite())
}

type Row = (u32, f64, Option<(f64, f64)>, u32, u32);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (0..END, value(), prop::option::of((0.0_f64..0.1, 0.0_f64..0.1)), 0_u32..5, 0_u32..9);
    prop::collection::vec(row, 0..60)
}

fn failures() -> impl Strategy<Value = Vec<(u32, usize, u32)>> {
    prop::collection::vec((0..END, 0..Outcome::ALL.len(), 0_u32..9), 0..20)
}

fn set(rows: &[Row], failures: &[(u32, usize, u32)]) -> PointSet {
    let mut set = PointSet::default();
    for (position, value, widths, number, run) in rows {
        let bound = |value: f64| value.clamp(f64::MIN, f64::MAX);
        let interval = widths.map(|(low, high)| (bound(value - value.abs() * low), bound(value + value.abs() * high)));
        let context = set.context(&context(*number));
        let run = set.run(&format!("run-{run}"));
        set.push(1, Point { position: *position, value: *value, interval, context, run });
    }
    for (position, outcome, run) in failures {
        let run = set.run(&format!("run-{run}"));
        set.fail(1, Failure { position: *position, outcome: Outcome::ALL[*outcome], run });
    }
    set
}

fn segment(set: &PointSet, exact: bool) -> Segment {
    let mut segment = Segment::new(0, END, 7, 3);
    segment.older = vec![Older { first: 0, file: "segments/0123456789abcdef".to_owned() }];
    let empty = Measured::default();
    segment.add(set, &[Given { track: 1, measured: set.of(1).unwrap_or(&empty), exact }]);
    segment
}

/// The last given of those at one position, by position.
fn expected(set: &PointSet) -> Vec<Point> {
    let mut by_position = std::collections::BTreeMap::new();
    for point in set.of(1).map_or(&[][..], |measured| &measured.points) {
        by_position.insert(point.position, *point);
    }
    by_position.into_values().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_values_come_back_within_a_step(rows in rows(), failures in failures(), exact in any::<bool>()) {
        let set = set(&rows, &failures);
        let before = segment(&set, exact);
        let after = Segment::decode(&before.encode().unwrap()).unwrap();
        prop_assert_eq!((after.first, after.end, after.group), (0, END, 7));
        prop_assert_eq!(&after.older, &before.older);
        prop_assert!(after.series[0].points.is_empty() && after.series[2].points.is_empty());
        let (track, wanted) = (&after.series[1], expected(&set));
        prop_assert_eq!(track.points.len(), wanted.len());
        let quantum = track.quantum.unwrap_or(1.0);
        let largest = wanted.iter().map(|point| point.value.abs()).fold(0.0, f64::max);
        // The step is fine: at least ten bits of the typical value, which is no larger than the largest.
        prop_assert!(wanted.is_empty() || quantum <= (largest / 512.0).max(1.0).max(f64::MIN_POSITIVE));
        for (got, want) in track.points.iter().zip(&wanted) {
            // Half a step, but for the largest numbers, which cannot be rounded upwards.
            let off = if want.value.abs() > 1e308 { 1.0 } else { 0.5 };
            prop_assert!((got.value - want.value).abs() <= quantum * off, "{} {} {quantum}", got.value, want.value);
            prop_assert_eq!(got.position, want.position);
            prop_assert_eq!(&after.contexts[got.context as usize], &set.contexts()[want.context as usize]);
            prop_assert_eq!(&after.runs[got.run as usize], &set.runs()[want.run as usize]);
            prop_assert_eq!(got.interval.is_some(), want.interval.is_some());
            if let Some((low, _)) = want.interval {
                let width = want.value - low;
                let kept = quantum::width(quantum::width_code(width, quantum), quantum).unwrap();
                // The byte ends at 2^(254/16 - 4) steps: what is wider is kept as that.
                let (least, most) = (quantum / 16.0, quantum * 3800.0);
                let inside = width > least && width < most && width.is_normal() && least.is_normal();
                prop_assert!(!inside || (kept / width).log2().abs() < 0.04, "{width} became {kept}");
            }
        }
        prop_assert_eq!(after.series[1].failures.len(), before.series[1].failures.len());
        for (got, want) in after.series[1].failures.iter().zip(&before.series[1].failures) {
            prop_assert_eq!((got.position, got.outcome), (want.position, want.outcome));
            prop_assert_eq!(&after.runs[got.run as usize], &before.runs[want.run as usize]);
        }
    }

    #[test]
    fn whole_exact_values_come_back_as_they_were(values in prop::collection::vec(-(1_i64 << 49)..(1_i64 << 49), 1..50)) {
        let rows: Vec<Row> = values.iter().zip(0..).map(|(value, at)| (at, *value as f64, None, 0, 0)).collect();
        let after = Segment::decode(&segment(&set(&rows, &[]), true).encode().unwrap()).unwrap();
        let got: Vec<i64> = after.series[1].points.iter().map(|point| point.value as i64).collect();
        prop_assert_eq!(got, values);
    }

    #[test]
    fn points_added_later_are_those_added_at_once(rows in rows(), cut in 0_usize..60) {
        let (first, second) = rows.split_at(cut.min(rows.len()));
        let mut grown = segment(&set(first, &[]), false);
        grown = Segment::decode(&grown.encode().unwrap()).unwrap();
        let new = set(second, &[]);
        let empty = Measured::default();
        let measured = new.of(1).unwrap_or(&empty);
        let before = grown.series[1].points.len();
        let added = grown.add(&new, &[Given { track: 1, measured, exact: false }]);
        let grown = Segment::decode(&grown.encode().unwrap()).unwrap();
        let (track, wanted) = (&grown.series[1], expected(&set(&rows, &[])));
        prop_assert_eq!(track.points.len(), wanted.len());
        prop_assert_eq!(before + added[0] as usize, wanted.len());
        let quantum = track.quantum.unwrap_or(1.0);
        let coarsest = grown.series[1].quantum.unwrap_or(1.0).max(segment(&set(first, &[]), false).series[1].quantum.unwrap_or(0.0));
        for (got, want) in track.points.iter().zip(&wanted) {
            prop_assert_eq!(got.position, want.position);
            prop_assert!((got.value - want.value).abs() <= quantum + coarsest);
        }
    }

    #[test]
    fn no_bytes_break_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        // What matters is that each ends, with a segment or an error; a panic fails the test.
        let _ = Segment::decode(&bytes).map(|segment| segment.series.len());
        let _ = gz::unpack(&bytes).map(|raw| raw.len());
    }

    #[test]
    fn no_damage_breaks_the_reader(rows in rows(), at in any::<prop::sample::Index>(), flip in 1_u8..255, cut in any::<prop::sample::Index>()) {
        let bytes = segment(&set(&rows, &[(3, 1, 0)]), false).encode().unwrap();
        let shorter = &bytes[..cut.index(bytes.len())];
        prop_assert!(Segment::decode(shorter).is_err());
        let mut other = bytes.clone();
        let place = at.index(bytes.len());
        other[place] ^= flip;
        if let Ok(segment) = Segment::decode(&other) {
            // Then it is another segment, which can be written again.
            prop_assert!(segment.encode().is_ok());
        }
        let mut longer = bytes;
        longer.push(0);
        prop_assert!(Segment::decode(&longer).is_err());
    }
}

#[test]
fn a_header_that_promises_much_takes_no_memory() {
    let header =
        br#"{"first":0,"end":256,"group":0,"series":[{"bytes":9,"quantum":1.0}],"contexts":{"fingerprint":[],"module":[],"build":[],"code":[],"rows":[]},"runs":[],"older":[]}"#;
    let mut bytes = b"KSEG\x02".to_vec();
    // A varint of two bytes: seven bits in each.
    bytes.extend_from_slice(&[header.len() as u8 | 0x80, (header.len() >> 7) as u8]);
    bytes.extend_from_slice(header);
    bytes.extend_from_slice(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]);
    assert!(Segment::decode(&bytes).unwrap_err().to_string().contains("are promised"));
}

#[test]
fn a_later_version_is_refused_by_its_number() {
    let mut bytes = segment(&PointSet::default(), false).encode().unwrap();
    bytes[4] = 3;
    assert_eq!(Segment::decode(&bytes).unwrap_err().to_string(), "a segment of version 3; this kymo reads 2");
}
