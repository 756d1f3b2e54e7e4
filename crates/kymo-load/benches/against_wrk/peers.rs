//! The other generators: how they are called, and what is compared.

use crate::nginx::Nginx;
use crate::statistics::{median, spread};
use kymo_measure::usage;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::time::Instant;

const CONNECTIONS: u32 = 64;
const SERVER_CPU: u32 = 0;
const CLIENT_CPU: u32 = 1;

/// A generator's name and its words for a closed loop.
fn closed(name: &str, address: SocketAddr, seconds: u32) -> Option<Vec<String>> {
    let url = format!("http://{address}/");
    let line = match name {
        "kymo" => format!("{} client {address} {CONNECTIONS} {seconds} 0 sleep", own()?),
        "kymo, io_uring" => format!("{} client {address} {CONNECTIONS} {seconds} 0 uring", own()?),
        "wrk" => format!("wrk -t1 -c{CONNECTIONS} -d{seconds}s {url}"),
        "h2load" => format!("h2load --h1 -t1 -c{CONNECTIONS} -D{seconds} {url}"),
        "wrk2" => format!("wrk2 -t1 -c{CONNECTIONS} -d{seconds}s -R1000000 {url}"),
        "oha" => format!("oha -c{CONNECTIONS} -z{seconds}s --no-tui {url}"),
        _ => return None,
    };
    Some(line.split(' ').map(str::to_owned).collect())
}

fn own() -> Option<String> {
    std::env::current_exe().ok()?.to_str().map(str::to_owned)
}

fn installed(name: &str) -> bool {
    name.starts_with("kymo")
        || Command::new("which").arg(name).stdout(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// What one run of a generator cost.
struct Cost {
    client_s: f64,
    server_s: f64,
    requests: f64,
    client_busy: f64,
    server_busy: f64,
    seconds: f64,
}

/// Runs a generator on the clients' processor; its cost, and what it printed.
fn measure(nginx: &Nginx, line: &[String]) -> Result<(Cost, String), String> {
    let say = |error: std::io::Error| format!("{}: {error}", line[0]);
    let folder = tempfile::tempdir().map_err(say)?;
    let path = folder.path().join("out");
    let out = std::fs::File::create(&path).map_err(say)?;
    let (requests, server, start) = (nginx.requests()?, nginx.cpu_s()?, Instant::now());
    let mut command = Command::new("taskset");
    command.args(["-c", &CLIENT_CPU.to_string()]).args(line).stdout(out).stderr(Stdio::null());
    let child = command.spawn().map_err(say)?;
    let (status, used) = usage::wait(child).map_err(say)?;
    let text = std::fs::read_to_string(&path).map_err(say)?;
    if !status.success() {
        return Err(format!("{line:?} ended with {status}: {text}"));
    }
    let seconds = start.elapsed().as_secs_f64();
    // The question itself is one.
    let requests = (nginx.requests()? - requests - 1) as f64;
    let server_s = nginx.cpu_s()? - server;
    let (client_busy, server_busy) = (used.cpu_s / seconds, server_s / seconds);
    Ok((Cost { client_s: used.cpu_s, server_s, requests, client_busy, server_busy, seconds }, text))
}

pub fn saturation(rounds: usize, seconds: u32) -> Result<(), String> {
    let nginx = Nginx::start(SERVER_CPU)?;
    let mut names: Vec<&str> =
        ["kymo", "kymo, io_uring", "wrk", "h2load", "wrk2", "oha"].into_iter().filter(|name| installed(name)).collect();
    if !names.contains(&"wrk") {
        return Err("wrk is not installed: it is what all are compared with".to_owned());
    }
    let mut costs: BTreeMap<&str, Vec<Cost>> = BTreeMap::new();
    let mut user = Vec::new();
    for _ in 0..rounds {
        for name in &names {
            let line = closed(name, nginx.address, seconds).ok_or("no words for it")?;
            let (cost, text) = measure(&nginx, &line)?;
            if *name == "kymo" {
                user.extend(text.split(' ').nth(3).and_then(|value| value.parse::<f64>().ok()));
            }
            costs.entry(name).or_default().push(cost);
        }
        // Everybody comes after everybody.
        names.rotate_left(1);
        names.reverse();
    }
    println!("closed loop, {CONNECTIONS} connections, {rounds} rounds of {seconds} s: median [least-most]");
    println!(
        "client | client CPU µs/request | server CPU µs/request | requests/s | busy client/server | client CPU : wrk's"
    );
    for (name, of) in &costs {
        let per = |pick: fn(&Cost) -> f64| of.iter().map(|cost| pick(cost) / cost.requests).collect::<Vec<_>>();
        let client = per(|cost| cost.client_s);
        let wrk: Vec<f64> = costs["wrk"].iter().map(|cost| cost.client_s / cost.requests).collect();
        let ratios: Vec<f64> = client.iter().zip(wrk).map(|(own, wrk)| own / wrk).collect();
        let busy = |pick: fn(&Cost) -> f64| median(&of.iter().map(pick).collect::<Vec<_>>());
        println!(
            "{name} | {} | {} | {:.0} | {:.2}/{:.2} | {}",
            spread(&client, 1e6, 1),
            spread(&per(|cost| cost.server_s), 1e6, 1),
            median(&of.iter().map(|cost| cost.requests / cost.seconds).collect::<Vec<_>>()),
            busy(|cost| cost.client_busy),
            busy(|cost| cost.server_busy),
            spread(&ratios, 1.0, 3),
        );
    }
    println!("kymo's own part in user space: {} µs/request", spread(&user, 1e6, 2));
    Ok(())
}

/// Rates and connections of the paced comparison.
const PACES: [(u32, u32); 2] = [(1000, 16), (30_000, 64)];

pub fn paced(rounds: usize, seconds: u32) -> Result<(), String> {
    let nginx = Nginx::start(SERVER_CPU)?;
    println!("open loop, {rounds} rounds of {seconds} s: medians of p50, µs [least-most]");
    println!("client | rate/s | corrected | uncorrected | difference | lateness | client CPU µs/request");
    for (rate, connections) in PACES {
        let mut rows: BTreeMap<&str, Vec<[f64; 5]>> = BTreeMap::new();
        for _ in 0..rounds {
            for waiting in ["sleep", "spin", "uring"] {
                let own = own().ok_or("the name of this program is no text")?;
                let line = format!("{own} client {} {connections} {seconds} {rate} {waiting}", nginx.address);
                let (cost, text) = measure(&nginx, &line.split(' ').map(str::to_owned).collect::<Vec<_>>())?;
                let values: Vec<f64> = text.split_whitespace().filter_map(|value| value.parse().ok()).collect();
                let &[response, service, lateness, _, _, _] = values.as_slice() else {
                    return Err(format!("not understood: {text}"));
                };
                let name = match waiting {
                    "spin" => "kymo, spinning",
                    "uring" => "kymo, sleeping in a ring",
                    _ => "kymo, sleeping",
                };
                let row = [response, service, response - service, lateness, cost.client_s / cost.requests];
                rows.entry(name).or_default().push(row);
            }
            if installed("wrk2") {
                let line = format!("wrk2 -t1 -c{connections} -d{seconds}s -R{rate} -U http://{}/", nginx.address);
                let (cost, text) = measure(&nginx, &line.split(' ').map(str::to_owned).collect::<Vec<_>>())?;
                let (corrected, uncorrected) =
                    medians_of_wrk2(&text).ok_or_else(|| format!("not understood: {text}"))?;
                let difference = corrected - uncorrected;
                let row = [corrected, uncorrected, difference, f64::NAN, cost.client_s / cost.requests];
                rows.entry("wrk2").or_default().push(row);
            }
        }
        for (name, rows) in rows {
            let column = |at: usize| spread(&rows.iter().map(|row| row[at]).collect::<Vec<_>>(), 1e6, 0);
            let cells: Vec<String> = (0..5).map(column).collect();
            println!("{name} | {rate} | {}", cells.join(" | "));
        }
    }
    Ok(())
}

/// The two medians that wrk2 prints: corrected first. In seconds.
fn medians_of_wrk2(text: &str) -> Option<(f64, f64)> {
    let mut medians = text.lines().filter_map(|line| {
        let value = line.trim().strip_prefix("50.000%")?.trim();
        let units = [("us", 1e-6), ("ms", 1e-3), ("s", 1.0), ("m", 60.0)];
        let (digits, unit) = units.into_iter().find_map(|(end, unit)| Some((value.strip_suffix(end)?, unit)))?;
        digits.parse::<f64>().ok().map(|number| number * unit)
    });
    Some((medians.next()?, medians.next()?))
}
