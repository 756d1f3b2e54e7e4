//! Which remotes this machine fetches from.

/// Where a commit comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Remote {
    /// Over the network.
    Https(String),
    /// A repository of this machine, by its path.
    File(String),
}

/// Whether a remote that the server names is one that this machine fetches from.
///
/// # Errors
/// A sentence that says why not.
pub(crate) fn allowed(remote: &str, patterns: &[String]) -> Result<Remote, String> {
    let plain = !remote.chars().any(|c| c.is_control() || c.is_whitespace());
    if !plain || remote.split('/').any(|part| part == "..") {
        return Err(format!("the remote '{remote}' is no address"));
    }
    let listed = patterns.iter().any(|pattern| fits(pattern, remote));
    let unlisted = || Err(format!("the remote {remote} is not among `remotes` of this machine's agent.toml"));
    if let Some(path) = remote.strip_prefix("file://") {
        // A path of this machine is never what a server may choose freely.
        return if !path.starts_with('/') {
            Err(format!("the remote {remote} has no absolute path"))
        } else if listed {
            Ok(Remote::File(path.to_owned()))
        } else {
            unlisted()
        };
    }
    match remote.strip_prefix("https://") {
        Some(rest) if rest.split('/').next().is_some_and(|host| host.contains('@')) => {
            Err("a remote with a user or password: jobs are given no credentials".to_owned())
        }
        Some(_) if listed || patterns.is_empty() => Ok(Remote::Https(remote.to_owned())),
        Some(_) => unlisted(),
        None => Err(format!("the remote {remote} is neither https:// nor file://; jobs are given no keys for others")),
    }
}

/// Whether a text fits a pattern, in which `*` stands for any text.
fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;

    fn patterns(list: &[&str]) -> Vec<String> {
        list.iter().map(|one| (*one).to_owned()).collect()
    }

    #[test]
    fn https_is_good_unless_others_are_named() {
        let remote = "https://example.org/a/b.git";
        assert_eq!(allowed(remote, &[]), Ok(Remote::Https(remote.to_owned())));
        assert!(allowed(remote, &patterns(&["https://example.org/a/*"])).is_ok());
        assert!(allowed(remote, &patterns(&["https://example.com/*"])).unwrap_err().contains("agent.toml"));
    }

    #[test]
    fn a_file_must_be_named() {
        assert!(allowed("file:///srv/a", &[]).unwrap_err().contains("agent.toml"));
        assert!(allowed("file:///srv/a", &patterns(&["https://*"])).is_err());
        assert_eq!(allowed("file:///srv/a", &patterns(&["file:///srv/*"])), Ok(Remote::File("/srv/a".to_owned())));
        assert!(allowed("file:///srv/../etc", &patterns(&["file:///srv/*"])).is_err());
        assert!(allowed("file://srv", &patterns(&["file://*"])).is_err());
    }

    #[test]
    fn what_carries_credentials_or_commands_is_refused() {
        for bad in [
            "https://user:secret@example.org/a",
            "ssh://git@example.org/a",
            "git@example.org:a",
            "ext::sh -c id",
            "--upload-pack=id",
            "https://example.org/\n",
            "http://example.org/a",
            "",
        ] {
            assert!(allowed(bad, &patterns(&["*"])).is_err(), "{bad}");
        }
    }

    #[test]
    fn patterns_have_stars_anywhere() {
        for (pattern, text, is) in [
            ("a*c", "abc", true),
            ("a*c", "ac", true),
            ("a*c", "acb", false),
            ("*", "", true),
            ("a", "ab", false),
            ("a*b*c", "axbxbc", true),
            ("ab*ba", "aba", false),
        ] {
            assert_eq!(fits(pattern, text), is, "{pattern} {text}");
        }
    }
}
