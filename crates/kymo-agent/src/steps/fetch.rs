//! Fetch: the commit comes from its remote, and nothing of it runs.

use super::Stopped;
use crate::cell::{Cell, Task, cannot, inside};
use crate::plain;
use crate::remote::{self, Remote};
use kymo_model::watch::{Limits, Order, ProjectFile, Step, project_file};
use kymo_model::{Commit, GitHash};
use kymo_sandbox::{Mount, Network};
use std::path::{Path, PathBuf};

/// git is told everything by a file of its own: no hook, no credential, no other protocol, no filter of the machine.
const GIT_CONFIG: &str = "\
[core]
\thooksPath = /dev/null
\tfsmonitor = false
\taskPass = false
[credential]
\thelper =
[protocol]
\tallow = never
[protocol \"https\"]
\tallow = always
[protocol \"file\"]
\tallow = always
[submodule]
\trecurse = false
[fetch]
\trecurseSubmodules = false
[safe]
\tdirectory = *
[advice]
\tdetachedHead = false
[gc]
\tauto = 0
";

/// One commit without its history; where the remote gives none by its hash, all branches and tags.
const SCRIPT: &str = r#"
mkdir -p home .kymo/out .kymo/results
rm -rf src && mkdir src && cd src
git init -q --object-format="$KYMO_FORMAT"
if ! git fetch -q --depth 1 --no-tags "$KYMO_REMOTE" "$KYMO_COMMIT"; then
  echo "the remote does not give a commit by its hash; all branches and tags are fetched" >&2
  git fetch -q --no-tags "$KYMO_REMOTE" '+refs/heads/*:refs/remotes/origin/*' '+refs/tags/*:refs/remotes/tags/*'
fi
git checkout -q --detach "$KYMO_COMMIT"
test "$(git rev-parse --verify HEAD)" = "$KYMO_COMMIT" || { echo "another commit came than was asked for" >&2; exit 1; }
"#;

/// What the fetch found.
pub(crate) struct Fetched {
    /// The commit.
    pub(crate) commit: Commit,
    /// The text of the project's file.
    pub(crate) project_file: String,
}

/// Where the commit comes from, if this machine fetches from there.
///
/// # Errors
/// The end of the job.
pub(crate) fn source(order: &Order, cell_settings: &crate::settings::Settings) -> Result<Remote, Stopped> {
    let remote = remote::allowed(&order.policy.remote, &cell_settings.remotes);
    let remote = remote.map_err(|why| cannot(Step::Fetch, why))?;
    if matches!(remote, Remote::Https(_)) && !cell_settings.network.fetch {
        return Err(cannot(Step::Fetch, "this machine's agent.toml gives jobs no network (network.fetch = false)"));
    }
    Ok(remote)
}

/// Fetches and checks out, and reads what is needed of it.
///
/// # Errors
/// Every other way in which it may end.
pub(crate) fn fetch(cell: &Cell, order: &Order, remote: &Remote, limits: Limits) -> Result<Fetched, Stopped> {
    let given = |error: std::io::Error| Stopped::Machine(format!("{}: {error}", cell.given.display()));
    std::fs::write(cell.given.join("gitconfig"), GIT_CONFIG).map_err(given)?;
    let hash = order.commit.as_str();
    let mut task = Task::new(Step::Fetch, "git fetch", &["/bin/sh", "-eu", "-c", SCRIPT], limits);
    task.folder = inside::WORK;
    let (url, network) = match remote {
        Remote::Https(url) => (url.clone(), Network::Host),
        Remote::File(path) => {
            task.mounts.push(Mount { from: PathBuf::from(path), to: PathBuf::from(inside::REMOTE) });
            (format!("file://{}", inside::REMOTE), Network::None)
        }
    };
    task.network = network;
    let format = if hash.len() == 64 { "sha256" } else { "sha1" };
    let mut variables = git_variables();
    variables.extend([("KYMO_REMOTE", url.as_str()), ("KYMO_COMMIT", hash), ("KYMO_FORMAT", format)].map(own));
    task.variables = variables.clone();
    cell.shared.progress(Step::Fetch, None, &format!("commit {}", order.commit.short()));
    cell.must(&task)?;
    let mut look = Task::new(Step::Fetch, "git cat-file", &["git", "cat-file", "commit", hash], limits);
    look.variables = variables;
    let commit = parse(&order.commit, &cell.read(&look)?)
        .ok_or_else(|| cannot(Step::Fetch, format!("the commit {} cannot be read", order.commit.short())))?;
    Ok(Fetched { commit, project_file: project_file_text(cell)? })
}

fn own((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn git_variables() -> Vec<(String, String)> {
    [
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_CONFIG_GLOBAL", "/opt/job/gitconfig"),
        ("GIT_TERMINAL_PROMPT", "0"),
        ("GIT_ASKPASS", "/bin/false"),
        ("GIT_LFS_SKIP_SMUDGE", "1"),
        ("GIT_ALLOW_PROTOCOL", "https:file"),
    ]
    .map(own)
    .to_vec()
}

fn project_file_text(cell: &Cell) -> Result<String, Stopped> {
    let name = project_file::FILE_NAME;
    let bytes = cell.take_out(&format!("src/{name}"), project_file::SIZE_MAX as u64);
    let bytes = bytes.map_err(|why| cannot(Step::Fetch, format!("{name} at the root of the repository: {why}")))?;
    String::from_utf8(bytes).map_err(|_| cannot(Step::Fetch, format!("{name} is no text in UTF-8")))
}

/// The project's file, checked against the order.
///
/// # Errors
/// The end of the job.
pub(crate) fn project_file(text: &str, order: &Order) -> Result<ProjectFile, Stopped> {
    let name = project_file::FILE_NAME;
    let file = ProjectFile::parse(text).map_err(|error| cannot(Step::Fetch, format!("{name}: {error}")))?;
    if file.project != order.policy.project {
        let why = format!("{name} is of the project {}, and this job is of {}", file.project, order.policy.project);
        return Err(cannot(Step::Fetch, why));
    }
    file.tier(&order.tier).map_err(|why| cannot(Step::Fetch, why))?;
    Ok(file)
}

/// A commit's object, read as data.
fn parse(hash: &GitHash, object: &[u8]) -> Option<Commit> {
    const TITLE_MAX: usize = 200;
    const AUTHOR_MAX: usize = 100;
    let text = String::from_utf8_lossy(object);
    let (head, message) = text.split_once("\n\n").unwrap_or((&text, ""));
    let mut commit = Commit::unknown(hash.clone());
    for line in head.lines() {
        let (key, value) = line.split_once(' ').unwrap_or((line, ""));
        match key {
            "tree" => commit.tree = Some(value.parse().ok()?),
            "parent" => commit.parents.push(value.parse().ok()?),
            "author" => commit.author = plain::line(value.split('<').next().unwrap_or_default(), AUTHOR_MAX),
            "committer" => {
                let time = value.rsplit('>').next().and_then(|rest| rest.split_whitespace().next());
                commit.committed_unix_s = time.and_then(|time| time.parse().ok());
            }
            _ => {}
        }
    }
    commit.title = plain::line(message.trim_start().lines().next().unwrap_or_default(), TITLE_MAX);
    commit.tree.is_some().then_some(commit)
}

/// Keeps the project's file beside the job: what the build makes of its own copy is its own affair.
///
/// # Errors
/// Those of the file system.
pub(crate) fn keep_project_file(path: &Path, text: &str) -> std::io::Result<()> {
    crate::record::write(path, text.as_bytes())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;

    #[test]
    fn a_commit_is_read_as_data() {
        let hash: GitHash = "a".repeat(40).parse().unwrap();
        let tree = "b".repeat(40);
        let (one, two) = ("c".repeat(40), "d".repeat(40));
        let object = format!(
            "tree {tree}\nparent {one}\nparent {two}\nauthor A \x1b[31mTester <a@example.org> 1 +0000\n\
             committer C <c@example.org> 1795312491 +0200\ngpgsig -----BEGIN\n tree {one}\n\n<b>title</b>\x07\nmore\n"
        );
        let commit = parse(&hash, object.as_bytes()).unwrap();
        assert_eq!(commit.tree.unwrap().as_str(), tree);
        assert_eq!(commit.parents.iter().map(GitHash::as_str).collect::<Vec<_>>(), [one, two]);
        assert_eq!((commit.author.as_str(), commit.title.as_str()), ("A ␛[31mTester", "<b>title</b>␇"));
        assert_eq!(commit.committed_unix_s, Some(1_795_312_491));
        assert!(parse(&hash, b"tree ../x\n\n").is_none());
        assert!(parse(&hash, b"").is_none());
    }
}
