//! Whether the numbers mean what they say: the verdict on a load, from what was observed beside it.

use crate::backlog;
use crate::report::{Rates, RequestCounts, Summary, ThreadCost, Verdict, VerdictKind};
use kymo_model::{Conditions, NoiseReason};

/// What was observed of a load and of the machine while it went.
#[derive(Clone, Debug)]
pub struct Observed {
    /// Whether requests were due at planned times. In a closed loop nothing can be late or left unsent.
    pub open: bool,
    /// Whether threads polled while they waited: then `busy` says nothing, and `working` all.
    pub polls: bool,
    /// Each thread, over the window.
    pub threads: Vec<ThreadCost>,
    /// Over the window.
    pub response: Summary,
    /// Over the window.
    pub service: Summary,
    /// Over the window.
    pub lateness: Summary,
    /// Requests due in the window.
    pub requests: RequestCounts,
    /// Of the requests that failed, those that were not answered in time.
    pub timeouts: u64,
    /// Over the window.
    pub rates: Rates,
    /// Requests in flight at the end of each interval of the window.
    pub in_flight: Vec<u64>,
    /// Requests due and unsent at the end of each interval of the window.
    pub unsent: Vec<u64>,
    /// Length of the window, in seconds.
    pub window_s: f64,
    /// Connections that came to a full queue of a listener while the load went (`TcpExtListenOverflows`); of all
    /// listeners of this machine, so it tells of the server only where that is here. `None` where the machine does not
    /// say.
    pub listen_overflows: Option<u64>,
    /// The machine over the whole load. Others' processor time includes the server's, where that is here.
    pub conditions: Conditions,
}

/// From this share of its time on a thread that works is taken for the limit: what comes at random then queues in the
/// generator (at a utilisation of 0.85 an M/D/1 queue waits 2.8 times its service time).
pub const WORKING_MAX: f64 = 0.85;

/// From this share of the time on, a thread that was ready and did not run was kept from running by others.
pub const WAITING_MAX: f64 = 0.05;

/// The answered rate is the offered one from this share on; nighthawk's and Lancet's searches allow as much.
pub const ACHIEVED_MIN: f64 = 0.99;

/// Largest share of the response time's p99 that the generator's own lateness may have at its p99.
pub const LATENESS_MAX: f64 = 0.25;

/// Share of the planned requests that may time out: p99 must stay what was measured.
pub const TIMEOUTS_MAX: f64 = 0.01;

/// Judges a load. The kind is the first that applies; the reasons are all that were found, those of the kind first.
pub fn judge(observed: &Observed) -> Verdict {
    let found = [
        (VerdictKind::ClientLimited, client(observed)),
        (VerdictKind::Noisy, noisy(observed)),
        (VerdictKind::ServerOverloaded, server(observed)),
    ];
    let kind = found.iter().find(|(_, reasons)| !reasons.is_empty()).map_or(VerdictKind::Valid, |(kind, _)| *kind);
    Verdict { kind, reasons: found.into_iter().flat_map(|(_, reasons)| reasons).collect() }
}

/// What makes the generator the limit.
fn client(observed: &Observed) -> Vec<String> {
    let mut reasons = Vec::new();
    let working = observed.threads.iter().map(|thread| if observed.polls { thread.working } else { thread.busy });
    let working = working.fold(0.0, f64::max);
    if working >= WORKING_MAX {
        reasons.push(format!(
            "a thread of the generator was at work for {:.0} % of the time: give it more threads (-t) and processors",
            working * 100.0
        ));
    }
    // Where nothing was answered as expected there is nothing to have a share of.
    let answered = observed.response.count > 0;
    if observed.open && answered && observed.lateness.p99 > LATENESS_MAX * observed.response.p99 {
        reasons.push(format!(
            "the generator itself was late by {:.3} ms at its p99, of a response time of {:.3} ms: keep it to \
             processors of its own (--cpus), or let it poll (--wait spin)",
            observed.lateness.p99 * 1e3,
            observed.response.p99 * 1e3
        ));
    }
    reasons
}

/// What else disturbed the machine. Others' processor time is none of it: the server is among them. Whether they took
/// it from the generator shows in its threads' wait.
fn noisy(observed: &Observed) -> Vec<String> {
    let mut reasons = Vec::new();
    let waiting = observed.threads.iter().map(|thread| thread.waiting).fold(0.0, f64::max);
    if waiting > WAITING_MAX {
        reasons.push(format!(
            "a thread of the generator was ready and kept from running by others for {:.0} % of the time",
            waiting * 100.0
        ));
    }
    let found = kymo_measure::conditions::noise(&observed.conditions);
    reasons.extend(
        found.into_iter().filter(|noise| noise.reason != NoiseReason::OtherProcesses).map(|noise| noise.message),
    );
    reasons
}

/// What shows that the server did not keep up.
fn server(observed: &Observed) -> Vec<String> {
    let mut reasons = Vec::new();
    if let Some(overflows) = observed.listen_overflows.filter(|overflows| *overflows > 0) {
        reasons.push(format!(
            "{overflows} connections came to a full queue of a listener on this machine, and were tried again after a \
             second or more: raise the server's backlog"
        ));
    }
    if !observed.open {
        return reasons;
    }
    let requests = &observed.requests;
    // Answers that were not as expected are answers: what is wrong with them is among the errors. That the last ones
    // came after the window says little of a short one; whether requests piled up does.
    let answered = requests.completed + requests.failed;
    if (answered as f64) < ACHIEVED_MIN * requests.planned as f64 {
        let (achieved, offered) = (observed.rates.achieved, observed.rates.offered);
        reasons.push(format!("{achieved:.1} requests/s of {offered:.1} were answered as expected"));
    }
    if observed.timeouts as f64 > TIMEOUTS_MAX * requests.planned as f64 {
        reasons.push(format!("{} of {} requests were not answered in time", observed.timeouts, requests.planned));
    }
    let waiting: Vec<u64> =
        observed.in_flight.iter().zip(&observed.unsent).map(|(in_flight, unsent)| in_flight + unsent).collect();
    if let Some(growth) = backlog::growth_of(&waiting, requests.planned, observed.window_s) {
        reasons.push(format!("requests piled up by {:.1} a second", growth.per_second));
    }
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;
    use kymo_model::{Seconds, Share};

    fn conditions() -> Conditions {
        Conditions {
            over: Seconds::new(10.0),
            load_1m: Some(2.0),
            cpu_pressure: Some(Share::new(0.2)),
            memory_pressure: Some(Share::new(0.0)),
            io_pressure: Some(Share::new(0.0)),
            steal: Some(Share::new(0.0)),
            // The server.
            others_cpu: Some(Share::new(0.5)),
            frequency_mhz_min: None,
            frequency_mhz_max: None,
            throttle_events: None,
            busiest_others: vec![("nginx".to_owned(), Share::new(1.0))],
        }
    }

    /// A load of 1,000 requests a second on a server that has time.
    fn well() -> Observed {
        let of = |p99| Summary { count: 10_000, p99, ..Summary::default() };
        Observed {
            open: true,
            polls: false,
            threads: vec![ThreadCost { cpu: None, busy: 0.3, waiting: 0.01, working: 0.3 }; 2],
            response: of(0.002),
            service: of(0.001_9),
            lateness: of(0.000_1),
            requests: RequestCounts { planned: 10_000, completed: 10_000, ..RequestCounts::default() },
            timeouts: 0,
            rates: Rates { offered: 1000.0, achieved: 999.5 },
            in_flight: (0..100).map(|i| i % 3).collect(),
            unsent: vec![0; 100],
            window_s: 10.0,
            listen_overflows: Some(0),
            conditions: conditions(),
        }
    }

    fn kind(change: impl Fn(&mut Observed)) -> VerdictKind {
        let mut observed = well();
        change(&mut observed);
        let verdict = judge(&observed);
        assert_eq!(verdict.kind == VerdictKind::Valid, verdict.reasons.is_empty(), "{verdict:?}");
        verdict.kind
    }

    #[test]
    fn a_load_that_went_well_is_valid() {
        assert_eq!(judge(&well()), Verdict { kind: VerdictKind::Valid, reasons: Vec::new() });
        // One request that was due at the very end is no overload.
        let one = |observed: &mut Observed| {
            observed.requests = RequestCounts { completed: 9_999, unsent: 1, ..observed.requests }
        };
        assert_eq!(kind(one), VerdictKind::Valid);
        assert_eq!(kind(|observed| observed.listen_overflows = None), VerdictKind::Valid);
    }

    #[test]
    fn a_generator_without_time_is_the_limit() {
        let busy = |share| move |observed: &mut Observed| observed.threads[1].busy = share;
        assert_eq!(kind(busy(0.84)), VerdictKind::Valid);
        assert_eq!(kind(busy(0.86)), VerdictKind::ClientLimited);
        // A thread that polls is always busy; what it did meanwhile counts.
        let polls = |working| {
            move |observed: &mut Observed| {
                observed.polls = true;
                observed.threads[0] = ThreadCost { cpu: None, busy: 1.0, waiting: 0.0, working };
            }
        };
        assert_eq!(kind(polls(0.2)), VerdictKind::Valid);
        assert_eq!(kind(polls(0.9)), VerdictKind::ClientLimited);
        assert_eq!(kind(|observed| observed.lateness.p99 = 0.000_6), VerdictKind::ClientLimited);
        // In a closed loop a busy generator decides the throughput, and nothing can be late.
        let closed = |observed: &mut Observed| {
            observed.open = false;
            observed.lateness.p99 = 1.0;
        };
        assert_eq!(kind(closed), VerdictKind::Valid);
        assert_eq!(
            kind(|observed| {
                closed(observed);
                busy(0.9)(observed);
            }),
            VerdictKind::ClientLimited
        );
    }

    #[test]
    fn what_others_do_to_the_machine_is_noise() {
        assert_eq!(kind(|observed| observed.threads[0].waiting = 0.06), VerdictKind::Noisy);
        assert_eq!(kind(|observed| observed.conditions.steal = Some(Share::new(0.02))), VerdictKind::Noisy);
        assert_eq!(kind(|observed| observed.conditions.io_pressure = Some(Share::new(0.2))), VerdictKind::Noisy);
        assert_eq!(kind(|observed| observed.conditions.throttle_events = Some(1)), VerdictKind::Noisy);
        assert_eq!(kind(|observed| observed.conditions.others_cpu = Some(Share::new(0.9))), VerdictKind::Valid);
    }

    #[test]
    fn a_server_that_does_not_keep_up_is_overloaded() {
        let unsent = |observed: &mut Observed| {
            observed.requests =
                RequestCounts { planned: 10_000, completed: 9_000, unsent: 1_000, ..RequestCounts::default() };
            observed.rates.achieved = 900.0;
        };
        assert_eq!(kind(unsent), VerdictKind::ServerOverloaded);
        assert_eq!(
            kind(|observed| observed.in_flight = (0..100).map(|i| i * 2).collect()),
            VerdictKind::ServerOverloaded
        );
        assert_eq!(kind(|observed| observed.listen_overflows = Some(3)), VerdictKind::ServerOverloaded);
        assert_eq!(kind(|observed| observed.timeouts = 200), VerdictKind::ServerOverloaded);
        // Answers of the wrong kind, all in time, are errors and no overload.
        let wrong = |observed: &mut Observed| {
            observed.requests =
                RequestCounts { planned: 10_000, completed: 0, failed: 10_000, ..RequestCounts::default() };
            observed.rates.achieved = 0.0;
        };
        assert_eq!(kind(wrong), VerdictKind::Valid);
    }

    #[test]
    fn the_first_kind_that_applies_is_the_verdict_and_no_reason_is_lost() {
        let mut observed = well();
        observed.threads[0].busy = 0.95;
        observed.threads[0].waiting = 0.2;
        observed.requests.completed = 5_000;
        let verdict = judge(&observed);
        assert_eq!((verdict.kind, verdict.reasons.len()), (VerdictKind::ClientLimited, 3), "{verdict:?}");
        observed.threads[0].busy = 0.3;
        assert_eq!(judge(&observed).kind, VerdictKind::Noisy);
    }
}
