//! The ways to misbehave, one a strategy of `kymo-worker-bad`.

use crate::{sys, wire};
use kymo_model::Phase;
use kymo_worker::protocol::{Hello, Measured, Open, Response};
use std::io::{self, Write};
use std::time::Duration;

/// Strategies of the bad worker; the first one behaves.
pub const FAULTS: [&str; 27] = [
    "good",
    "garbage",
    "chatter",
    "hang",
    "hang-hello",
    "early-exit",
    "exit-3",
    "panic",
    "segv",
    "abort",
    "old-protocol",
    "new-protocol",
    "gigabyte-guest",
    "gigabyte-protocol",
    "gigabyte-stderr",
    "nan",
    "nan-text",
    "negative",
    "infinite",
    "empty",
    "wrong-count",
    "wrong-unit",
    "unasked-phase",
    "no-verification",
    "eats-memory",
    "slow",
    "closes-stdout",
];

/// Says hello in the way of a fault.
///
/// # Errors
/// Those of the pipe.
pub fn greet(fault: &str, mut hello: Hello) -> io::Result<()> {
    match fault {
        "hang-hello" => hang(),
        "old-protocol" => hello.protocol = 0,
        "new-protocol" => hello.protocol = 99,
        _ => {}
    }
    wire::send(&Response::Hello(hello))
}

/// Misbehaves once the module is open, before `measure` is asked.
pub fn after_opened(fault: &str) {
    if fault == "early-exit" {
        std::process::exit(0);
    }
}

/// Answers `measure` in the way of a fault; `good` is the right answer, `sleep` how long a slow worker takes.
///
/// # Errors
/// Those of the pipes.
pub fn answer(fault: &str, open: &Open, good: Measured, sleep: Duration) -> io::Result<()> {
    if good.samples.is_empty() {
        // Asked to make ready, with nothing to measure: the fault is kept for what follows.
        return wire::send(&Response::Result(good));
    }
    match fault {
        "garbage" => io::stdout().write_all(b"\x00\xff\xfe{]nonsense\xc3\x28\n")?,
        "chatter" => wire::send_text("[info] compiling 12 functions")?,
        "hang" => hang(),
        "exit-3" => {
            eprintln!("the engine could not be initialised");
            std::process::exit(3);
        }
        "panic" => panic!("an assertion of the engine failed"),
        "segv" => sys::segfault(),
        "abort" => std::process::abort(),
        "gigabyte-guest" => gigabyte(std::fs::File::create(&open.stdout)?)?,
        "gigabyte-protocol" => gigabyte(io::stdout().lock())?,
        "gigabyte-stderr" => gigabyte(io::stderr().lock())?,
        "eats-memory" => eat_memory(),
        "slow" => std::thread::sleep(sleep),
        "closes-stdout" => {
            sys::close_stdout();
            hang();
        }
        _ => {}
    }
    send(fault, good)
}

/// Sends the result, spoiled where the fault is one of content.
fn send(fault: &str, good: Measured) -> io::Result<()> {
    let as_text = |number: f64, text: &str| {
        let spoiled = with_values(good.clone(), |values| values.fill(Some(number)));
        Ok::<_, io::Error>(serde_json::to_string(&Response::Result(spoiled))?.replace(&number.to_string(), text))
    };
    // A number that occurs nowhere else in the answer, to be replaced by what no JSON writer would write.
    const MARK: f64 = 987_654.321;
    let spoiled = match fault {
        "nan-text" => return wire::send_text(&as_text(MARK, "NaN")?),
        "infinite" => return wire::send_text(&as_text(MARK, "1e999")?),
        "nan" => with_values(good, |values| values.fill(None)),
        "negative" => with_values(good, |values| values.fill(Some(-1.0))),
        "wrong-count" => with_values(good, |values| values.truncate(values.len() - 1)),
        "empty" => Measured { samples: Vec::new(), ..good },
        "no-verification" => Measured { verification: None, ..good },
        "wrong-unit" => with_samples(good, |samples| samples.unit = "ms".to_owned()),
        "unasked-phase" => with_samples(good, |samples| samples.phase = Phase::Lifetime),
        _ => good,
    };
    wire::send(&Response::Result(spoiled))
}

fn with_samples(mut measured: Measured, spoil: impl Fn(&mut kymo_worker::protocol::WireSamples)) -> Measured {
    measured.samples.iter_mut().for_each(spoil);
    measured
}

fn with_values(measured: Measured, spoil: impl Fn(&mut Vec<Option<f64>>)) -> Measured {
    with_samples(measured, |samples| spoil(&mut samples.values))
}

fn hang() {
    loop {
        std::thread::sleep(Duration::from_secs(3600));
    }
}

/// A gigabyte without an end of line.
fn gigabyte(mut sink: impl Write) -> io::Result<()> {
    let piece = vec![b'x'; 1 << 20];
    (0..1024).try_for_each(|_| sink.write_all(&piece))?;
    sink.flush()
}

/// Up to 64 GiB, every page touched. Slow enough that a parent that watches can step in, before the machine must.
fn eat_memory() {
    let mut eaten = Vec::new();
    for _ in 0..1024 {
        eaten.push(vec![1_u8; 64 << 20]);
        std::thread::sleep(Duration::from_millis(20));
    }
    std::hint::black_box(&eaten);
}
