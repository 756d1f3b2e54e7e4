//! A PostgreSQL of a run's own, with the tables of TechEmpower's tests, for as long as the run lasts.

mod folder;

use folder::Folder;
use kymo_load::techempower::FORTUNES;
use kymo_measure::clock::{Clock, SystemClock};
use kymo_worker::parent::{die_with_parent, interrupt, keep_to};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long it may take to end.
const PATIENCE_ENDING: Duration = Duration::from_secs(5);

/// Rows of the table `world`, as TechEmpower's tests have them.
const WORLDS: u32 = 10_000;

/// A running server, ended when dropped.
pub(super) struct Postgres {
    child: Child,
    port: u16,
    /// Goes last, when nobody writes to it any more.
    _folder: Folder,
}

impl Postgres {
    /// Starts one on these logical processors and fills its tables. `scratch` is the run's own folder; the files are
    /// beside it, since nobody else may pass through it and root's server is another user's.
    ///
    /// # Errors
    /// Why it cannot be had, and what to do about it, in a line.
    pub(super) fn start(scratch: &Path, cpus: &[u32]) -> Result<Self, String> {
        let programs = programs().ok_or("it is not installed; on Debian: apt-get install postgresql")?;
        let owner = Owner::find()?;
        let said = |what: &str, error: std::io::Error| format!("{what}: {error}");
        let parent = scratch.parent().unwrap_or(scratch);
        folder::remove_abandoned(parent, owner.uid);
        let kept = Folder::make(parent, &unique(scratch), owner.other)
            .map_err(|error| said("cannot make its folder", error))?;
        let folder = kept.path();
        let data = folder.join("data");
        let mut init = owner.command(&programs.join("initdb"), folder);
        init.args(["--auth=trust", "--username=kymo", "--encoding=UTF8", "--locale=C", "--no-sync", "-D"]).arg(&data);
        finished(&mut init, "initdb")?;
        let port = free_port().map_err(|error| said("no free port", error))?;
        let mut command = owner.command(&programs.join("postgres"), folder);
        command.arg("-D").arg(&data).args(["-h", "127.0.0.1", "-k", "", "-p", &port.to_string()]);
        // What is in it can be made again.
        command.args(["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=1100"]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        keep_to(&mut command, cpus).map_err(|error| said("its processors", error))?;
        // A Ctrl-C on the terminal is kymo's to heed: the server that asks the database ends first.
        command.process_group(0);
        die_with_parent(&mut command);
        let child = command.spawn().map_err(|error| said("cannot start it", error))?;
        let mut postgres = Self { child, port, _folder: kept };
        postgres.fill(&programs)?;
        Ok(postgres)
    }

    /// Where it listens, as `HOST:PORT`.
    pub(super) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    fn fill(&mut self, programs: &Path) -> Result<(), String> {
        let deadline = SystemClock.now() + PATIENCE;
        while let Err(problem) = self.psql(programs, "postgres", "SELECT 1") {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(format!("it ended at once ({status})"));
            }
            if SystemClock.now() > deadline {
                return Err(format!("it does not answer: {problem}"));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        self.psql(programs, "postgres", "CREATE DATABASE kymo")?;
        self.psql(programs, "kymo", &tables())
    }

    fn psql(&self, programs: &Path, database: &str, sql: &str) -> Result<(), String> {
        let mut command = Command::new(programs.join("psql"));
        command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-U", "kymo"]);
        command.args(["-p", &self.port.to_string(), "-d", database, "-c", sql]).stdin(Stdio::null());
        finished(&mut command, "psql")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Told to end at once, it gives its shared memory back to the system, which a killed one does not.
        if interrupt(self.child.id()).is_ok() {
            let deadline = SystemClock.now() + PATIENCE_ENDING;
            while matches!(self.child.try_wait(), Ok(None)) && SystemClock.now() < deadline {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        // Where it has ended already there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn tables() -> String {
    let rows: Vec<String> = FORTUNES
        .iter()
        .enumerate()
        .map(|(index, message)| format!("({}, '{}')", index + 1, message.replace('\'', "''")))
        .collect();
    // Multiplying by a number without a common factor with the modulus visits every residue: fixed, and no pattern
    // that a guest could lean on.
    format!(
        "CREATE TABLE world (id integer PRIMARY KEY, randomnumber integer NOT NULL DEFAULT 0); \
         INSERT INTO world SELECT id, (id * 7919) % {WORLDS} + 1 FROM generate_series(1, {WORLDS}) AS id; \
         CREATE TABLE fortune (id integer PRIMARY KEY, message varchar(2048) NOT NULL); \
         INSERT INTO fortune VALUES {}; ANALYZE;",
        rows.join(", ")
    )
}

/// The folder of the newest PostgreSQL's programs: Debian keeps them out of PATH.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let found = versions.map(|version| version.path().join("bin")).filter(|bin| bin.join("postgres").is_file());
    let number = |bin: &PathBuf| bin.parent().and_then(|v| v.file_name()?.to_str()?.parse::<f64>().ok()).unwrap_or(0.0);
    found.max_by(|a, b| number(a).total_cmp(&number(b)))
}

/// Whose server it is: PostgreSQL refuses to be root's.
struct Owner {
    uid: u32,
    /// User and group, where they are not those of this process.
    other: Option<(u32, u32)>,
}

impl Owner {
    fn find() -> Result<Self, String> {
        let id = |args: &[&str]| {
            let out = Command::new("id").args(args).stderr(Stdio::null()).output().ok()?;
            String::from_utf8(out.stdout).ok()?.trim().parse::<u32>().ok()
        };
        let own = id(&["-u"]).ok_or("'id -u' does not tell whose process this is")?;
        if own != 0 {
            return Ok(Self { uid: own, other: None });
        }
        let of_postgres = id(&["-u", "postgres"]).zip(id(&["-g", "postgres"]));
        let (uid, gid) = of_postgres.ok_or("there is no user 'postgres' to run it as")?;
        Ok(Self { uid, other: Some((uid, gid)) })
    }

    fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder).stdin(Stdio::null());
        if let Some((uid, gid)) = self.other {
            command.uid(uid).gid(gid);
        }
        command
    }
}

/// A name that no other run has: that of the run's own folder.
fn unique(scratch: &Path) -> String {
    let run = scratch.file_name().map(|name| name.to_string_lossy().into_owned());
    format!("{}-{}", std::process::id(), run.unwrap_or_default())
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn finished(command: &mut Command, name: &str) -> Result<(), String> {
    let out = command.output().map_err(|error| format!("cannot start {name}: {error}"))?;
    if out.status.success() {
        return Ok(());
    }
    let errors = String::from_utf8_lossy(&out.stderr);
    Err(format!("{name}: {}", errors.trim().lines().last().unwrap_or("it failed")))
}
