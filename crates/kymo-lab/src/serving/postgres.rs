//! A PostgreSQL of a run's own, with the tables of TechEmpower's tests, for as long as the run lasts.

use kymo_load::techempower::FORTUNES;
use kymo_measure::clock::{Clock, SystemClock};
use kymo_worker::parent::{die_with_parent, keep_to};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// Rows of the table `world`, as TechEmpower's tests have them.
const WORLDS: u32 = 10_000;

/// A running server, ended when dropped.
pub(super) struct Postgres {
    child: Child,
    port: u16,
    folder: PathBuf,
}

impl Postgres {
    /// Starts one on these logical processors, with its files in `folder`, and fills its tables.
    ///
    /// # Errors
    /// Why it cannot be had, and what to do about it, in a line.
    pub(super) fn start(folder: PathBuf, cpus: &[u32]) -> Result<Self, String> {
        let programs = programs().ok_or("it is not installed; on Debian: apt-get install postgresql")?;
        let owner = Owner::find()?;
        let said = |what: &str, error: std::io::Error| format!("{what}: {error}");
        // Nobody else may pass through the run's own folder, so another user's server has its files beside that.
        let shared = folder.parent().and_then(Path::parent).filter(|_| owner.0.is_some());
        let folder = shared.map_or_else(|| folder.clone(), |shared| shared.join(unique(&folder)));
        std::fs::create_dir_all(&folder).map_err(|error| said("cannot make its folder", error))?;
        if let Some((uid, gid)) = owner.0 {
            std::os::unix::fs::chown(&folder, Some(uid), Some(gid)).map_err(|error| said("chown", error))?;
        }
        let data = folder.join("data");
        let mut init = owner.command(&programs.join("initdb"), &folder);
        init.args(["--auth=trust", "--username=kymo", "--encoding=UTF8", "--locale=C", "--no-sync", "-D"]).arg(&data);
        finished(&mut init, "initdb")?;
        let port = free_port().map_err(|error| said("no free port", error))?;
        let mut command = owner.command(&programs.join("postgres"), &folder);
        command.arg("-D").arg(&data).args(["-h", "127.0.0.1", "-k", "", "-p", &port.to_string()]);
        // What is in it can be made again.
        command.args(["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=1100"]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        keep_to(&mut command, cpus).map_err(|error| said("its processors", error))?;
        die_with_parent(&mut command);
        let child = command.spawn().map_err(|error| said("cannot start it", error))?;
        let mut postgres = Self { child, port, folder };
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
        // Immediate: nothing in it is worth a check-point.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
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
struct Owner(Option<(u32, u32)>);

impl Owner {
    fn find() -> Result<Self, String> {
        let id = |args: &[&str]| {
            let out = Command::new("id").args(args).stderr(Stdio::null()).output().ok()?;
            String::from_utf8(out.stdout).ok()?.trim().parse::<u32>().ok()
        };
        if id(&["-u"]) != Some(0) {
            return Ok(Self(None));
        }
        let of_postgres = id(&["-u", "postgres"]).zip(id(&["-g", "postgres"]));
        of_postgres.map(|ids| Self(Some(ids))).ok_or_else(|| "there is no user 'postgres' to run it as".to_owned())
    }

    fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder).stdin(Stdio::null());
        if let Some((uid, gid)) = self.0 {
            command.uid(uid).gid(gid);
        }
        command
    }
}

/// A name that no other run has: that of the run's own folder.
fn unique(folder: &Path) -> String {
    let run = folder.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    format!("kymo-postgres-{}-{}", std::process::id(), run.unwrap_or_default())
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
