//! The invoker of servers.

use super::cost::Cost;
use super::load::{self, Loaded};
use super::postgres::Postgres;
use super::{syscalls, verify};
use kymo_model::{Database, Metric, Outcome, Phase, Samples, ServeTest, Value};
use kymo_worker::parent::{Invoker, Order, Report, Server, ServingOrder};
use kymo_worker::protocol::{Serve, Served};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The variable in which servers find their database, as `HOST:PORT`. In the environment of `kymo` itself it names one
/// that is to be used.
pub const POSTGRES: &str = "KYMO_POSTGRES";

/// The share of requests that may fail before an invocation measures failures rather than answers. A guest that answers
/// a connection that was closed at the end of the load fails, too.
const FAILED_SHARE_MAX: f64 = 0.01;

/// Invocations as worker processes that serve.
pub struct ServingInvoker {
    interrupt: Arc<AtomicBool>,
    scratch: PathBuf,
    given: Option<String>,
    postgres: Option<Result<Postgres, String>>,
}

impl ServingInvoker {
    /// With a folder for what a database and a tracer write, and a database that is to be used instead of one of the
    /// run's own, as `HOST:PORT`. Setting `interrupt` ends what is under way.
    pub fn new(interrupt: Arc<AtomicBool>, scratch: PathBuf, database: Option<String>) -> Self {
        Self { interrupt, scratch, given: database, postgres: None }
    }

    /// Where the database is, started on first use.
    fn database(&mut self, test: &ServeTest, client_cpus: &[u32]) -> Result<Option<String>, Outcome> {
        let Some(Database::Postgres) = test.database else { return Ok(None) };
        if let Some(given) = &self.given {
            return Ok(Some(given.clone()));
        }
        let scratch = &self.scratch;
        let started = self.postgres.get_or_insert_with(|| Postgres::start(scratch, client_cpus));
        match started {
            Ok(postgres) => Ok(Some(postgres.address())),
            Err(problem) => Err(Outcome::Unsupported { feature: format!("PostgreSQL ({problem})") }),
        }
    }

    fn serve(&mut self, order: &Order, asked: &ServingOrder) -> Result<Report, Box<Report>> {
        let failed = |outcome| Box::new(Report { outcome, ..Report::empty() });
        let mut order = order.clone();
        if let Some(address) = self.database(&asked.test, &asked.plan.client_cpus).map_err(failed)? {
            order.open.env.insert(POSTGRES.to_owned(), address);
        }
        let ask = Serve { address: "127.0.0.1:0".to_owned(), test: asked.test.test.clone() };
        let mut server = Server::start(&order, &ask, &asked.plan.server_cpus, &self.interrupt)?;
        let measured = self.measure(&mut server, asked);
        let exceeds = server.exceeds();
        let (mut report, served) = server.stop();
        if exceeds && report.outcome.is_measured() {
            report.outcome = Outcome::OutOfMemory { message: "the server used more memory than it may".to_owned() };
        }
        match measured {
            // How the server ended says more than what its clients saw of that.
            _ if !report.outcome.is_measured() => {}
            Err(outcome) => report.outcome = outcome,
            Ok(measured) => {
                report.samples = measured.samples;
                report.notes = measured.notes;
                report.settings.extend(measured.settings);
            }
        }
        if let Some(served) = served {
            report.notes.extend(said(&served));
        }
        Ok(report)
    }

    fn measure(&self, server: &mut Server, asked: &ServingOrder) -> Result<Measured, Outcome> {
        let address = server.address();
        verify::answers(address, &asked.test, asked.thorough)?;
        if asked.count_syscalls {
            let counted = syscalls::count(server.pid(), address, asked, &self.scratch, &self.interrupt)?;
            let samples = vec![sample(Metric::SyscallsPerRequest, counted.per_request)];
            return Ok(Measured { samples, notes: counted.notes, settings: Vec::new() });
        }
        let mut cost = Cost::new(server.pid());
        let loaded = load::put(address, asked, &mut cost, &self.interrupt)?;
        let failed = loaded.load.report.requests.failed;
        let answers = loaded.load.report.requests.completed;
        if failed as f64 > FAILED_SHARE_MAX * (failed + answers) as f64 {
            return Err(loaded.failure());
        }
        Ok(gathered(&loaded, &cost, asked))
    }
}

/// What an invocation gave.
struct Measured {
    samples: Vec<Samples>,
    notes: Vec<String>,
    settings: Vec<(String, String)>,
}

fn gathered(loaded: &Loaded, cost: &Cost, asked: &ServingOrder) -> Measured {
    let mut samples: Vec<Samples> = loaded.figures().into_iter().map(|(metric, value)| sample(metric, value)).collect();
    let answers = loaded.load.report.requests.completed + loaded.load.report.requests.failed;
    samples.extend(cost.figures(answers).into_iter().map(|(metric, value)| sample(metric, value)));
    let settings = loaded.record(cost, asked);
    Measured { samples, notes: loaded.notes(), settings }
}

fn sample(metric: Metric, value: f64) -> Samples {
    Samples { phase: Phase::Serve, metric, warmup: 0, values: vec![Value::new(value)] }
}

/// What a server said of itself when it stopped.
fn said(served: &Served) -> Vec<String> {
    let failed = served.failed;
    let count = (failed > 0).then(|| format!("{failed} requests ended in the guest without a proper answer"));
    count.into_iter().chain(served.messages.iter().cloned()).collect()
}

impl Invoker for ServingInvoker {
    fn invoke(&mut self, order: &Order) -> Report {
        let Some(asked) = order.serving.clone() else {
            let message = "this benchmark is no server: its suite says nothing of requests".to_owned();
            return Report { outcome: Outcome::Failed { message }, ..Report::empty() };
        };
        self.serve(order, &asked).unwrap_or_else(|report| *report)
    }
}
