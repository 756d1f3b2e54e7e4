//! A PostgreSQL for a test: its own cluster in a temporary folder, gone when the test's process is, however that ends.

use crate::programs::{self, run};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Keeps the server until the other end of its input is gone; then ends it and removes the folder, unless it was told
/// to keep that. `$1` are the programs, `$2` is the folder; the rest are options of the server.
const KEEPER: &str = r#"
bin=$1; folder=$2; shift 2; cd /
# A signal to the whole group, as of a time limit, ends the waiting below and not this.
trap : INT TERM HUP
"$bin/postgres" -D "$folder/data" "$@" >>"$folder/log" 2>&1 </dev/null &
server=$!
read -r word
kill -QUIT $server 2>/dev/null; wait $server
[ "$word" = keep ] || rm -rf "$folder"
"#;

/// How long a server may take to answer: a machine that does much else needs seconds.
const START_MAX: Duration = Duration::from_secs(60);

/// What a server has beside the usual.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// Settings, as `("ssl", "on")`; they win over those that every test's server has.
    pub settings: Vec<(String, String)>,
    /// Files in the data folder that are made before the start, as a certificate, or another `pg_hba.conf`.
    pub files: Vec<(String, String)>,
}

/// A server of PostgreSQL, by its socket.
#[derive(Debug)]
pub struct Postgres {
    folder: PathBuf,
    programs: PathBuf,
    settings: Vec<(String, String)>,
    keeper: Option<Child>,
    databases: AtomicU32,
}

/// The server that the tests of this process share, started when it is first asked for. Where there can be none, `None`,
/// and one line on standard error says why: the test is skipped.
pub fn postgres() -> Option<&'static Postgres> {
    static SHARED: OnceLock<Option<Postgres>> = OnceLock::new();
    let start = || match programs::folder() {
        Err(missing) => {
            let _ = writeln!(std::io::stderr(), "skipped: {missing}");
            None
        }
        // A server that is installed and does not start is a failure, no reason to skip.
        Ok(_) => Some(Postgres::start(&Setup::default()).unwrap_or_else(|problem| panic!("PostgreSQL: {problem}"))),
    };
    SHARED.get_or_init(start).as_ref()
}

impl Postgres {
    /// Starts a server of one's own, as for a test that kills it.
    ///
    /// # Errors
    /// Says what is missing, or what a program answered.
    pub fn start(setup: &Setup) -> Result<Self, String> {
        let programs = programs::folder()?;
        let folder = folder()?;
        let data = folder.join("data");
        run(programs::command(&programs.join("initdb"))
            .args(["-A", "trust", "-U", "postgres", "--no-sync", "--locale=C", "-E", "UTF8", "-D"])
            .arg(&data)
            .current_dir("/"))?;
        for (name, content) in &setup.files {
            write_file(&data.join(name), content)?;
        }
        let settings = setup.settings.clone();
        let mut server = Self { folder, programs, settings, keeper: None, databases: AtomicU32::new(0) };
        server.start_again()?;
        Ok(server)
    }

    /// A new and empty database; its URL.
    pub fn database(&self) -> String {
        let name = format!("kymo_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let made = run(self.client("createdb").arg(&name));
        made.unwrap_or_else(|problem| panic!("PostgreSQL: {problem}"));
        self.url(&name)
    }

    /// The URL of a database of this server, whether it is there or not.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@/{database}?host={}&port={}", self.folder.display(), self.port())
    }

    /// The port of its socket, and of the network where its settings have it listen there.
    pub fn port(&self) -> &str {
        let own = self.settings.iter().find(|(name, _)| name == "port");
        own.map_or("5432", |(_, value)| value)
    }

    /// Runs statements by the program `psql`, past the store; what it prints, without headers.
    ///
    /// # Errors
    /// With the server's message.
    pub fn psql(&self, url: &str, statements: &str) -> Result<String, String> {
        run(self.client("psql").args(["-v", "ON_ERROR_STOP=1", "-qAt", "-d", url, "-c", statements]))
    }

    /// Kills the server as a loss of power would: it has no say.
    pub fn kill(&mut self) {
        let file = self.folder.join("data/postmaster.pid");
        if let Ok(text) = std::fs::read_to_string(file)
            && let Some(pid) = text.lines().next()
        {
            let _ = Command::new("kill").args(["-KILL", pid]).status();
        }
    }

    /// Starts it again, and waits until it answers.
    ///
    /// # Errors
    /// With the server's log, where it does not.
    pub fn start_again(&mut self) -> Result<(), String> {
        let deadline = Instant::now() + START_MAX;
        while Instant::now() < deadline {
            self.end_keeper(true);
            // It ends at once where a killed server's children are still there.
            self.keeper = Some(keeper(&self.programs, &self.folder, &self.settings)?);
            let patience = Instant::now() + Duration::from_secs(5);
            while Instant::now() < patience {
                if run(self.client("pg_isready").arg("-q")).is_ok() {
                    return Ok(());
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        Err(format!("the server does not answer: {log}"))
    }

    fn end_keeper(&mut self, keep: bool) {
        if let Some(mut keeper) = self.keeper.take() {
            if let Some(mut input) = keeper.stdin.take() {
                let _ = input.write_all(if keep { b"keep\n" } else { b"end\n" });
            }
            let _ = keeper.wait();
        }
    }

    /// The folder of its socket.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn client(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.env("PGHOST", &self.folder).env("PGUSER", "postgres").env("PGPORT", self.port());
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.end_keeper(false);
    }
}

/// A folder that the account of the server may write and reach, which the usual one may not be.
fn folder() -> Result<PathBuf, String> {
    let folder = tempfile::Builder::new().prefix("kymo-pg-").tempdir_in("/tmp");
    let folder = folder.map_err(|error| format!("no folder in /tmp: {error}"))?.keep();
    give(&folder)?;
    Ok(folder)
}

fn give(path: &Path) -> Result<(), String> {
    if !programs::is_root() {
        return Ok(());
    }
    let (user, group) = programs::account()?;
    std::os::unix::fs::chown(path, Some(user), Some(group)).map_err(|error| format!("{}: {error}", path.display()))
}

fn write_file(path: &Path, content: &str) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt;
    let told = |error: std::io::Error| format!("{}: {error}", path.display());
    std::fs::write(path, content).map_err(told)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(told)?;
    give(path)
}

fn keeper(programs: &Path, folder: &Path, settings: &[(String, String)]) -> Result<Child, String> {
    let socket = folder.display().to_string();
    let usual = [
        ("listen_addresses", ""),
        ("unix_socket_directories", socket.as_str()),
        ("fsync", "off"),
        ("full_page_writes", "off"),
        ("max_connections", "200"),
        ("shared_buffers", "32MB"),
    ];
    let own = settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let mut command = programs::command(Path::new("/bin/sh"));
    command.args(["-c", KEEPER, "keeper"]).arg(programs).arg(folder);
    for (name, value) in usual.into_iter().chain(own) {
        command.arg("-c").arg(format!("{name}={value}"));
    }
    let keeper = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    keeper.map_err(|error| format!("no shell: {error}"))
}
