//! TechEmpower's rules of verification: whether a server answers its tests as it must, before anything is timed.
//!
//! The rules are those of the project's `toolset/test_types` at 57d92fbec6, the last commit before it was archived. What
//! fails there fails here, what warns there warns here. What counts queries in the database is not here.
//!
//! Nothing here asks or waits by itself: [`verify`] is handed the means.

mod fortunes;
mod headers;
mod json;
#[cfg(test)]
mod tests;

pub use fortunes::FORTUNES;

use std::time::Duration;

/// The tests that there are rules for.
pub const TESTS: [&str; 5] = ["plaintext", "json", "db", "queries", "fortunes"];

/// How long it takes until an answer must have another date.
pub const DATE_PAUSE: Duration = Duration::from_secs(3);

/// What a server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Names and values as they came, in their order.
    pub headers: Vec<(String, String)>,
    /// The body, chunks put together.
    pub body: Vec<u8>,
}

impl Answer {
    /// The value of a header, whatever the case of its name; of several the first.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// What is wrong with an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whether the server must not be measured; else it is a warning.
    pub fails: bool,
    /// What was expected, and what came instead.
    pub message: String,
}

impl Finding {
    fn fail(message: impl Into<String>) -> Self {
        Self { fails: true, message: message.into() }
    }

    fn warn(message: impl Into<String>) -> Self {
        Self { fails: false, message: message.into() }
    }
}

/// What the rules ask for.
struct Rule {
    /// The path is at least so long, in bytes.
    path_min: usize,
    content: headers::Content,
    check: fn(&[u8]) -> Vec<Finding>,
}

fn rule(test: &str) -> Option<Rule> {
    use headers::Content;
    Some(match test {
        "plaintext" => Rule { path_min: 10, content: Content::Plain, check: plaintext },
        "json" => Rule { path_min: 5, content: Content::Json, check: json::message },
        "db" => Rule { path_min: 3, content: Content::Json, check: json::world },
        "queries" => Rule { path_min: 9, content: Content::Json, check: json::list_of_two },
        "fortunes" => Rule { path_min: 9, content: Content::Html, check: fortunes::page },
        _ => return None,
    })
}

/// Asks the server at `path` and says all that is wrong; nothing, where it is right.
///
/// `fetch` asks for a path and gives the answer, or why there is none; `pause` waits as long as it is told. The path of
/// `queries` is that to which a number is appended, as `/queries?queries=`.
pub fn verify(
    test: &str,
    path: &str,
    fetch: &mut dyn FnMut(&str) -> Result<Answer, String>,
    pause: &mut dyn FnMut(Duration),
) -> Vec<Finding> {
    let Some(rule) = rule(test) else {
        return vec![Finding::fail(format!("there is no rule for '{test}'; there are those for {}", TESTS.join(", ")))];
    };
    let mut found = Vec::new();
    if path.len() < rule.path_min {
        let message = format!("the path of {test} has at least {} characters; it is {path}", rule.path_min);
        found.push(Finding::fail(message));
    }
    let asked = if test == "queries" { format!("{path}2") } else { path.to_owned() };
    let first = match fetch(&asked) {
        Ok(answer) => answer,
        Err(why) => {
            found.push(Finding::fail(format!("{asked}: {why}")));
            return found;
        }
    };
    // As there: what a page of fortunes holds tells enough.
    if test != "fortunes" && first.status != 200 {
        found.push(Finding::fail(format!("{asked}: the status must be 200; it is {}", first.status)));
    }
    found.extend(headers::check(&first, rule.content));
    found.extend((rule.check)(&first.body));
    if test == "queries" {
        found.extend(json::other_counts(path, fetch));
    }
    if let Some(date) = first.header("date") {
        pause(DATE_PAUSE);
        match fetch(&asked) {
            Ok(later) => found.extend(headers::date_moves(date, &later)),
            Err(why) => found.push(Finding::fail(format!("{asked}, the second time: {why}"))),
        }
    }
    found
}

fn plaintext(body: &[u8]) -> Vec<Finding> {
    const EXPECTED: &str = "Hello, World!";
    let text = String::from_utf8_lossy(body);
    if !text.to_lowercase().contains(&EXPECTED.to_lowercase()) {
        return vec![Finding::fail(format!("the body must be '{EXPECTED}'; it is {}", shown(body)))];
    }
    if body.len() > EXPECTED.len() {
        return vec![Finding::warn(format!("the body has {} bytes beside '{EXPECTED}'", body.len() - EXPECTED.len()))];
    }
    Vec::new()
}

/// A body as a message shows it: its beginning, on one line.
fn shown(body: &[u8]) -> String {
    const MOST: usize = 120;
    if body.is_empty() {
        return "empty".to_owned();
    }
    let text = String::from_utf8_lossy(body);
    let start: String = text.chars().take(MOST).collect();
    let more = if start.len() < text.len() { " …" } else { "" };
    format!("{start:?}{more}")
}
