//! Which file a path means, and how it may be kept and packed.

/// The file, below the folder, that a path means; `None` for a path that can be of no file of ours. Names are never
/// decoded, and their parts are of plain characters, so that none leads elsewhere or to what is hidden.
pub fn name_of(path: &str) -> Option<&str> {
    let name = path.strip_prefix('/')?;
    if name.is_empty() {
        return Some("index.html");
    }
    let plain = |part: &str| {
        let character = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        !part.is_empty() && !part.starts_with('.') && part.bytes().all(character)
    };
    name.split('/').all(plain).then_some(name)
}

/// Whether a file never changes while it has this name.
pub fn is_for_ever(name: &str) -> bool {
    name.starts_with("assets/") || (name.starts_with("data/") && name.ends_with(".kz"))
}

/// What a file is.
pub fn content_type(name: &str) -> &'static str {
    if name == "feed.xml" {
        return "application/atom+xml";
    }
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "xml" => "application/xml",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// The encodings of a file that the web build left beside it, best first, with the ends of their names.
const ENCODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// The encodings that a client takes, of those that there may be.
pub fn encodings(accepted: &str) -> impl Iterator<Item = (&'static str, &'static str)> + '_ {
    ENCODINGS.into_iter().filter(move |(encoding, _)| {
        accepted.split(',').any(|one| {
            let mut parts = one.split(';').map(str::trim);
            let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
            // A quality of nothing is a refusal.
            let refused = parts.any(|part| part.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0)));
            named && !refused
        })
    })
}

/// Whether one of the names in an `If-None-Match` is this one.
pub fn matches(if_none_match: &str, tag: &str) -> bool {
    if_none_match.split(',').map(|one| one.trim().trim_start_matches("W/")).any(|one| one == tag || one == "*")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out_of_the_folder() {
        for path in [
            "/..",
            "/../x",
            "/a/../b",
            "/.lock",
            "/data/.lock",
            "/data/.tmp-1",
            "//etc/passwd",
            "/a//b",
            "/%2e%2e/x",
            "/a\\b",
            "/a\0",
            "/data/",
            "x",
            "",
            "/a:b",
            "/~",
        ] {
            assert_eq!(name_of(path), None, "{path}");
        }
        assert_eq!(name_of("/"), Some("index.html"));
        assert_eq!(name_of("/data/segments/00ff.kz"), Some("data/segments/00ff.kz"));
        assert_eq!(name_of("/badge/p/a--b.svg"), Some("badge/p/a--b.svg"));
    }

    #[test]
    fn encodings_are_those_accepted() {
        let found = |accepted| encodings(accepted).map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(found("gzip, deflate, br, zstd"), ["br", "gzip"]);
        assert_eq!(found("gzip;q=0.5, br;q=0"), ["gzip"]);
        assert_eq!(found("identity"), [] as [&str; 0]);
    }

    #[test]
    fn tags_match_weak_or_strong() {
        assert!(matches("\"a\", W/\"b\"", "\"b\"") && matches("*", "\"c\""));
        assert!(!matches("\"a\"", "\"b\""));
    }
}
