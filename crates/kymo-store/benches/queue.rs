//! Figures of the queue: how long an agent waits for a job that was just asked for, with 100,000 jobs in the queue and
//! 1,000 machines that come as agents do, on both databases. Prints; decides nothing.
//!
//! 900 machines are busy: 100,000 jobs wait for them, each sends a heartbeat every 20 s, and 15 a second end their job
//! and take the next. 100 machines are idle and ask every 30 s. Five jobs a second are asked for, each for an idle
//! machine, which a look each 200 ms finds, as the server's does. All goes over 8 connections, as the server's pool has.
//! PostgreSQL syncs each commit; of SQLite, as in the server, those that end a job.

use kymo_model::watch::{
    EndRequest, Heartbeat, JobEnd, JobReason, LeaseId, LeaseRequest, Limits, MachineReport, Progress, ProjectPolicy,
    Scope, Step,
};
use kymo_model::{Bytes, Machine, Share};
use kymo_store::{Actor, Leased, NewJob, Store, StoreAddress};
use kymo_testing::{Postgres, Setup};
use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const MACHINES: usize = 1000;
const IDLE: usize = 100;
const WAITING: usize = 100_000;
const CONNECTIONS: usize = 8;
const LASTS_S: u32 = 60;
const STEADY: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(200);

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn name(machine: usize) -> String {
    format!("machine-{machine:04}")
}

fn report(machine: usize) -> MachineReport {
    MachineReport {
        machine: Machine::named("f00d", name(machine)),
        agent: "0.1.0".to_owned(),
        session: format!("session-of-{machine}"),
        disk_free: Bytes::new(10 << 30),
        disk_size: Bytes::new(100 << 30),
        paused_because: Vec::new(),
        calibrated_unix_s: None,
        floor_permille: None,
    }
}

fn wish(number: usize, machine: usize) -> Result<NewJob, Failure> {
    Ok(NewJob {
        project: "demo".parse()?,
        commit: format!("{number:040x}").parse()?,
        title: "a commit".to_owned(),
        tier: "full".to_owned(),
        machine: name(machine),
        reason: JobReason::Push,
        asked_by: format!("person-{}", number % 10),
        priority: JobReason::Push.priority(),
    })
}

fn console() -> Actor {
    Actor("console".to_owned())
}

/// Makes the machines and the jobs that wait for all but the idle ones.
fn fill(address: &StoreAddress) -> Result<(), Failure> {
    let mut store = Store::connect(address)?;
    for machine in 0..MACHINES {
        store.add_token(&console(), &Scope::Machine(name(machine)), "", None)?;
    }
    let policy = ProjectPolicy {
        project: "demo".parse()?,
        remote: "https://example.org/demo.git".to_owned(),
        branch: "main".to_owned(),
        machines: (0..MACHINES).map(name).collect(),
        network_in_prepare: false,
        build_limits: Limits::default(),
        measure_limits: Limits::default(),
        attempts_max: 3,
        queued_max: 1_000_000,
    };
    store.set_policy(&console(), &policy)?;
    let busy = MACHINES - IDLE;
    let jobs: Vec<NewJob> =
        (0..WAITING).map(|job| wish(job / busy, IDLE + job % busy)).collect::<Result<_, Failure>>()?;
    for some in jobs.chunks(10_000) {
        store.add_jobs(&console(), some)?;
    }
    Ok(())
}

/// Something for one of the connections to do.
enum Task {
    /// An agent asks for a job; one that was just asked for says since when.
    Lease(usize),
    Beat(usize, LeaseId),
    /// An agent ends its job, and asks for the next.
    Next(usize, LeaseId),
    /// Somebody asks for a job.
    Add(usize, usize),
    /// The server looks for machines that could take a job.
    Look,
}

/// What all connections know.
#[derive(Default)]
struct Fleet {
    leases: Mutex<HashMap<usize, LeaseId>>,
    /// When a job was asked for, by its machine.
    asked: Mutex<HashMap<usize, Instant>>,
    waited: Mutex<Vec<Duration>>,
    leased: Mutex<Vec<Duration>>,
    looked: Mutex<Vec<Duration>>,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl Fleet {
    fn lease(&self, store: &mut Store, machine: usize) -> Result<(), Failure> {
        let request = LeaseRequest { report: report(machine), wait_s: 0, resume: None };
        let began = Instant::now();
        let leased = store.lease(&name(machine), &request, LASTS_S)?;
        lock(&self.leased).push(began.elapsed());
        if let Leased::Granted(granted) = leased {
            lock(&self.leases).insert(machine, granted.lease.clone());
            if let Some(asked) = lock(&self.asked).remove(&machine) {
                lock(&self.waited).push(asked.elapsed());
                self.end(store, machine, &granted.lease)?;
            }
        }
        Ok(())
    }

    fn end(&self, store: &mut Store, machine: usize, lease: &LeaseId) -> Result<(), Failure> {
        let request = EndRequest {
            end: JobEnd::Measured,
            results: Vec::new(),
            commit: None,
            environment: None,
            regression: None,
            log: None,
        };
        store.end_job(&name(machine), lease, &request, &JobEnd::Measured, &[])?;
        lock(&self.leases).remove(&machine);
        Ok(())
    }

    fn carry_out(&self, store: &mut Store, task: Task, tasks: &Sender<Task>) -> Result<(), Failure> {
        match task {
            Task::Lease(machine) => self.lease(store, machine)?,
            Task::Beat(machine, lease) => {
                let progress = Progress { step: Step::Measure, done: Some(Share::new(0.5)), text: "half".to_owned() };
                let beat = Heartbeat { report: report(machine), progress, log: None };
                store.heartbeat(&name(machine), &lease, &beat, LASTS_S)?;
            }
            Task::Next(machine, lease) => {
                self.end(store, machine, &lease)?;
                self.lease(store, machine)?;
            }
            Task::Add(number, machine) => {
                lock(&self.asked).insert(machine, Instant::now());
                store.add_jobs(&console(), &[wish(number, machine)?])?;
            }
            Task::Look => {
                let began = Instant::now();
                let waiting = store.waiting_machines()?;
                lock(&self.looked).push(began.elapsed());
                let asked = lock(&self.asked);
                for machine in (0..IDLE).filter(|machine| asked.contains_key(machine)) {
                    if waiting.contains(&name(machine)) {
                        tasks.send(Task::Lease(machine))?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Connections that carry out tasks until there are no more.
fn pool(address: &StoreAddress, fleet: &Arc<Fleet>) -> Result<(Sender<Task>, Vec<Thread>), Failure> {
    let (sender, receiver) = channel::<Task>();
    let receiver: Arc<Mutex<Receiver<Task>>> = Arc::new(Mutex::new(receiver));
    let mut threads = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut store = Store::connect(address)?;
        let (fleet, receiver) = (fleet.clone(), receiver.clone());
        // Not to be counted among those who keep the tasks coming.
        let tasks = sender.clone();
        threads.push(std::thread::spawn(move || {
            loop {
                let task = lock(&receiver).recv_timeout(Duration::from_secs(2));
                let Ok(task) = task else { return Ok(()) };
                fleet.carry_out(&mut store, task, &tasks)?;
            }
        }));
    }
    Ok((sender, threads))
}

type Thread = std::thread::JoinHandle<Result<(), Failure>>;

fn finish(threads: Vec<Thread>) -> Result<(), Failure> {
    threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a connection's thread panicked")?)
}

/// All busy machines ask at once; how long until the last has its job.
fn at_once(address: &StoreAddress, fleet: &Arc<Fleet>) -> Result<Duration, Failure> {
    let (tasks, threads) = pool(address, fleet)?;
    let began = Instant::now();
    for machine in 0..MACHINES {
        tasks.send(Task::Lease(machine))?;
    }
    while lock(&fleet.leased).len() < MACHINES {
        std::thread::sleep(Duration::from_millis(1));
    }
    let took = began.elapsed();
    drop(tasks);
    finish(threads)?;
    Ok(took)
}

/// A minute of what agents do.
fn steady(address: &StoreAddress, fleet: &Arc<Fleet>) -> Result<(), Failure> {
    let (tasks, threads) = pool(address, fleet)?;
    let began = Instant::now();
    let busy = MACHINES - IDLE;
    let mut tick = 0_usize;
    // Of each kind as many as are due by now.
    let (mut beats, mut ends, mut polls, mut adds) = (0, 0, 0, 0);
    while began.elapsed() < STEADY {
        let s = began.elapsed().as_secs_f64();
        let lease_of = |machine: usize| lock(&fleet.leases).get(&machine).cloned();
        while (beats as f64) < s * busy as f64 / 20.0 {
            let machine = IDLE + beats * 7 % busy;
            if let Some(lease) = lease_of(machine) {
                tasks.send(Task::Beat(machine, lease))?;
            }
            beats += 1;
        }
        while (ends as f64) < s * busy as f64 / 60.0 {
            let machine = IDLE + ends * 11 % busy;
            if let Some(lease) = lease_of(machine) {
                tasks.send(Task::Next(machine, lease))?;
            }
            ends += 1;
        }
        while (polls as f64) < s * IDLE as f64 / 30.0 {
            tasks.send(Task::Lease(polls * 13 % IDLE))?;
            polls += 1;
        }
        while (adds as f64) < s * 5.0 && began.elapsed() < STEADY - Duration::from_secs(5) {
            tasks.send(Task::Add(1_000_000 + adds, adds * 17 % IDLE))?;
            adds += 1;
        }
        if tick.is_multiple_of(10) {
            tasks.send(Task::Look)?;
        }
        tick += 1;
        std::thread::sleep(LOOK / 10);
    }
    drop(tasks);
    finish(threads)?;
    assert_eq!(lock(&fleet.waited).len(), adds, "an agent did not get its job");
    Ok(())
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// Median and maximum, in milliseconds.
fn shown(durations: &Mutex<Vec<Duration>>) -> String {
    let mut sorted = lock(durations).clone();
    sorted.sort_unstable();
    let median = sorted.get(sorted.len() / 2).copied().unwrap_or_default();
    format!("{:.1} | {:.0}", ms(median), ms(sorted.last().copied().unwrap_or_default()))
}

fn measure(kind: &str, address: &StoreAddress) -> Result<(), Failure> {
    let began = Instant::now();
    fill(address)?;
    let filled = began.elapsed();
    let fleet = Arc::new(Fleet::default());
    let all = at_once(address, &fleet)?;
    let leased = shown(&fleet.leased);
    steady(address, &fleet)?;
    println!("| {kind} | {} | {:.0} | {leased} | {} |", shown(&fleet.waited), ms(all), shown(&fleet.looked));
    eprintln!("{kind}: filled in {:.1} s, {} jobs asked for", filled.as_secs_f64(), lock(&fleet.waited).len());
    Ok(())
}

/// With `sqlite` or `postgres` as an argument, that one alone.
fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|one| !one.starts_with("--")).collect();
    let asked = |name: &str| arguments.is_empty() || arguments.iter().any(|one| one == name);
    println!(
        "| database | asked to granted: median, ms | maximum, ms | 1,000 at once, ms | each: median, ms | maximum, ms \
              | a look: median, ms | maximum, ms |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    if asked("sqlite") {
        let folder = tempfile::tempdir()?;
        measure("SQLite", &StoreAddress::File(folder.path().join("kymo.db")))?;
    }
    if asked("postgres") {
        let synced = [("fsync", "on"), ("synchronous_commit", "on"), ("full_page_writes", "on")];
        let settings = synced.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        match Postgres::start(&Setup { settings, files: Vec::new() }) {
            Ok(server) => measure("PostgreSQL", &server.database().parse()?)?,
            Err(missing) => println!("skipped: {missing}"),
        }
    }
    Ok(())
}
