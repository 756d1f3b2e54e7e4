//! Regions on this machine: faults, what a reading is, and what cannot be read. Timing decides nothing.

use kymo_measure::region::{Region, RegionFault, RegionState};
use kymo_model::Metric;

fn value(readings: &[(Metric, f64)], metric: Metric) -> f64 {
    readings.iter().find(|(read, _)| *read == metric).map(|(_, value)| *value).expect("the metric was read")
}

#[test]
fn a_region_is_opened_and_closed_once() {
    let (region, absent) = Region::new(&[Metric::WallTime]);
    assert!(absent.is_empty() && region.is_untouched());
    let check = |calls: &str, expect: RegionFault| {
        for call in calls.chars() {
            if call == 's' { region.start() } else { region.end() }
        }
        assert_eq!(region.take(), Err(expect), "after {calls}");
        assert!(region.is_untouched(), "taking resets, after {calls}");
    };
    check("", RegionFault::NeverOpened);
    check("s", RegionFault::NeverClosed);
    check("ss", RegionFault::OpenedTwice);
    check("sse", RegionFault::OpenedTwice);
    check("ses", RegionFault::OpenedTwice);
    check("sese", RegionFault::OpenedTwice);
    check("e", RegionFault::ClosedWithoutOpening);
    check("es", RegionFault::ClosedWithoutOpening);
    check("see", RegionFault::ClosedWithoutOpening);
    assert_eq!(RegionFault::OpenedTwice.to_string(), "bench.start was called twice");
}

#[test]
fn its_state_can_be_seen_and_reset() {
    let (region, _) = Region::new(&[Metric::WallTime]);
    assert_eq!(region.state(), RegionState::Idle);
    region.start();
    assert_eq!(region.state(), RegionState::Open);
    region.end();
    assert_eq!(region.state(), RegionState::Closed);
    region.end();
    assert_eq!(region.state(), RegionState::Faulty(RegionFault::ClosedWithoutOpening));
    region.reset();
    assert!(region.is_untouched());
}

#[test]
fn only_what_was_asked_for_is_read_in_that_order() {
    let asked = [Metric::PageFaults, Metric::PeakRss, Metric::WallTime, Metric::CpuTime, Metric::WallTime];
    let (region, absent) = Region::new(&asked);
    region.start();
    region.end();
    let read: Vec<Metric> = region.take().unwrap().into_iter().map(|(metric, _)| metric).collect();
    if absent.is_empty() {
        assert_eq!(read, [Metric::PageFaults, Metric::WallTime, Metric::CpuTime]);
    }
    assert_eq!(read, region.metrics());

    let (region, _) = Region::new(&[]);
    region.start();
    region.end();
    assert_eq!(region.take(), Ok(vec![]));
}

#[test]
fn every_metric_is_read_or_named_with_a_reason() {
    let (region, absent) = Region::new(&Metric::ALL);
    region.start();
    region.end();
    let readings = region.take().unwrap();
    assert!(readings.iter().all(|(_, value)| value.is_finite() && *value >= 0.0), "{readings:?}");
    for metric in [Metric::WallTime, Metric::CpuTime, Metric::PageFaults, Metric::Cycles, Metric::Instructions] {
        let read = readings.iter().any(|(known, _)| *known == metric);
        let missing = absent.iter().chain(&region.lost()).any(|known| known.metric == metric);
        assert!(read != missing, "{metric} is read or missing, not both");
    }
    assert!(absent.iter().all(|missing| !missing.reason.is_empty() && !missing.reason.contains('\n')));
}

#[cfg(target_os = "linux")]
#[test]
fn touching_pages_raises_page_faults_by_their_number() {
    // 1 MiB: less than a huge page, which would need one fault only.
    const PAGES: usize = 256;
    const STEP_BYTES: usize = 4096;
    let (region, _) = Region::new(&[Metric::PageFaults, Metric::CpuTime, Metric::ThreadCpuTime]);
    let mut memory: Vec<u8> = Vec::with_capacity(PAGES * STEP_BYTES);
    region.start();
    memory.resize(PAGES * STEP_BYTES, 1);
    region.end();
    std::hint::black_box(&memory);
    let readings = region.take().unwrap();
    let faults = value(&readings, Metric::PageFaults);
    // Other tests of this process run beside it, hence no upper bound of the exact number.
    assert!((PAGES as f64 * 0.9..PAGES as f64 * 20.0).contains(&faults), "{faults} faults");
    assert!(value(&readings, Metric::ThreadCpuTime) > 0.0);
    assert!(value(&readings, Metric::CpuTime) > 0.0);
}

#[cfg(unix)]
#[test]
fn a_thread_s_time_read_on_two_threads_is_lost_with_a_reason() {
    let (region, _) = Region::new(&[Metric::WallTime, Metric::ThreadCpuTime]);
    region.start();
    std::thread::scope(|scope| {
        scope.spawn(|| region.end());
    });
    let readings = region.take().unwrap();
    assert_eq!(readings.iter().map(|(metric, _)| *metric).collect::<Vec<_>>(), [Metric::WallTime]);
    assert_eq!(region.lost().iter().map(|lost| lost.metric).collect::<Vec<_>>(), [Metric::ThreadCpuTime]);

    region.start();
    region.end();
    assert_eq!(region.take().unwrap().len(), 1, "a lost metric stays lost");
}

#[test]
fn a_region_is_shared_between_threads() {
    fn assert_shared<T: Send + Sync + 'static>(_: &T) {}
    let (region, _) = Region::new(&Metric::ALL);
    assert_shared(&region);
}
