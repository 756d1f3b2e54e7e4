//! From the flags to what is to be sent, how fast, and over what.

use super::mix;
use super::target::Target;
use crate::cli::{Arrivals, ExpectArg, IoArg, LoadArgs, PaceArgs, RequestArgs};
use crate::commands::measure::drawn_seed;
use crate::error::CliError;
use kymo_load::{ConnectionUse, Expect, HttpVersion, Io, LoadSpec, Profile, RequestSpec, Schedule, Segment, Tls};
use std::path::Path;
use std::time::Duration;

/// Width of the time series' intervals.
const INTERVAL: Duration = Duration::from_millis(100);

/// A connection that is not there after so long has failed: a lost first packet is sent again after one second, and
/// once more after three.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// What was asked for.
pub struct Asked {
    /// Where to.
    pub target: Target,
    /// What to do.
    pub spec: LoadSpec,
}

/// Makes a load of the flags.
///
/// # Errors
/// When they say nothing that can be done, or contradict each other.
pub fn asked(args: &LoadArgs, url: &str) -> Result<Asked, CliError> {
    let target = Target::parse(url)?;
    let (threads, connections) = (args.wire.threads, args.wire.connections);
    let machines = args.machines.machines.unwrap_or(1);
    if connections < threads.saturating_mul(machines) {
        let on = if machines > 1 { format!(" on each of {machines} machines") } else { String::new() };
        return Err(CliError::usage(format!("{connections} connections are too few for {threads} threads{on}"))
            .with_hint("give every thread a connection at least: -c CONNECTIONS, -t THREADS"));
    }
    let (schedule, duration) = schedule(&args.pace, args.peak.peak)?;
    let wire = &args.wire;
    if matches!(schedule, Schedule::PerConnection { .. }) && (wire.depth > 1 || wire.per_request) {
        return Err(CliError::usage("--arrivals wrk2 has one request at a time on a connection that stays open")
            .with_hint("leave --depth and --per-request out, or take --arrivals constant"));
    }
    let tls = target.https.then(|| Tls {
        server_name: target.host.clone(),
        insecure: wire.insecure,
        authorities: wire.cacert.clone(),
    });
    if tls.is_none() && (wire.insecure || wire.cacert.is_some()) {
        return Err(CliError::usage("--insecure and --cacert are for https, and the URL is not"));
    }
    let (authority, requests) = requests(&args.request, &target)?;
    let spec = LoadSpec {
        addresses: target.addresses()?,
        authority,
        tls,
        http: if wire.http2 { HttpVersion::Http2 } else { HttpVersion::Http1 },
        requests,
        schedule,
        connections,
        connection_use: if wire.per_request { ConnectionUse::PerRequest } else { ConnectionUse::KeepAlive },
        depth: wire.depth,
        threads,
        cpus: wire.cpus.as_ref().map(|cpus| cpus.0.clone()).unwrap_or_default(),
        waiting: wire.wait,
        io: match wire.io {
            IoArg::Epoll => Io::Epoll,
            IoArg::Uring => Io::Uring,
        },
        warmup: args.pace.warmup,
        duration,
        drain: args.pace.drain,
        timeout: args.pace.timeout,
        connect_timeout: CONNECT_TIMEOUT,
        interval: INTERVAL,
        seed: args.pace.seed.unwrap_or_else(drawn_seed),
    };
    Ok(Asked { target, spec })
}

/// When requests are due, and for how long.
fn schedule(pace: &PaceArgs, peak: bool) -> Result<(Schedule, Duration), CliError> {
    if pace.arrivals == Arrivals::Closed {
        if peak {
            return Err(CliError::usage("a closed loop has no rate to search; leave --arrivals closed out"));
        }
        if pace.rate.is_some() || pace.profile.is_some() {
            return Err(CliError::usage(
                "a closed loop has no rate: every connection sends when its last answer is there",
            )
            .with_hint("leave -R out, or take --arrivals constant"));
        }
        return Ok((Schedule::Closed, pace.duration));
    }
    let profile = match (&pace.profile, pace.rate) {
        (Some(_), _) if pace.arrivals == Arrivals::Wrk2 => {
            return Err(CliError::usage("--arrivals wrk2 has one rate; a --profile needs constant or poisson"));
        }
        (Some(profile), _) => profile.clone(),
        (None, rate) => {
            // A search has a rate for each step.
            let rate = rate.or(peak.then_some(1.0)).ok_or_else(|| {
                CliError::usage(
                    "a rate is missing: an open loop sends requests when they are due, whatever the server does",
                )
                .with_hint(
                    "give it by -R RATE, as -R 1000; or search for the highest by --peak --slo 'p99<10ms'; or load as \
                         wrk does, without a rate, by --arrivals closed",
                )
            })?;
            Profile { segments: vec![Segment { from: rate, to: rate, duration: pace.duration }] }
        }
    };
    let duration = profile.segments.iter().map(|segment| segment.duration).sum();
    let schedule = match pace.arrivals {
        Arrivals::Poisson => Schedule::Poisson(profile),
        Arrivals::Wrk2 => Schedule::PerConnection { rate: profile.segments[0].from },
        Arrivals::Constant | Arrivals::Closed => Schedule::Constant(profile),
    };
    Ok((schedule, duration))
}

/// The requests, and what `Host` says.
fn requests(args: &RequestArgs, target: &Target) -> Result<(String, Vec<RequestSpec>), CliError> {
    let is_host = |(name, _): &&(String, String)| name.eq_ignore_ascii_case("host");
    let hosts: Vec<&String> = args.headers.iter().filter(is_host).map(|(_, value)| value).collect();
    if hosts.len() > 1 {
        return Err(CliError::usage("-H Host is there twice"));
    }
    let authority = hosts.first().map_or_else(|| target.authority.clone(), |host| (*host).clone());
    let headers: Vec<(String, String)> = args.headers.iter().filter(|field| !is_host(field)).cloned().collect();
    if let Some(file) = &args.mix {
        if target.path != "/" {
            return Err(CliError::usage(format!(
                "the paths of --mix are whole, and the URL has {} besides",
                target.path
            ))
            .with_hint("leave the URL's path out"));
        }
        return Ok((authority, mix::read(file, &headers)?));
    }
    let body = match (&args.body, &args.body_file) {
        (Some(text), _) => Some(text.clone().into_bytes()),
        (None, Some(file)) => Some(content(file)?),
        (None, None) => None,
    };
    let usual = if body.is_some() { "POST" } else { "GET" };
    let request = RequestSpec {
        weight: 1.0,
        method: args.method.clone().unwrap_or_else(|| usual.to_owned()),
        path: target.path.clone(),
        headers,
        body: body.unwrap_or_default(),
        expect: expect(&args.expect)?,
    };
    Ok((authority, vec![request]))
}

fn content(file: &Path) -> Result<Vec<u8>, CliError> {
    std::fs::read(file).map_err(|error| CliError::usage(format!("cannot read {}: {error}", file.display())))
}

fn expect(args: &[ExpectArg]) -> Result<Expect, CliError> {
    let mut all = Expect::default();
    let twice = |what: &str| CliError::usage(format!("--expect names {what} twice"));
    for one in args {
        let one = match one {
            ExpectArg::Known(expect) => expect.clone(),
            ExpectArg::BodyFile(file) => Expect { body: Some(content(file)?), ..Expect::default() },
        };
        if let Some(status) = one.status
            && all.status.replace(status).is_some()
        {
            return Err(twice("a status"));
        }
        if let Some(body) = one.body
            && all.body.replace(body).is_some()
        {
            return Err(twice("a body"));
        }
        if let Some(text) = one.contains
            && all.contains.replace(text).is_some()
        {
            return Err(twice("a text"));
        }
    }
    Ok(all)
}
