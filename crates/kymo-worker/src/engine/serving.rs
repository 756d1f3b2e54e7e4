//! The worker's conversation: hello, open, measure, close.

use super::{Engine, Meter, Session, measuring};
use crate::protocol::{Failure, Hello, Measure, Measured, Open, Opened, Request, Response};
use kymo_model::{Metric, ModuleHash, ModuleKind};
use sha2::{Digest, Sha256};
use std::io::{BufRead, Write};
use std::process::ExitCode;

/// Serves the protocol on standard input and output until `close` or the end of input.
///
/// Returns the process's exit code: 0, or 1 when standard input or output broke or the parent broke the protocol.
pub fn serve(engine: impl Engine) -> ExitCode {
    match converse(&engine, std::io::stdin().lock(), std::io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Standard error of a worker is kept by the parent and shown as the reason of a failure.
            eprintln!("kymo-worker-{}: {error}", engine.hello().name);
            ExitCode::FAILURE
        }
    }
}

fn converse(engine: &dyn Engine, input: impl BufRead, mut output: impl Write) -> std::io::Result<()> {
    let hello = engine.hello();
    send(&mut output, &Response::Hello(hello.clone()))?;
    let mut opened: Option<OpenSession> = None;
    for line in input.lines() {
        let request = match serde_json::from_str::<Request>(&line?) {
            Ok(request) => request,
            Err(error) => return Err(std::io::Error::other(format!("not a request of protocol 1: {error}"))),
        };
        let answer = match request {
            Request::Close => return Ok(()),
            Request::Open(open) => OpenSession::new(engine, &hello, open).map(|session| {
                let settings = session.session.settings();
                opened = Some(session);
                Response::Opened(Opened { settings })
            }),
            Request::Serve(ask) => match &mut opened {
                None => Err(Failure::failed("serve before open")),
                Some(open) => open.session.serve(&ask).map(Response::Serving),
            },
            Request::Stop => match &mut opened {
                None => Err(Failure::failed("stop before open")),
                Some(open) => open.session.stop().map(Response::Served),
            },
            Request::Measure(measure) => match &mut opened {
                None => Err(Failure::failed("measure before open")),
                Some(open) => open.measure(&measure).map(Response::Result),
            },
        };
        send(&mut output, &answer.unwrap_or_else(Response::Failure))?;
    }
    Ok(())
}

fn send(output: &mut impl Write, response: &Response) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(response)?;
    line.push(b'\n');
    output.write_all(&line)?;
    output.flush()
}

/// An opened module: the engine's session and its meter.
struct OpenSession {
    open: Open,
    session: Box<dyn Session>,
    meter: Meter,
    module_bytes: u64,
    offered: Vec<Metric>,
    compiled: bool,
}

impl OpenSession {
    fn new(engine: &dyn Engine, hello: &Hello, open: Open) -> Result<Self, Failure> {
        let Some(strategy) = hello.strategies.iter().find(|strategy| strategy.name == open.strategy) else {
            return Err(Failure::failed(format!("there is no strategy '{}'", open.strategy)));
        };
        if !strategy.kinds.contains(&open.kind) {
            return Err(Failure::unsupported(match open.kind {
                ModuleKind::Core => "core modules",
                ModuleKind::Component => kymo_model::Feature::ComponentModel.name(),
            }));
        }
        let module = std::fs::read(&open.module)
            .map_err(|error| Failure::invalid(format!("cannot read {}: {error}", open.module)))?;
        let found = ModuleHash::from_bytes(Sha256::digest(&module).into());
        if found != open.sha256 {
            let (path, wanted) = (&open.module, &open.sha256);
            return Err(Failure::invalid(format!("{path} has SHA-256 {found}, not {wanted}")));
        }
        let module_bytes = module.len() as u64;
        let offered = hello.metrics.iter().filter_map(|name| name.parse().ok()).collect();
        let meter = Meter::default();
        let session = engine.open(&open, module, meter.clone())?;
        Ok(Self { open, session, meter, module_bytes, offered, compiled: false })
    }

    fn measure(&mut self, measure: &Measure) -> Result<Measured, Failure> {
        let Self { open, session, meter, module_bytes, offered, compiled } = self;
        let session = session.as_mut();
        let compiled = std::mem::replace(compiled, true);
        measuring::Loop { session, meter, open, module_bytes: *module_bytes, offered, compiled }.run(measure)
    }
}
