//! Whether the numbers mean what they say: the verdict on a load, from what was observed beside it.

use crate::report::{Rates, RequestCounts, Summary, ThreadCost, Verdict, VerdictKind};
use kymo_model::Conditions;

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
/// generator (utilisation law; nighthawk and wrk2 users apply the same by hand).
pub const WORKING_MAX: f64 = 0.85;

/// From this share of the time on, a thread that was ready and did not run was kept from running by others.
pub const WAITING_MAX: f64 = 0.05;

/// The achieved rate is the offered one from this share on.
pub const ACHIEVED_MIN: f64 = 0.99;

/// Largest share of the response time's p99 that the generator's own lateness may have at its p99.
pub const LATENESS_MAX: f64 = 0.25;

/// Judges a load.
pub fn judge(observed: &Observed) -> Verdict {
    let working = observed.threads.iter().map(|thread| if observed.polls { thread.working } else { thread.busy });
    let working = working.fold(0.0, f64::max);
    let waiting = observed.threads.iter().map(|thread| thread.waiting).fold(0.0, f64::max);
    let mut client = Vec::new();
    if observed.open && working >= WORKING_MAX {
        client.push(format!("a thread of the generator was at work for {:.0} % of the time", working * 100.0));
    }
    if observed.open && observed.lateness.p99 > LATENESS_MAX * observed.response.p99 {
        client.push(format!(
            "the generator itself was late by {:.3} ms at its p99, of a response time of {:.3} ms",
            observed.lateness.p99 * 1e3,
            observed.response.p99 * 1e3
        ));
    }
    if !client.is_empty() {
        return Verdict { kind: VerdictKind::ClientLimited, reasons: client };
    }
    let mut noisy = Vec::new();
    if waiting > WAITING_MAX {
        noisy.push(format!("a thread was kept from running for {:.0} % of the time", waiting * 100.0));
    }
    if !noisy.is_empty() {
        return Verdict { kind: VerdictKind::Noisy, reasons: noisy };
    }
    let mut server = Vec::new();
    if observed.open && observed.requests.unsent > 0 {
        server.push(format!("{} requests were left unsent, since no connection was free", observed.requests.unsent));
    }
    if observed.open && observed.rates.achieved < ACHIEVED_MIN * observed.rates.offered {
        server.push(format!(
            "{:.1} requests/s were answered of {:.1} offered",
            observed.rates.achieved, observed.rates.offered
        ));
    }
    let kind = if server.is_empty() { VerdictKind::Valid } else { VerdictKind::ServerOverloaded };
    Verdict { kind, reasons: server }
}
