//! What the header of every answer must hold.

use super::{Answer, Finding};

/// The kinds of bodies.
#[derive(Clone, Copy)]
pub(super) enum Content {
    Plain,
    Json,
    Html,
}

impl Content {
    /// The type, and whether it must say how letters are encoded.
    fn expected(self) -> (&'static str, bool) {
        match self {
            Self::Plain => ("text/plain", false),
            Self::Json => ("application/json", false),
            Self::Html => ("text/html", true),
        }
    }
}

pub(super) fn check(answer: &Answer, content: Content) -> Vec<Finding> {
    let mut found = Vec::new();
    for name in ["Server", "Date", "Content-Type"] {
        if answer.header(name).is_none() {
            found.push(Finding::fail(format!("the header {name} is missing")));
        }
    }
    if answer.header("Content-Length").is_none() && answer.header("Transfer-Encoding").is_none() {
        found.push(Finding::fail("a header Content-Length or Transfer-Encoding is missing"));
    }
    if let Some(date) = answer.header("Date").filter(|date| !is_date(date)) {
        found.push(Finding::warn(format!("'{date}' is no date as 'Sun, 06 Nov 1994 08:49:37 GMT'")));
    }
    if let Some(given) = answer.header("Content-Type").filter(|given| !is_type(given, content)) {
        let (expected, with_charset) = content.expected();
        let charset = if with_charset { "; charset=utf-8" } else { ", with or without ; charset=utf-8" };
        found.push(Finding::fail(format!("the Content-Type must be {expected}{charset}; it is '{given}'")));
    }
    found
}

/// The second answer must have another date than the first, which is not kept then.
pub(super) fn date_moves(first: &str, later: &Answer) -> Option<Finding> {
    match later.header("Date") {
        Some(date) if date != first => None,
        Some(_) => Some(Finding::fail(format!("the Date is still '{first}' after 3 seconds"))),
        None => Some(Finding::fail("the header Date is missing the second time")),
    }
}

fn is_type(given: &str, content: Content) -> bool {
    let (expected, with_charset) = content.expected();
    let Some(rest) = given.strip_prefix(expected) else { return false };
    if rest.is_empty() {
        return !with_charset;
    }
    let charset = rest.strip_prefix(';').map(|rest| rest.strip_prefix(' ').unwrap_or(rest));
    matches!(charset, Some("charset=utf-8" | "charset=UTF-8"))
}

/// Whether it is a date as HTTP writes it (RFC 9110, section 5.6.7, IMF-fixdate).
fn is_date(text: &str) -> bool {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let parts: Vec<&str> = text.split(' ').collect();
    let [weekday, day, month, year, time, "GMT"] = parts.as_slice() else { return false };
    let number = |text: &str, digits: usize, most: u32| {
        let all = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
        all && text.parse::<u32>().is_ok_and(|number| number <= most)
    };
    let clock: Vec<&str> = time.split(':').collect();
    let [hours, minutes, seconds] = clock.as_slice() else { return false };
    weekday.strip_suffix(',').is_some_and(|weekday| DAYS.contains(&weekday))
        && number(day, 2, 31)
        && MONTHS.contains(month)
        && number(year, 4, 9999)
        && number(hours, 2, 23)
        && number(minutes, 2, 59)
        && number(seconds, 2, 60)
}
