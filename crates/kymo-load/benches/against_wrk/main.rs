//! The generator beside wrk, h2load, oha and wrk2, in turn against one nginx.
//!
//! `saturation` (as if nothing is said): closed loops over 64 connections; processor time per request of client and
//! server, and the ratio to wrk's in the same round. `paced`: open loops; how far the corrected median is above the
//! uncorrected one. Both take `--rounds N` and `--seconds S`. What is not installed is left out; nginx and wrk must be
//! there (Debian: `nginx-light`, `wrk`, `nghttp2-client`).
//!
//! Server and client are kept to a processor each, the first two that there are, by `taskset`.

mod nginx;
mod peers;
mod statistics;

use kymo_load::{
    ConnectionUse, Expect, HttpVersion, Io, LoadSpec, Profile, RequestSpec, Schedule, Segment, Waiting, run,
};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["client", address, connections, seconds, rate, how] => client(address, connections, seconds, rate, how),
        ["paced", rest @ ..] => options(rest).and_then(|(rounds, seconds)| peers::paced(rounds, seconds)),
        ["saturation", rest @ ..] | rest => {
            options(rest).and_then(|(rounds, seconds)| peers::saturation(rounds, seconds))
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("against_wrk: {text}");
            ExitCode::FAILURE
        }
    }
}

fn options(words: &[&str]) -> Result<(usize, u32), String> {
    let mut chosen = (5, 3);
    for pair in words.chunks(2) {
        let number = |text: &str| text.parse::<u32>().map_err(|error| format!("{text}: {error}"));
        match pair {
            ["--rounds", value] => chosen.0 = number(value)? as usize,
            ["--seconds", value] => chosen.1 = number(value)?,
            other => return Err(format!("{other:?}: --rounds N and --seconds S can be said")),
        }
    }
    Ok(chosen)
}

/// Our side, as a process of its own like the others: puts a load and prints what the tables need, a line. `how` it waits, or
/// `uring` where it sleeps in a ring.
fn client(address: &str, connections: &str, seconds: &str, rate: &str, how: &str) -> Result<(), String> {
    let number = |text: &str| text.parse::<f64>().map_err(|error| format!("{text}: {error}"));
    let address: SocketAddr = address.parse().map_err(|error| format!("{address}: {error}"))?;
    let rate = number(rate)?;
    let segment = Segment { from: rate, to: rate, duration: Duration::from_secs(1) };
    let spec = LoadSpec {
        addresses: vec![address],
        authority: address.to_string(),
        tls: None,
        http: HttpVersion::Http1,
        requests: vec![RequestSpec {
            weight: 1.0,
            method: "GET".to_owned(),
            path: "/".to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            expect: Expect::default(),
        }],
        schedule: if rate > 0.0 { Schedule::Constant(Profile { segments: vec![segment] }) } else { Schedule::Closed },
        connections: number(connections)? as u32,
        connection_use: ConnectionUse::KeepAlive,
        depth: 1,
        threads: 1,
        cpus: Vec::new(),
        waiting: if how == "spin" { Waiting::Spin } else { Waiting::Sleep },
        io: if how == "uring" { Io::Uring } else { Io::Epoll },
        warmup: Duration::ZERO,
        duration: Duration::from_secs_f64(number(seconds)?),
        drain: Duration::from_secs(1),
        timeout: Duration::from_secs(2),
        connect_timeout: Duration::from_secs(5),
        interval: Duration::from_millis(100),
        seed: 1,
    };
    let report = run(&spec, &mut (), &AtomicBool::new(false)).map_err(|error| error.to_string())?.report;
    println!(
        "{} {} {} {} {} {}",
        report.response.p50,
        report.service.p50,
        report.lateness.p50,
        report.client.user_per_request_s,
        report.client.cpu_per_request_s,
        report.requests.failed + report.requests.unsent,
    );
    Ok(())
}
