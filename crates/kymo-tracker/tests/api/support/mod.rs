//! A server on each kind of store, with accounts, a project and a machine.

mod http;
mod made;

pub use http::{Answer, Ask};
pub use made::{Repository, gzip, lease_request, report, run};

use kymo_model::watch::{ProjectPolicy, Role, Scope};
use kymo_model::{Filing, ProjectName, Run};
use kymo_site::synthetic::Synthetic;
use kymo_store::{Actor, Context, Measured, NewPoint, PointValue, SeriesKey, Store, StoreAddress};
use kymo_tracker::{ApiOptions, Event, Options, ServeOptions};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

/// A server that runs until the test process ends.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its store.
    pub store: StoreAddress,
    /// The project's repository.
    pub repository: Repository,
    folder: tempfile::TempDir,
    tokens: Vec<(String, String)>,
}

/// How a test wants its server.
pub type Wish = fn(&mut ServeOptions);

/// Does something on a server with SQLite, and on one with PostgreSQL where there is one.
pub fn on_both(work: impl Fn(&Server)) {
    on_both_with(|_| {}, work);
}

/// The same, with the server as the test wants it.
pub fn on_both_with(wish: Wish, work: impl Fn(&Server)) {
    work(&sqlite(wish));
    if let Some(server) = postgres(wish) {
        work(&server);
    }
}

/// A server with SQLite.
pub fn sqlite(wish: Wish) -> Server {
    let folder = tempfile::tempdir().unwrap();
    let store = StoreAddress::File(folder.path().join("kymo.db"));
    Server::start(folder, store, wish)
}

/// A server with PostgreSQL; none where there is none, which was said.
pub fn postgres(wish: Wish) -> Option<Server> {
    let url = kymo_testing::postgres()?.database();
    Some(Server::start(tempfile::tempdir().unwrap(), url.parse().unwrap(), wish))
}

/// The names of the accounts, by role.
pub const ACCOUNTS: [(&str, Role); 4] =
    [("vera", Role::Viewer), ("rita", Role::Requester), ("otto", Role::Operator), ("anna", Role::Admin)];

/// Who sets up what a test needs.
pub fn console() -> Actor {
    Actor("console".to_owned())
}

impl Server {
    fn start(folder: tempfile::TempDir, store: StoreAddress, wish: Wish) -> Self {
        let repository = Repository::new(&folder.path().join("repository"));
        let mut tokens = Vec::new();
        {
            let mut store = Store::connect(&store).unwrap();
            let mut token = |name: &str, scope: Scope, store: &mut Store| {
                let secret = store.add_token(&console(), &scope, "test", None).unwrap().secret;
                tokens.push((name.to_owned(), secret));
            };
            for (name, role) in ACCOUNTS {
                store.add_account(&console(), name, role, None).unwrap();
                token(name, Scope::Account(name.to_owned()), &mut store);
            }
            for machine in ["bench-1", "bench-2"] {
                token(machine, Scope::Machine(machine.to_owned()), &mut store);
            }
            store.set_policy(&console(), &policy(&repository.url())).unwrap();
        }
        let address = serve(&folder, &store, wish);
        Self { address, store, repository, folder, tokens }
    }

    /// Another server on the same store.
    pub fn another(&self, wish: Wish) -> SocketAddr {
        serve(&self.folder, &self.store, wish)
    }

    /// What it keeps its store in.
    pub fn kind(&self) -> &'static str {
        if matches!(self.store, StoreAddress::File(_)) { "SQLite" } else { "PostgreSQL" }
    }

    /// A connection to its store.
    pub fn store(&self) -> Store {
        Store::connect(&self.store).unwrap()
    }

    /// The token of an account or a machine.
    pub fn token(&self, name: &str) -> &str {
        &self.tokens.iter().find(|(known, _)| known == name).unwrap().1
    }

    /// A request by nobody.
    pub fn ask(&self, method: &str, path: &str) -> Ask {
        Ask::new(self.address, method, path)
    }

    /// A request by an account or a machine.
    pub fn ask_as(&self, name: &str, method: &str, path: &str) -> Ask {
        self.ask(method, path).header("Authorization", &format!("Bearer {}", self.token(name)))
    }

    /// Asks for a measurement of these commits on `bench-1`; the jobs' numbers.
    pub fn requested(&self, commits: &[&str]) -> Vec<u64> {
        let body = serde_json::json!({"project": "sample", "commits": commits, "machines": ["bench-1"]});
        let answer = self.ask_as("rita", "POST", "/api/v1/jobs").json(&body).send();
        assert_eq!(answer.status, 201, "{answer:?}");
        serde_json::from_value(answer.value()["jobs"].clone()).unwrap()
    }
}

/// What the sample project may do.
pub fn policy(remote: &str) -> ProjectPolicy {
    serde_json::from_value(serde_json::json!({
        "project": "sample", "remote": remote, "branch": "main", "machines": ["bench-1", "bench-2"],
    }))
    .unwrap()
}

fn serve(folder: &tempfile::TempDir, store: &StoreAddress, wish: Wish) -> SocketAddr {
    let (said, heard) = mpsc::channel();
    let announce = move |event: &Event| match event {
        Event::Listening(address) => said.send(*address).unwrap(),
        Event::Failed(problem) => eprintln!("the server says: {problem}"),
        _ => {}
    };
    let site = tempfile::tempdir_in(folder.path()).unwrap();
    let mut options = ServeOptions {
        listen: "127.0.0.1:0".parse().unwrap(),
        folder: site.keep(),
        publish: Options { app: None, url: None, samples: 0, full: false, kymo: "test".to_owned(), now_unix_s: 0 },
        api: Some(ApiOptions {
            store: store.clone(),
            connections_to_store: 4,
            data: folder.path().join("data"),
            points,
            detect,
            public_url: None,
            private: false,
            behind_proxy: false,
            allow_file_remotes: true,
            requests_per_second: 10_000.0,
            body_within: Duration::from_secs(20),
            lease_s: 60,
            providers: Vec::new(),
            version: "test".to_owned(),
        }),
        connections: 4096,
        head_within: Duration::from_secs(20),
        announce: Arc::new(announce),
    };
    wish(&mut options);
    // It ends with the process: nothing of it is waited for.
    std::thread::spawn(move || kymo_tracker::serve(Arc::new(Synthetic::new(2, 3)), options).unwrap());
    heard.recv_timeout(Duration::from_secs(60)).expect("the server did not start")
}

/// One point of a run, of its first samples. An id with `panic` in it stands for what nobody thought of.
fn points(run: &Run, _: &Filing) -> Vec<NewPoint> {
    assert!(!run.id.as_str().contains("panic"), "a fault in the making of points");
    let samples = run.invocations.iter().flat_map(|one| one.samples.first());
    let point = |samples: &kymo_model::Samples| NewPoint {
        series: SeriesKey {
            benchmark: run.plan.benchmarks[0].name.to_string(),
            phase: samples.phase,
            metric: samples.metric,
            variant: run.plan.variants[0].name.clone(),
            relative_to: String::new(),
            canary: false,
        },
        value: PointValue::Measured(Measured { value: samples.values[0].get(), interval: None, invocations: 1 }),
        context: Context {
            fingerprint: run.machine.fingerprint.clone(),
            module: String::new(),
            build: String::new(),
            code: String::new(),
        },
    };
    samples.take(1).map(point).collect()
}

/// Runs that were in the record when changes were looked for.
pub static LOOKED_AT: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn detect(store: &mut Store, project: &ProjectName) -> Result<(), String> {
    assert_eq!(project.as_str(), "sample");
    let runs = store.list().map_err(|error| error.to_string())?;
    LOOKED_AT.lock().unwrap().extend(runs.iter().map(|run| run.id.to_string()));
    Ok(())
}
