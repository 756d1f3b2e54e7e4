//! A worker that misbehaves in the way that its strategy names, to show that nothing a worker does can hurt a run.

use kymo_worker::engine::setting;
use kymo_worker::protocol::{Accepts, Failure, Open, Opened, Request, Response};
use kymo_worker_mock::answer::{Guest, check_module, result};
use kymo_worker_mock::fault;
use kymo_worker_mock::times::{Noise, Times};
use kymo_worker_mock::wire;
use std::time::Duration;

const NOISE: Noise = Noise { time_s: 0.01, within: 0.0, between: 0.0, drift: 0.0, seed: 1 };

fn main() -> std::io::Result<()> {
    let fault = wire::chosen_strategy().unwrap_or_else(|| fault::FAULTS[0].to_owned());
    let sleep = setting("sleep", "1", Accepts::Text, "Seconds that the strategy 'slow' sleeps.");
    fault::greet(&fault, wire::hello("bad", &fault::FAULTS, vec![sleep]))?;
    let mut opened: Option<(Open, u64)> = None;
    for request in wire::requests() {
        match request? {
            Request::Close => break,
            Request::Serve(_) | Request::Stop => {
                wire::send(&Response::Failure(Failure::unsupported("the phase serve")))?;
            }
            Request::Open(open) => match check_module(&open) {
                Ok(module_bytes) => {
                    wire::send(&Response::Opened(Opened { settings: open.settings.clone() }))?;
                    fault::after_opened(&fault);
                    opened = Some((open, module_bytes));
                }
                Err(failure) => wire::send(&Response::Failure(failure))?,
            },
            Request::Measure(measure) => {
                let Some((open, module_bytes)) = &opened else {
                    wire::send(&Response::Failure(Failure::failed("measure before open")))?;
                    continue;
                };
                match result(open, &measure, *module_bytes, &Guest::default(), &mut Times::new(NOISE, None)) {
                    Ok(good) => fault::answer(&fault, open, good, seconds(open))?,
                    Err(failure) => wire::send(&Response::Failure(failure))?,
                }
            }
        }
    }
    Ok(())
}

fn seconds(open: &Open) -> Duration {
    let given = open.settings.get("sleep").and_then(|text| text.parse().ok());
    given.and_then(|sleep_s| Duration::try_from_secs_f64(sleep_s).ok()).unwrap_or(Duration::from_secs(1))
}
