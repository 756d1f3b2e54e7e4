//! A thousand agents at once: who waits is given the job that is meant for it, once, and soon, whatever else is queued.
//!
//! 900 machines hold a job each and send heartbeats; what is queued waits for them. 100 are idle and wait for an answer,
//! as agents do. Of 100 requests each is for one of the idle ones. It prints how long they waited; a limit ten times
//! what the project asks for ends a test that went wrong. `KYMO_FLEET_JOBS=100000` queues as many as the project asks for.

use crate::support::{Answer, Ask, Server, console, on_both_with, policy, report};
use kymo_model::watch::{JobReason, Scope};
use kymo_store::NewJob;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const MACHINES: usize = 1000;
const IDLE: usize = 100;

/// Agents send a heartbeat every 20 s: 900 of them 45 a second, here from two connections at a time.
const HEARTBEAT_EVERY: Duration = Duration::from_millis(2 * 1000 / 45);

/// Between two requests.
const REQUEST_EVERY: Duration = Duration::from_millis(100);

/// Ten times what the project asks for.
const LATENCY_MAX: Duration = Duration::from_secs(10);

fn name(machine: usize) -> String {
    format!("fleet-{machine:04}")
}

/// The agents' end of a machine.
struct Agent {
    machine: String,
    token: String,
}

impl Agent {
    fn ask(&self, server: &Server, path: &str, body: &Value) -> Answer {
        let ask = Ask::new(server.address, "POST", path);
        ask.header("Authorization", &format!("Bearer {}", self.token)).json(body).send()
    }

    fn lease(&self, server: &Server, wait_s: u32) -> Answer {
        let body = json!({"report": report(&self.machine), "wait_s": wait_s});
        self.ask(server, "/api/v1/agent/lease", &body)
    }

    fn beat(&self, server: &Server, lease: &str) -> Answer {
        let progress = json!({"step": "measure", "done": 0.5, "text": "half"});
        let body = json!({"report": report(&self.machine), "progress": progress, "log": null});
        self.ask(server, &format!("/api/v1/agent/leases/{lease}/heartbeat"), &body)
    }
}

/// Tokens for all, a policy that names them, and jobs for all but the idle ones.
fn fill(server: &Server, jobs: usize) -> Vec<Agent> {
    let mut store = server.store();
    let mut agent = |machine: usize| {
        let secret = store.add_token(&console(), &Scope::Machine(name(machine)), "", None).unwrap().secret;
        Agent { machine: name(machine), token: secret }
    };
    let agents: Vec<Agent> = (0..MACHINES).map(&mut agent).collect();
    let mut policy = policy(&server.repository.url());
    policy.machines = (0..MACHINES).map(name).collect();
    policy.queued_max = 1_000_000;
    store.set_policy(&console(), &policy).unwrap();
    let busy = MACHINES - IDLE;
    let job = |number: usize| NewJob {
        project: "sample".parse().unwrap(),
        commit: format!("{:040x}", number / busy).parse().unwrap(),
        title: "a commit".to_owned(),
        tier: "full".to_owned(),
        machine: name(IDLE + number % busy),
        reason: JobReason::Push,
        asked_by: "rita".to_owned(),
        priority: JobReason::Push.priority(),
    };
    let jobs: Vec<NewJob> = (0..jobs).map(job).collect();
    for some in jobs.chunks(10_000) {
        store.add_jobs(&console(), some).unwrap();
    }
    agents
}

/// Asks for a job on each idle machine, one after the other; when each request was sent.
fn request(server: &Server) -> Vec<(Instant, u64)> {
    let one = |machine: usize| {
        std::thread::sleep(REQUEST_EVERY);
        let begun = Instant::now();
        let body = json!({"project": "sample", "commits": [server.repository.main[1]], "machines": [name(machine)]});
        let answer = server.ask_as("rita", "POST", "/api/v1/jobs").json(&body).send();
        assert_eq!(answer.status, 201, "{answer:?}");
        (begun, answer.value()["jobs"][0].as_u64().unwrap())
    };
    (0..IDLE).map(one).collect()
}

fn fleet(server: &Server, jobs: usize) {
    let agents = fill(server, jobs);
    let (idle, busy) = agents.split_at(IDLE);
    let leases: Vec<(&Agent, String)> = busy
        .iter()
        .map(|agent| {
            let answer = agent.lease(server, 0);
            assert_eq!(answer.status, 200, "{answer:?}");
            (agent, answer.value()["lease"].as_str().unwrap().to_owned())
        })
        .collect();
    let done = Arc::new(AtomicBool::new(false));
    let beats = Mutex::new(0_usize);
    let (asked, given) = std::thread::scope(|scope| {
        for half in leases.chunks(leases.len().div_ceil(2)) {
            let (done, beats) = (done.clone(), &beats);
            scope.spawn(move || {
                for (agent, lease) in half.iter().cycle().take_while(|_| !done.load(Ordering::Relaxed)) {
                    let answer = agent.beat(server, lease);
                    assert_eq!(answer.status, 200, "{answer:?}");
                    *beats.lock().unwrap() += 1;
                    std::thread::sleep(HEARTBEAT_EVERY);
                }
            });
        }
        let waiting: Vec<_> = idle.iter().map(|agent| scope.spawn(move || until_given(server, agent))).collect();
        let asked = request(server);
        let given: Vec<(Instant, u64)> = waiting.into_iter().map(|one| one.join().unwrap()).collect();
        done.store(true, Ordering::Relaxed);
        (asked, given)
    });
    let wanted: Vec<u64> = asked.iter().map(|(_, job)| *job).collect();
    assert_eq!(given.iter().map(|(_, job)| *job).collect::<Vec<u64>>(), wanted);
    assert_eq!(wanted.iter().collect::<BTreeSet<_>>().len(), IDLE);
    let mut waited: Vec<Duration> =
        asked.iter().zip(&given).map(|((asked, _), (given, _))| given.saturating_duration_since(*asked)).collect();
    waited.sort();
    let (median, most) = (waited[IDLE / 2], waited[IDLE - 1]);
    let beats = *beats.lock().unwrap();
    eprintln!("{}: {jobs} jobs queued, {beats} heartbeats; waited {median:.0?}, at most {most:.0?}", server.kind());
    assert!(most < LATENCY_MAX, "{waited:?}");
}

/// Waits, again and again as agents do, until there is a job.
fn until_given(server: &Server, agent: &Agent) -> (Instant, u64) {
    loop {
        let answer = agent.lease(server, 30);
        match answer.status {
            200 => return (Instant::now(), answer.value()["order"]["job"].as_u64().unwrap()),
            204 => {}
            _ => panic!("{answer:?}"),
        }
    }
}

#[test]
fn a_thousand_agents_are_given_their_jobs_once_and_soon() {
    let jobs = std::env::var("KYMO_FLEET_JOBS").ok().map_or(2_000, |number| number.parse().unwrap());
    on_both_with(|_| {}, |server| fleet(server, jobs));
}
