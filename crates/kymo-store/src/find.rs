//! Which run a person means.

/// The names that a run answers to.
#[derive(Debug)]
pub struct Name {
    pub id: String,
    pub label: Option<String>,
}

/// Why no run is meant.
#[derive(Debug, PartialEq)]
pub enum Miss {
    /// None answers; a hint in words.
    None(String),
    /// Several answer.
    Several(Vec<String>),
}

/// How many names a message lists.
const SHOWN_MAX: usize = 5;

/// The index of the run that `text` means; `names` are those of all runs, newest first.
///
/// What matches whole comes before what matches in part: a label may well be the beginning of an id.
pub fn find(names: &[Name], text: &str) -> Result<usize, Miss> {
    if names.is_empty() {
        return Err(Miss::None("it holds no runs yet: kymo run makes one".to_owned()));
    }
    if let Some(index) = names.iter().position(|name| name.id == text) {
        return Ok(index);
    }
    if let Some(back) = text.strip_prefix("latest") {
        return latest(names.len(), back);
    }
    if let Some(index) = names.iter().position(|name| name.label.as_deref() == Some(text)) {
        return Ok(index);
    }
    let begins: Vec<usize> =
        (0..names.len()).filter(|&index| !text.is_empty() && names[index].id.starts_with(text)).collect();
    match begins[..] {
        [index] => Ok(index),
        [] => Err(Miss::None(nearest(names, text))),
        _ => Err(Miss::Several(shown(begins.iter().map(|&index| &names[index]), begins.len()))),
    }
}

fn latest(count: usize, back: &str) -> Result<usize, Miss> {
    let back = match back.strip_prefix('~') {
        None if back.is_empty() => Some(0),
        None => None,
        Some(number) => number.parse::<usize>().ok(),
    };
    match back {
        Some(back) if back < count => Ok(back),
        Some(_) if count == 1 => Err(Miss::None("it holds one run, latest".to_owned())),
        Some(_) => Err(Miss::None(format!("it holds {count} runs, the oldest is latest~{}", count - 1))),
        None => Err(Miss::None("write latest for the newest run, latest~1 for the one before".to_owned())),
    }
}

fn shown<'a>(names: impl Iterator<Item = &'a Name>, count: usize) -> Vec<String> {
    let mut shown: Vec<String> = names
        .take(SHOWN_MAX)
        .map(|name| match &name.label {
            Some(label) => format!("{} ({label})", name.id),
            None => name.id.clone(),
        })
        .collect();
    if count > SHOWN_MAX {
        shown.push(format!("{} more", count - SHOWN_MAX));
    }
    shown
}

/// The names that `text` may be a slip of, or else the newest.
fn nearest(names: &[Name], text: &str) -> String {
    let distance_max = (text.chars().count() / 3).max(1);
    let mut close: Vec<(usize, &str)> = names
        .iter()
        .flat_map(|name| [Some(name.id.as_str()), name.label.as_deref()])
        .flatten()
        .map(|candidate| (distance(text, candidate), candidate))
        .filter(|&(distance, _)| distance <= distance_max)
        .collect();
    // Stable: of equally near names the newest stays first.
    close.sort_by_key(|&(distance, _)| distance);
    let mut near: Vec<&str> = Vec::new();
    for (_, candidate) in close {
        if !near.contains(&candidate) && near.len() < SHOWN_MAX {
            near.push(candidate);
        }
    }
    if near.is_empty() {
        format!("it holds {}", shown(names.iter(), names.len()).join(", "))
    } else {
        format!("the nearest are {}", near.join(", "))
    }
}

/// How many characters must be put in, taken out or replaced to make `one` of `other`.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, left) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (place, &right) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(left != right);
            diagonal = row[place + 1];
            row[place + 1] = replaced.min(diagonal + 1).min(row[place] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let name = |id: &str, label: Option<&str>| Name { id: id.to_owned(), label: label.map(str::to_owned) };
        let names = [
            name("20250304-101500-c3", Some("winch")),
            name("20250303-090000-b2", Some("baseline")),
            name("20250303-080000-a1", Some("winch")),
            name("20250301-080000-00", Some("20250303")),
        ];
        let shown = match find(&names, text) {
            Ok(index) => names[index].id.clone(),
            Err(Miss::None(hint)) => hint,
            Err(Miss::Several(candidates)) => format!("several: {}", candidates.join(", ")),
        };
        assert_eq!(shown, expect, "for {text}");
    }

    #[test]
    fn finds_what_is_meant() {
        check("20250303-090000-b2", "20250303-090000-b2");
        check("20250304", "20250304-101500-c3");
        check("winch", "20250304-101500-c3");
        check("20250303", "20250301-080000-00");
        check("latest", "20250304-101500-c3");
        check("latest~3", "20250301-080000-00");
        check("latest~4", "it holds 4 runs, the oldest is latest~3");
        check("latest~x", "write latest for the newest run, latest~1 for the one before");
        check(
            "2025030",
            "several: 20250304-101500-c3 (winch), 20250303-090000-b2 (baseline), \
            20250303-080000-a1 (winch), 20250301-080000-00 (20250303)",
        );
        check(
            "wnich",
            "it holds 20250304-101500-c3 (winch), 20250303-090000-b2 (baseline), \
            20250303-080000-a1 (winch), 20250301-080000-00 (20250303)",
        );
        check("bseline", "the nearest are baseline");
        check("winhc2", "the nearest are winch");
        check(
            "",
            "it holds 20250304-101500-c3 (winch), 20250303-090000-b2 (baseline), \
            20250303-080000-a1 (winch), 20250301-080000-00 (20250303)",
        );
    }

    #[test]
    fn an_empty_store_says_so() {
        assert_eq!(find(&[], "latest"), Err(Miss::None("it holds no runs yet: kymo run makes one".to_owned())));
    }

    #[test]
    fn distances() {
        for (one, other, expect) in [("", "", 0), ("a", "", 1), ("kitten", "sitting", 3), ("ab", "ba", 2)] {
            assert_eq!(distance(one, other), expect, "{one} to {other}");
        }
    }
}
