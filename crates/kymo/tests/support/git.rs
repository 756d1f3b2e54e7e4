//! A git repository in a home, whose hashes are the same on every machine and every day.

use super::home::Home;
use std::process::Command;

/// A repository in the folder `repo` of a home.
pub struct Repository<'a> {
    home: &'a Home,
}

impl<'a> Repository<'a> {
    /// A new one, with the branch `main` and no commit.
    pub fn new(home: &'a Home) -> Self {
        std::fs::create_dir(home.path("repo")).unwrap();
        let repository = Self { home };
        repository.git(&["init", "--quiet", "--initial-branch", "main"]);
        repository
    }

    /// Runs git in it, which must succeed, and gives what it said.
    pub fn git(&self, args: &[&str]) -> String {
        self.git_with(&[], args)
    }

    fn git_with(&self, env: &[(&str, &str)], args: &[&str]) -> String {
        let mut command: Command = self.home.command("git");
        command.current_dir(self.home.path("repo"));
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "A Tester").env(format!("GIT_{role}_EMAIL"), "tester@example.org");
            command.env(format!("GIT_{role}_DATE"), "2026-11-01T12:00:00Z");
        }
        let output = command.envs(env.iter().copied()).args(args).output().unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Commits `content` as the only file; gives the commit's hash.
    pub fn commit(&self, content: &str, title: &str) -> String {
        self.home.write("repo/file", content);
        self.git(&["add", "file"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", title]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// `count` commits, numbered from 0.
    pub fn commits(&self, count: usize) -> Vec<String> {
        (0..count).map(|number| self.commit(&number.to_string(), &format!("commit {number}"))).collect()
    }
}
