//! A server as a session: the module is nobody's business here.

use super::answers::{self, Answers};
use super::database::{Database, VARIABLE};
use super::{HYPER, nginx};
use kymo_model::{Phase, Settings};
use kymo_serving::{Failures, Options, Server, allocator, listen, raise_descriptors};
use kymo_worker::engine::{Chosen, Ended, ServerProcess, Session, free_address, setting};
use kymo_worker::protocol::{Accepts, Failure, Open, Serve, Served, Serving, Setting};
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// What the settings are for, in a message.
pub const DECLARED_FOR: &str = "the settings are those of the servers, hyper and nginx; a native twin has none";

/// Connections to the database for each thread, unless a setting says so.
const CONNECTIONS_PER_THREAD: usize = 4;

/// The settings of both servers, for the hello.
pub fn declared() -> Vec<Setting> {
    let about = "Connections of hyper to the database; by default four for each thread.";
    [kymo_serving::declared(), vec![setting("db-connections", "auto", Accepts::Integer, about)]].concat()
}

/// One of the servers.
pub struct ServerSession {
    open: Open,
    chosen: Chosen,
    options: Options,
    running: Option<Running>,
}

enum Running {
    Here(Server),
    /// The folder goes with it.
    Elsewhere(ServerProcess, TempDir),
}

impl ServerSession {
    /// The server of the strategy that `open` names.
    ///
    /// # Errors
    /// `failed` for a setting that cannot be.
    pub fn new(open: &Open) -> Result<Self, Failure> {
        let mut chosen = Chosen::new(&declared(), &open.settings)?;
        allocator::check(chosen.text(allocator::ALLOCATOR))?;
        let options = Options::new(&chosen);
        options.resolve(&mut chosen);
        let connections = chosen.integer("db-connections").unwrap_or((options.threads * CONNECTIONS_PER_THREAD) as u64);
        chosen.resolve("db-connections", connections.max(1));
        if open.strategy != HYPER {
            for name in ["max-concurrent-requests", "db-connections", allocator::ALLOCATOR] {
                if open.settings.contains_key(name) {
                    return Err(Failure::failed(format!("the setting '{name}' has no effect on {}", open.strategy)));
                }
            }
        }
        Ok(Self { open: open.clone(), chosen, options, running: None })
    }

    fn here(&self, ask: &Serve) -> Result<Running, Failure> {
        must_have(&answers::TESTS, &ask.test)?;
        let database = self.open.env.get(VARIABLE);
        if database.is_none() && answers::WITH_DATABASE.contains(&ask.test.as_str()) {
            return Err(Failure::unsupported(format!("{} without a database in {VARIABLE}", ask.test)));
        }
        let connections = self.chosen.integer("db-connections").map_or(1, |count| count as usize);
        let listener = listen(&ask.address, self.options.backlog)?;
        let failures = Failures::default();
        let answers = async {
            let database = match database {
                Some(address) => Some(Database::connect(address, connections).await?),
                None => None,
            };
            Ok(Answers { database, failures: failures.clone() })
        };
        Server::start(listener, self.options, failures.clone(), answers).map(Running::Here)
    }

    fn elsewhere(&self, ask: &Serve) -> Result<Running, Failure> {
        must_have(&nginx::TESTS, &ask.test)?;
        let unusable = |error: std::io::Error| Failure::failed(format!("cannot start nginx: {error}"));
        let program = nginx::program().ok_or_else(|| Failure::failed("nginx is not installed"))?;
        let address = free_address(&ask.address)?;
        let folder = TempDir::new().map_err(unusable)?;
        let file = folder.path().join("nginx.conf");
        std::fs::write(&file, nginx::configuration(folder.path(), address, self.options)).map_err(unusable)?;
        let errors = File::create(&self.open.stderr).map_err(unusable)?;
        // It inherits them.
        raise_descriptors();
        let mut command = Command::new(program);
        command.arg("-c").arg(&file).arg("-p").arg(folder.path()).args(["-e", "stderr"]);
        command.env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(errors);
        let server = ServerProcess::start(&mut command, address, Path::new(&self.open.stderr))?;
        Ok(Running::Elsewhere(server, folder))
    }

    fn no_program<T>(phase: Phase) -> Result<T, Failure> {
        Err(Failure::unsupported(format!("the phase {phase} of a server")))
    }
}

fn must_have(tests: &[&str], test: &str) -> Result<(), Failure> {
    if tests.contains(&test) { Ok(()) } else { Err(Failure::unsupported(format!("the test {test}"))) }
}

impl Session for ServerSession {
    fn settings(&self) -> Settings {
        self.chosen.all()
    }

    fn compile(&mut self) -> Result<(), Failure> {
        Self::no_program(Phase::Compile)
    }

    fn instantiate(&mut self) -> Result<(), Failure> {
        Self::no_program(Phase::Instantiate)
    }

    fn execute(&mut self) -> Result<Ended, Failure> {
        Self::no_program(Phase::Execute)
    }

    fn discard(&mut self) {}

    fn serve(&mut self, ask: &Serve) -> Result<Serving, Failure> {
        if self.running.is_some() {
            return Err(Failure::failed("serve while a server runs; stop it first"));
        }
        let running = if self.open.strategy == HYPER { self.here(ask)? } else { self.elsewhere(ask)? };
        let address = match &running {
            Running::Here(server) => server.address(),
            Running::Elsewhere(server, _) => server.address(),
        };
        self.running = Some(running);
        Ok(Serving { address: address.to_string() })
    }

    fn stop(&mut self) -> Result<Served, Failure> {
        match self.running.take().ok_or_else(|| Failure::failed("stop before serve"))? {
            Running::Here(server) => Ok(server.stop()),
            Running::Elsewhere(server, _folder) => server.stop(),
        }
    }
}
