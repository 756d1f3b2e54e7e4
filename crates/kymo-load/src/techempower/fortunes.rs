//! The page of fortunes: HTML that is compared after what does not matter has been taken out of it.

use super::{Finding, shown};

/// The rows of the table `fortune`, in the order of their ids, from 1 on.
pub const FORTUNES: [&str; 12] = [
    "fortune: No such file or directory",
    "A computer scientist is someone who fixes things that aren't broken.",
    "After enough decimal places, nobody gives a damn.",
    "A bad random number generator: 1, 1, 1, 1, 1, 4.33e+67, 1, 1, 1",
    "A computer program does what you tell it to do, not what you want it to do.",
    "Emacs is a nice operating system, but I prefer UNIX. — Tom Christaensen",
    "Any program that runs right is obsolete.",
    "A list is only as strong as its weakest link. — Donald Knuth",
    "Feature: A bug with seniority.",
    "Computers make very fast, very accurate mistakes.",
    "<script>alert(\"This should not be displayed in a browser alert box.\");</script>",
    "フレームワークのベンチマーク",
];

/// The row that the server adds, with the id 0.
const ADDED: &str = "Additional fortune added at request time.";

/// Tags that may be there or not.
const IGNORED: [&str; 5] = ["meta", "link", "script", "thead", "tbody"];

/// A part of a page that matters.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Doctype(String),
    Open(String),
    Close(String),
    Text(String),
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Doctype(name) => write!(f, "<!{name}>"),
            Self::Open(name) => write!(f, "<{name}>"),
            Self::Close(name) => write!(f, "</{name}>"),
            Self::Text(text) => write!(f, "{text:?}"),
        }
    }
}

/// The body of the test `fortunes`.
pub(super) fn page(body: &[u8]) -> Vec<Finding> {
    let Ok(text) = std::str::from_utf8(body) else {
        return vec![Finding::fail(format!("the page is not UTF-8; it is {}", shown(body)))];
    };
    let (expected, found) = (expected(), parts(text));
    let same = expected.iter().zip(&found).take_while(|(expected, found)| expected == found).count();
    let message = match (expected.get(same), found.get(same)) {
        (None, None) => return Vec::new(),
        (Some(expected), Some(found)) => format!("expected {expected}, found {found}"),
        (Some(expected), None) => format!("expected {expected}, found the end"),
        (None, Some(found)) => format!("expected the end, found {found}"),
    };
    let after: Vec<String> = expected[..same].iter().rev().take(3).rev().map(ToString::to_string).collect();
    let after = if after.is_empty() { "at the start".to_owned() } else { format!("after {}", after.concat()) };
    vec![Finding::fail(format!("the page differs {after}: {message}"))]
}

fn expected() -> Vec<Part> {
    let mut rows: Vec<(usize, &str)> = FORTUNES.iter().enumerate().map(|(at, text)| (at + 1, *text)).collect();
    rows.push((0, ADDED));
    rows.sort_by_key(|(_, text)| *text);
    let (open, close) = (|name: &str| Part::Open(name.to_owned()), |name: &str| Part::Close(name.to_owned()));
    let holding = |name: &str, text: &str| [open(name), Part::Text(text.to_owned()), close(name)];
    let mut page = vec![Part::Doctype("doctype html".to_owned()), open("html"), open("head")];
    page.extend(holding("title", "Fortunes"));
    page.extend([close("head"), open("body"), open("table"), open("tr")]);
    page.extend(holding("th", "id").into_iter().chain(holding("th", "message")));
    page.push(close("tr"));
    for (id, text) in rows {
        page.push(open("tr"));
        page.extend(holding("td", &id.to_string()).into_iter().chain(holding("td", text)));
        page.push(close("tr"));
    }
    page.extend([close("table"), close("body"), close("html")]);
    page
}

/// The parts of a page, without attributes, comments, blank text and what is in [`IGNORED`].
fn parts(page: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut rest = page;
    while !rest.is_empty() {
        let text = &rest[..rest.find('<').unwrap_or(rest.len())];
        rest = &rest[text.len()..];
        if !text.trim().is_empty() {
            parts.push(Part::Text(unescaped(text)));
        }
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let Some(tag) = rest.strip_prefix('<') else { continue };
        let (inside, after) = tag.split_once('>').unwrap_or((tag, ""));
        rest = after;
        parts.extend(part(inside));
    }
    parts
}

/// What is between the brackets of a tag.
fn part(inside: &str) -> Option<Part> {
    if let Some(declared) = inside.strip_prefix('!') {
        return Some(Part::Doctype(declared.trim().to_lowercase()));
    }
    let (name, made): (&str, fn(String) -> Part) = match inside.strip_prefix('/') {
        Some(name) => (name, Part::Close),
        None => (inside, Part::Open),
    };
    let end = name.find(|letter: char| letter.is_whitespace() || letter == '/').unwrap_or(name.len());
    let name = name[..end].to_lowercase();
    (!IGNORED.contains(&name.as_str())).then(|| made(name))
}

/// The text with those escapes undone that may be there; others stay, and differ.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let escape = after.split_once(';').and_then(|(name, after)| Some((letter(name)?, after)));
        let (letter, after) = escape.unwrap_or(('&', after));
        plain.push(letter);
        rest = after;
    }
    plain.push_str(rest);
    plain
}

fn letter(name: &str) -> Option<char> {
    match name {
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "amp" => return Some('&'),
        "quot" => return Some('"'),
        "apos" => return Some('\''),
        "mdash" => return Some('—'),
        _ => {}
    }
    let number = name.strip_prefix('#')?;
    let code = match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => number.parse(),
    };
    char::from_u32(code.ok()?).filter(|letter| "<>&\"'+()/".contains(*letter))
}
