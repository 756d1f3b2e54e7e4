//! Lists of names within a sentence.

use crate::render::harmless;
use std::collections::BTreeSet;

/// More names than this are not listed.
const NAMES_MAX: usize = 8;

/// Names in a sentence: `a, b, c and 14 more`.
pub fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let all: Vec<&str> = names.into_iter().collect();
    // A list cut by a single name would be no shorter.
    let shown = if all.len() > NAMES_MAX + 1 { NAMES_MAX } else { all.len() };
    let mut text = all[..shown].join(", ");
    if shown < all.len() {
        text.push_str(&format!(" and {} more", all.len() - shown));
    }
    harmless::line(&text).into_owned()
}

/// Names without repetition, in the order in which they first appear.
pub fn distinct<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = BTreeSet::new();
    names.into_iter().filter(|name| seen.insert(*name)).collect()
}
