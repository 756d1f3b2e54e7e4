//! A worker whose times are its input. See the settings in its hello.

use kymo_model::Feature;
use kymo_worker::protocol::{Failure, Hello, Measure, Measured, Open, Opened, Request, Response};
use kymo_worker_mock::answer::{check_module, result};
use kymo_worker_mock::counter::take_turn;
use kymo_worker_mock::settings::{Mock, declared};
use kymo_worker_mock::times::Times;
use kymo_worker_mock::wire;
use std::io::Write;
use std::path::Path;

struct Session {
    open: Open,
    mock: Mock,
    module_bytes: u64,
    times: Times,
}

fn main() -> std::io::Result<()> {
    wire::send(&Response::Hello(hello()))?;
    let mut session = None;
    for request in wire::requests() {
        let answer = match (request?, &mut session) {
            (Request::Open(open), _) => Session::new(open).map(|opened| {
                let settings = opened.mock.chosen.all();
                session = Some(opened);
                Response::Opened(Opened { settings })
            }),
            (Request::Measure(measure), Some(session)) => session.measure(&measure).map(Response::Result),
            (Request::Measure(_), None) => Err(Failure::failed("measure before open")),
            (Request::Serve(_) | Request::Stop, _) => Err(Failure::unsupported("the phase serve")),
            (Request::Close, _) => break,
        };
        wire::send(&answer.unwrap_or_else(Response::Failure))?;
    }
    Ok(())
}

/// `mock` and `other` claim everything; `minimal` lacks all that came after the first version, for `unsupported`.
fn hello() -> Hello {
    let mut hello = wire::hello("mock", &["mock", "other"], declared());
    hello.strategies.push(wire::strategy("minimal", &[Feature::MutableGlobals, Feature::WasiP1]));
    hello
}

impl Session {
    fn new(open: Open) -> Result<Self, Failure> {
        if !hello().strategies.iter().any(|known| known.name == open.strategy) {
            return Err(Failure::failed(format!("there is no strategy '{}'", open.strategy)));
        }
        let module_bytes = check_module(&open)?;
        let mock = Mock::new(&open)?;
        let stem = Path::new(&open.module).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if let Some(log) = &mock.log {
            append(log, &format!("mock {stem} {}\n", open.strategy))
                .map_err(|error| Failure::failed(format!("the log {}: {error}", log.display())))?;
        }
        // With other arguments a module is another benchmark.
        let name = [std::slice::from_ref(&stem), open.args.as_slice()].concat().join(" ");
        let turn = mock.state.as_ref().map(|file| take_turn(file, &name)).transpose()?;
        let mut times = Times::new(mock.noise, turn);
        if let Some(script) = &mock.script {
            times = times.with_script(script, &[&name, &stem], turn)?;
        }
        Ok(Self { open, mock, module_bytes, times })
    }

    fn measure(&mut self, measure: &Measure) -> Result<Measured, Failure> {
        std::thread::sleep(self.mock.sleep);
        result(&self.open, measure, self.module_bytes, &self.mock.guest, &mut self.times)
    }
}

fn append(file: &Path, line: &str) -> std::io::Result<()> {
    std::fs::OpenOptions::new().create(true).append(true).open(file)?.write_all(line.as_bytes())
}
