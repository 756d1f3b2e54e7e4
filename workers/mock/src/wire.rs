//! Lines of the protocol, without the loop of `kymo_worker::engine`: a worker that misbehaves cannot use it.

use kymo_model::{Feature, Metric, ModuleKind};
use kymo_worker::protocol::{Hello, PROTOCOL, Request, Setting, Strategy};
use serde::Serialize;
use std::io::{self, BufRead, Write};

/// A hello with strategies that claim every feature.
pub fn hello(name: &str, strategies: &[&str], settings: Vec<Setting>) -> Hello {
    let strategies = strategies.iter().map(|name| strategy(name, Feature::ALL)).collect();
    let metrics = Metric::of_programs().map(|metric| metric.name().to_owned()).collect();
    let engine_version = env!("CARGO_PKG_VERSION").to_owned();
    // Fixed, so that documents made with a mock are the same on every machine.
    let build_id = format!("{name}-1");
    Hello { protocol: PROTOCOL, name: name.to_owned(), engine_version, build_id, strategies, settings, metrics }
}

/// A strategy for both kinds of module.
pub fn strategy(name: &str, features: &[Feature]) -> Strategy {
    let features = features.iter().map(|feature| feature.name().to_owned()).collect();
    Strategy::new(name, features, vec![ModuleKind::Core, ModuleKind::Component])
}

/// The strategy in the program's arguments.
pub fn chosen_strategy() -> Option<String> {
    std::env::args().skip_while(|argument| argument != "--strategy").nth(1)
}

/// Sends a line.
///
/// # Errors
/// Those of the pipe.
pub fn send(message: &impl Serialize) -> io::Result<()> {
    send_text(&serde_json::to_string(message)?)
}

/// Sends a line, whatever it says.
///
/// # Errors
/// Those of the pipe.
pub fn send_text(line: &str) -> io::Result<()> {
    let mut output = io::stdout().lock();
    output.write_all(line.as_bytes())?;
    output.write_all(b"\n")?;
    output.flush()
}

/// The requests on standard input, until `close` or its end.
pub fn requests() -> impl Iterator<Item = io::Result<Request>> {
    let read = |line: io::Result<String>| Ok(serde_json::from_str(&line?)?);
    io::stdin().lock().lines().map(read).take_while(|request| !matches!(request, Ok(Request::Close)))
}
