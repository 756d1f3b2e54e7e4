//! Runs git on repositories of strangers: with nothing of this machine's settings, nobody to ask, few protocols, and an
//! end.

use rustix::process::{Pid, Signal, kill_process_group};
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Of the environment git gets these alone: the way to programs and to the network.
const PASSED_ON: [&str; 10] = [
    "PATH",
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "NO_PROXY",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "TMPDIR",
];

/// Bytes of what git says that are read at most.
const SAID_MAX: u64 = 64 << 10;

/// How git is run.
#[derive(Clone, Debug)]
pub struct Git {
    /// An empty folder that is git's home.
    pub home: PathBuf,
    /// Whether repositories on this machine may be read.
    pub file_remotes: bool,
}

impl Git {
    /// Runs git in a folder, and gives what it wrote.
    ///
    /// # Errors
    /// In a line: what git said, or that it took too long.
    pub fn run(&self, folder: &Path, arguments: &[&str], within: Duration) -> Result<String, String> {
        let mut command = Command::new("git");
        command.env_clear().envs(PASSED_ON.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
        command.env("HOME", &self.home).env("LC_ALL", "C.UTF-8").env("GIT_CONFIG_NOSYSTEM", "1");
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_TERMINAL_PROMPT", "0").env("GIT_ASKPASS", "false");
        command.env("GIT_ALLOW_PROTOCOL", if self.file_remotes { "https:file" } else { "https" });
        command.args(["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "gc.auto=0"]);
        command.arg("-C").arg(folder).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A group of its own: git starts helpers for the network, which must end with it.
        let mut child = command.process_group(0).spawn().map_err(|error| format!("git cannot be started: {error}"))?;
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let stdout = child.stdout.take().map(reader);
        let stderr = child.stderr.take().map(reader);
        let begun = Instant::now();
        let mut pause = Duration::from_millis(2);
        let status = loop {
            if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
                break status;
            }
            if begun.elapsed() > within {
                // It may have ended this moment; then there is nobody to be ended.
                let _ = group.map(|group| kill_process_group(group, Signal::KILL));
                let _ = child.wait();
                return Err(format!("git took longer than {} s", within.as_secs()));
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(50));
        };
        let text = |reader: Option<std::thread::JoinHandle<String>>| {
            reader.and_then(|reader| reader.join().ok()).unwrap_or_default()
        };
        let (said, complained) = (text(stdout), text(stderr));
        if status.success() {
            return Ok(said);
        }
        let complaint = complained.lines().find(|line| line.starts_with("fatal:") || line.starts_with("error:"));
        let complaint = complaint.or_else(|| complained.lines().next()).unwrap_or("it failed and said nothing");
        Err(crate::clean::line(complaint.trim_start_matches("fatal: "), 300))
    }
}

fn reader(mut pipe: impl Read + Send + 'static) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        let _ = pipe.by_ref().take(SAID_MAX).read_to_end(&mut kept);
        // The rest is read too, so that git does not wait for a reader.
        let _ = std::io::copy(&mut pipe, &mut std::io::sink());
        String::from_utf8_lossy(&kept).into_owned()
    })
}

/// Whether an address can be a project's remote. Agents get no keys, so what needs some can be none.
///
/// # Errors
/// In a line that says what is wrong.
pub fn remote(text: &str, file_remotes: bool) -> Result<(), String> {
    // What one reader takes for a path, another takes for a host.
    let no_host = text.starts_with("https:///");
    let plain = !no_host && text.bytes().all(|byte| byte.is_ascii_graphic()) && (1..=1024).contains(&text.len());
    if !plain || text.starts_with('-') || text.contains("::") {
        return Err("remote: an address without spaces, as https://example.org/project.git".to_owned());
    }
    if text.starts_with("file://") {
        let allowed = file_remotes && text.starts_with("file:///");
        let refused = "remote: file:///… only where the server was started with --allow-file-remotes";
        return if allowed { Ok(()) } else { Err(refused.to_owned()) };
    }
    let Ok(url) = url::Url::parse(text) else { return Err(not_https()) };
    if url.scheme() != "https" {
        return Err(not_https());
    }
    if url.host_str().is_none_or(|host| host.is_empty() || host.starts_with('-')) {
        return Err("remote: it names no host".to_owned());
    }
    if url.password().is_some() || !url.username().is_empty() {
        return Err("remote: no user and no password in the address: everybody may read it".to_owned());
    }
    Ok(())
}

fn not_https() -> String {
    "remote: begins with https://; machines get no keys, so a repository that needs some, as over ssh, wants a mirror \
     that everybody on the network may read"
        .to_owned()
}

/// Whether a text can name a commit: a branch, a tag, a hash or its beginning. None of git's ways to search.
///
/// # Errors
/// In a line that says what is wrong.
pub fn name(text: &str) -> Result<(), String> {
    let plain = |c: char| c.is_alphanumeric() || "-_./+#=,%!".contains(c);
    let good = !text.starts_with(['-', '.', '/']) && !text.ends_with(['/', '.']) && !text.contains("..");
    if good && (1..=255).contains(&text.len()) && text.chars().all(plain) {
        return Ok(());
    }
    Err(format!(
        "'{}' names no commit: a whole hash, its first 7 digits or more, a branch, a tag",
        crate::clean::line(text, 60)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remotes_are_of_few_kinds() {
        for good in ["https://example.org/a/b.git", "https://example.org:8443/a"] {
            assert_eq!(remote(good, false), Ok(()), "{good}");
        }
        assert_eq!(remote("file:///srv/a", true), Ok(()));
        for bad in [
            "",
            "/srv/a",
            "../a",
            "file:///srv/a",
            "http://example.org/a",
            "git://example.org/a",
            "ext::sh -c x",
            "ext::sh",
            "--upload-pack=x",
            "-x@example.org:a",
            "ssh://git@example.org/a",
            "git@example.org:a/b.git",
            "ssh://-oProxyCommand=x/a",
            "https://user:secret@example.org/a",
            "https://token@example.org/a",
            "https:///a",
            "https://example.org/a b",
            "https://example.org/a\n",
        ] {
            assert!(remote(bad, false).is_err(), "{bad}");
        }
        assert!(remote("file://host/a", true).is_err());
    }

    #[test]
    fn names_of_commits_search_for_nothing() {
        for good in ["main", "feature/x", "v1.0", "0123456", "release-1.0+build", "grün"] {
            assert_eq!(name(good), Ok(()), "{good}");
        }
        for bad in ["", "-x", "--all", "a..b", ":/x", "HEAD^{/x}", "HEAD@{1}", "a b", "x~1", "/a", "a/", "a\0", "a:b"] {
            assert!(name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_takes_too_long_is_ended() {
        let home = tempfile::tempdir().unwrap();
        let git = Git { home: home.path().to_owned(), file_remotes: false };
        let begun = Instant::now();
        // A helper of git's own that waits for its standard input would end at once; an alias sleeps.
        let slow = ["-c", "alias.slow=!sleep 60", "slow"];
        let said = git.run(home.path(), &slow, Duration::from_millis(300)).unwrap_err();
        assert!(said.contains("longer than"), "{said}");
        assert!(begun.elapsed() < Duration::from_secs(30));
    }
}
