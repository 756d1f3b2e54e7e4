//! A home for one test: nothing that a test does reaches the home of the person who runs it.

use super::process::Running;
use super::text::plain;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The folder with the built programs: as the Makefile says, else where this test was built.
pub fn bin() -> PathBuf {
    std::env::var_os("KYMO_TEST_BIN").map(PathBuf::from).unwrap_or_else(|| {
        let test = std::env::current_exe().unwrap();
        test.parent().and_then(Path::parent).unwrap().to_owned()
    })
}

/// The folder of the programs that `make` installs for workers, as workers find it.
pub fn tools() -> PathBuf {
    let from = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = || from("XDG_CACHE_HOME").or_else(|| from("HOME").map(|home| home.join(".cache")));
    from("KYMO_TOOLS").or_else(|| cache().map(|cache| cache.join("kymograph/tools"))).unwrap_or_default()
}

/// The repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// A temporary folder that is home, working folder and place of the store.
pub struct Home {
    folder: tempfile::TempDir,
}

/// What a command gave.
#[derive(Clone, Debug)]
pub struct Ran {
    /// The arguments, for messages and snapshots.
    pub args: String,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// The exit code; none if a signal ended it.
    pub code: Option<i32>,
}

impl Home {
    /// An empty one.
    pub fn new() -> Self {
        let home = Self { folder: tempfile::Builder::new().prefix("kymo-home-").tempdir().unwrap() };
        std::fs::create_dir(home.path("tmp")).unwrap();
        home
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A path in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file in it.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    /// A program that sees this home alone; of the rest of the environment it gets the way to the system's programs,
    /// since a worker may be a script.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().current_dir(self.folder()).stdin(Stdio::null());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.folder()).env("TMPDIR", self.path("tmp")).env("NO_COLOR", "1");
        command.env("XDG_DATA_HOME", self.path("data")).env("XDG_CACHE_HOME", self.path("cache"));
        command.env("XDG_CONFIG_HOME", self.path("config"));
        // Programs that `make` installs for workers are read where they are, like those on PATH.
        command.env("KYMO_TOOLS", tools());
        command
    }

    /// `kymo` with its places: this home's store, the repository's suites, the built workers.
    pub fn kymo(&self, args: &[&str]) -> Command {
        let mut command = self.command(bin().join("kymo"));
        command.arg("--store").arg(self.path("kymo.db"));
        command.arg("--suites").arg(repository().join("suites"));
        command.arg("--workers").arg(bin());
        command.args(args);
        command
    }

    /// Runs `kymo` to its end.
    pub fn run(&self, args: &[&str]) -> Ran {
        self.finish(self.kymo(args), args)
    }

    /// Runs `kymo`, which must succeed, and gives its standard output.
    pub fn ok(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        ran.stdout
    }

    /// Runs `kymo` with this text on its standard input.
    pub fn run_with(&self, args: &[&str], text: &str) -> Ran {
        let path = self.write("stdin.txt", text);
        let mut command = self.kymo(args);
        command.stdin(Stdio::from(std::fs::File::open(path).unwrap()));
        self.finish(command, args)
    }

    /// Runs `kymo`, which must succeed and write JSON.
    pub fn json(&self, args: &[&str]) -> serde_json::Value {
        serde_json::from_str(&self.ok(args)).unwrap()
    }

    /// Runs a command to its end; `args` is what is told of it.
    pub fn finish(&self, mut command: Command, args: &[&str]) -> Ran {
        let output = command.output().unwrap();
        Ran {
            args: args.join(" "),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code(),
        }
    }

    /// Starts `kymo`, its outputs captured.
    pub fn start(&self, args: &[&str]) -> Running {
        let mut command = self.kymo(args);
        Running::new(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
    }

    /// What a person sees of a command, with the places and names replaced that differ from run to run.
    pub fn shown(&self, ran: &Ran) -> String {
        let code = ran.code.map_or("none".to_owned(), |code| code.to_string());
        let mut text = format!("$ kymo {}\n", ran.args);
        for (name, part) in [("stdout", &ran.stdout), ("stderr", &ran.stderr)] {
            if !part.is_empty() {
                text.push_str(&format!("--- {name}\n{part}"));
            }
        }
        text.push_str(&format!("--- exit code {code}\n"));
        plain(&text, &[(self.folder(), "HOME"), (&bin(), "BIN"), (&repository(), "REPOSITORY")])
    }
}
