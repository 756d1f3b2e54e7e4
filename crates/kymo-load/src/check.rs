//! Whether a specification can be carried out.

use crate::error::LoadError;
use crate::spec::{ConnectionUse, HttpVersion, Io, LoadSpec, Profile, Schedule};

/// Highest rate that is planned, in requests a second: beyond what one machine can send by two orders of magnitude, and
/// low enough that what was left unsent is counted in seconds.
const RATE_MAX: f64 = 1e8;

/// Checks all that needs no server.
pub(crate) fn check(spec: &LoadSpec) -> Result<(), LoadError> {
    let fault = |text: &str| Err(LoadError::Spec(text.to_owned()));
    if spec.addresses.is_empty() {
        return fault("there is no address to connect to");
    }
    if spec.threads == 0 {
        return fault("a load needs one thread at least");
    }
    if spec.connections < spec.threads {
        let (connections, threads) = (spec.connections, spec.threads);
        return Err(LoadError::Spec(format!(
            "{connections} connections are too few for {threads} threads: every thread needs one at least"
        )));
    }
    if spec.depth == 0 {
        return fault("the depth is the number of requests under way on a connection: 1 at least");
    }
    if spec.duration.is_zero() {
        return fault("the duration is zero: there is nothing to measure");
    }
    if spec.interval.is_zero() {
        return fault("the intervals of the time series have no width");
    }
    if spec.timeout.is_zero() || spec.connect_timeout.is_zero() {
        return fault("a time-out of zero would let every request fail");
    }
    if spec.connection_use == ConnectionUse::PerRequest && spec.http == HttpVersion::Http2 {
        return fault("a connection for each request is for HTTP/1.1: HTTP/2 is there to avoid it");
    }
    if spec.io == Io::Uring && spec.tls.is_some() {
        return fault("io_uring is for plain connections: leave --io at epoll for https");
    }
    match &spec.schedule {
        Schedule::Constant(profile) | Schedule::Poisson(profile) => check_profile(profile),
        Schedule::PerConnection { rate } if !(*rate > 0.0 && *rate <= RATE_MAX) => {
            Err(LoadError::Spec(format!("a rate of {rate} requests/s: above 0 and up to {RATE_MAX:.0} can be planned")))
        }
        Schedule::PerConnection { .. } | Schedule::Closed => Ok(()),
    }
}

fn check_profile(profile: &Profile) -> Result<(), LoadError> {
    let fault = |text: String| Err(LoadError::Spec(text));
    let rates = || profile.segments.iter().flat_map(|segment| [segment.from, segment.to]);
    if let Some(rate) = rates().find(|rate| !(0.0..=RATE_MAX).contains(rate)) {
        return fault(format!("a rate of {rate} requests/s: from 0 to {RATE_MAX:.0} can be planned"));
    }
    if !rates().any(|rate| rate > 0.0) {
        return fault("the rate is never above zero: there is nothing to send".to_owned());
    }
    Ok(())
}
