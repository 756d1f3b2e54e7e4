//! A worker that serves: a fresh process, kept to its processors, from its start to its stop.

use super::conversation::{Break, Conversation, Excess};
use super::invoke::{Limits, Order, Report, exceeded};
use super::opening::{self, Stop};
use super::process::Start;
use crate::protocol::{Request, Response, Serve, Served};
use kymo_measure::steal::StealWatch;
use kymo_model::{Outcome, Settings};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long a server may take to end what is under way once it is asked to stop; the protocol speaks of two seconds.
const STOP_GRACE: Duration = Duration::from_secs(10);

/// A worker whose server takes connections.
pub struct Server {
    conversation: Conversation,
    address: SocketAddr,
    settings: Settings,
    limits: Limits,
    outputs: [String; 2],
    interrupt: Arc<AtomicBool>,
    steal: StealWatch,
}

impl Server {
    /// Starts the worker of `order` on these logical processors (anywhere, if there are none), opens the module and has
    /// it serve. The time limit of the order holds for this, and not for how long the server then runs.
    ///
    /// # Errors
    /// The report of an invocation that came to nothing.
    pub fn start(order: &Order, ask: &Serve, cpus: &[u32], interrupt: &Arc<AtomicBool>) -> Result<Self, Box<Report>> {
        let begun = Instant::now();
        let report = |outcome| Box::new(Report { outcome, duration: begun.elapsed().into(), ..Report::empty() });
        let outputs = [order.open.stdout.clone(), order.open.stderr.clone()];
        for output in &outputs {
            // What a guest before this one wrote is not this one's excess. Usually there is none.
            let _ = std::fs::remove_file(output);
        }
        let start = Start {
            program: &order.program.path,
            strategy: Some(&order.open.strategy),
            settings: &order.open.settings,
            padding_bytes: order.padding_bytes,
            simulation: None,
            cpus,
        };
        let mut conversation = Conversation::start(&start).map_err(|error| {
            report(Outcome::Failed { message: format!("cannot start {}: {error}", order.program.path.display()) })
        })?;
        let deadline = conversation.started() + order.limits.timeout.to_duration();
        let limits = order.limits;
        let mut watch = watch(Arc::clone(interrupt), limits, outputs.clone());
        let opened = opening::open(&mut conversation, order, deadline, &mut watch).and_then(|settings| {
            let address = serving(&mut conversation, ask, deadline, &mut watch)?;
            Ok((settings, address))
        });
        match opened {
            Ok((settings, address)) => Ok(Self {
                conversation,
                address,
                settings,
                limits,
                outputs,
                interrupt: Arc::clone(interrupt),
                steal: StealWatch::start(),
            }),
            Err(stop) => Err(report(outcome_of(&mut conversation, stop, &limits))),
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The worker's process number; the server is that process, or descends from it.
    pub fn pid(&self) -> u32 {
        self.conversation.pid()
    }

    /// Whether it uses more than it may.
    pub fn exceeds(&self) -> bool {
        exceeded(self.pid(), &self.limits, [&self.outputs[0], &self.outputs[1]]).is_some()
    }

    /// Stops the server and ends the worker. The report has no samples yet; what the server says of itself comes with
    /// it, where it came to its end in good order.
    pub fn stop(mut self) -> (Report, Option<Served>) {
        let deadline = Instant::now() + STOP_GRACE;
        let mut watch = watch(Arc::clone(&self.interrupt), self.limits, self.outputs.clone());
        let answer = self.conversation.ask(&Request::Stop, deadline, &mut watch);
        let (outcome, served) = match answer.map_err(Stop::from) {
            Ok(Response::Served(served)) => (opening::close(&mut self.conversation), Some(served)),
            Ok(Response::Failure(failure)) => {
                let _ = self.conversation.kill();
                (failure.outcome, None)
            }
            Ok(_) => {
                let garbage = Break::Garbage("'stop' was answered by neither 'served' nor 'failure'".to_owned());
                (outcome_of(&mut self.conversation, Stop::Broke(garbage), &self.limits), None)
            }
            Err(stop) => (outcome_of(&mut self.conversation, stop, &self.limits), None),
        };
        let duration = self.conversation.started().elapsed().into();
        let code_sha256 = served.as_ref().and_then(|served| served.code_sha256.clone());
        let (settings, steal) = (self.settings, self.steal.finish());
        (Report { outcome, settings, code_sha256, duration, steal, ..Report::empty() }, served)
    }
}

fn serving(
    conversation: &mut Conversation,
    ask: &Serve,
    deadline: Instant,
    watch: &mut dyn FnMut(u32) -> Option<Excess>,
) -> Result<SocketAddr, Stop> {
    match conversation.ask(&Request::Serve(ask.clone()), deadline, watch)? {
        Response::Serving(serving) => serving.address.parse().map_err(|_| {
            let message = format!("'{}' is no address with a port", serving.address);
            Stop::Broke(Break::Garbage(message))
        }),
        Response::Failure(failure) => Err(Stop::Outcome(failure.outcome)),
        _ => Err(Stop::Broke(Break::Garbage("'serve' was answered by neither 'serving' nor 'failure'".into()))),
    }
}

fn outcome_of(conversation: &mut Conversation, stop: Stop, limits: &Limits) -> Outcome {
    match stop {
        Stop::Outcome(outcome) => {
            let _ = conversation.kill();
            outcome
        }
        Stop::Broke(cause) => opening::broke(conversation, &cause, limits),
    }
}

fn watch(interrupt: Arc<AtomicBool>, limits: Limits, outputs: [String; 2]) -> impl FnMut(u32) -> Option<Excess> {
    move |pid| {
        let interrupted = interrupt.load(Ordering::Relaxed).then_some(Excess::Interrupted);
        interrupted.or_else(|| exceeded(pid, &limits, [&outputs[0], &outputs[1]]))
    }
}
