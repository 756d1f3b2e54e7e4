//! Bodies that are JSON.

use super::{Answer, Finding, shown};
use serde_json::{Map, Value};

/// The ids of the table, and the numbers in it.
const WORLD: std::ops::RangeInclusive<i64> = 1..=10_000;

fn parsed(body: &[u8]) -> Result<Value, Vec<Finding>> {
    serde_json::from_slice(body)
        .map_err(|why| vec![Finding::fail(format!("the body is no JSON ({why}); it is {}", shown(body)))])
}

/// The members by their names in small letters, as all rules take them.
fn members(object: Map<String, Value>) -> Map<String, Value> {
    object.into_iter().map(|(name, value)| (name.to_lowercase(), value)).collect()
}

fn further(object: &Map<String, Value>, expected: &[&str]) -> Option<Finding> {
    let names: Vec<&str> = object.keys().map(String::as_str).filter(|name| !expected.contains(name)).collect();
    (!names.is_empty()).then(|| Finding::warn(format!("the object has further members: {}", names.join(", "))))
}

/// The body of the test `json`.
pub(super) fn message(body: &[u8]) -> Vec<Finding> {
    const EXPECTED: &str = "Hello, World!";
    let object = match parsed(body) {
        Ok(Value::Object(object)) => members(object),
        Ok(_) => return vec![Finding::fail(format!("the body must be an object; it is {}", shown(body)))],
        Err(found) => return found,
    };
    let mut found = Vec::from_iter(further(&object, &["message"]));
    match object.get("message") {
        Some(Value::String(text)) if text.eq_ignore_ascii_case(EXPECTED) => {}
        Some(other) => found.push(Finding::fail(format!("message must be '{EXPECTED}'; it is {other}"))),
        None => found.push(Finding::fail("the object has no member message")),
    }
    found
}

/// The body of the test `db`.
pub(super) fn world(body: &[u8]) -> Vec<Finding> {
    match parsed(body) {
        Ok(Value::Array(mut list)) if list.len() == 1 => {
            let mut found = vec![Finding::warn("the body is an array with an object; it must be the object")];
            found.extend(row(list.remove(0)));
            found
        }
        Ok(value) => row(value),
        Err(found) => found,
    }
}

fn row(value: Value) -> Vec<Finding> {
    let object = match value {
        Value::Object(object) => members(object),
        other => {
            return vec![Finding::fail(format!(
                "a row must be an object; it is {}",
                shown(other.to_string().as_bytes())
            ))];
        }
    };
    let mut found = Vec::from_iter(further(&object, &["id", "randomnumber"]));
    for (name, key) in [("id", "id"), ("randomNumber", "randomnumber")] {
        match object.get(key).map(|value| (value, value.as_i64())) {
            Some((_, Some(number))) if WORLD.contains(&number) => {}
            Some((_, Some(number))) => {
                found.push(Finding::warn(format!("{name} must be from 1 to 10000; it is {number}")));
            }
            Some((value, None)) => found.push(Finding::fail(format!("{name} must be an integer; it is {value}"))),
            None => found.push(Finding::fail(format!("the object has no member {name}"))),
        }
    }
    found
}

/// The body of the test `queries` that asked for two.
pub(super) fn list_of_two(body: &[u8]) -> Vec<Finding> {
    list(body, 2, true)
}

/// The other numbers that the test `queries` asks for. The largest is a matter of taste there: a warning.
pub(super) fn other_counts(path: &str, fetch: &mut dyn FnMut(&str) -> Result<Answer, String>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (asked, rows, fails) in [("0", 1, true), ("foo", 1, true), ("", 1, true), ("501", 500, false)] {
        let path = format!("{path}{asked}");
        let inside = match fetch(&path) {
            Ok(answer) if answer.status == 200 => list(&answer.body, rows, fails),
            Ok(answer) => vec![Finding { fails, message: format!("the status must be 200; it is {}", answer.status) }],
            Err(why) => vec![Finding { fails, message: why }],
        };
        let named = inside.into_iter().map(|one| Finding { message: format!("{path}: {}", one.message), ..one });
        found.extend(named);
    }
    found
}

fn list(body: &[u8], rows: usize, fails: bool) -> Vec<Finding> {
    let list = match parsed(body) {
        Ok(Value::Array(list)) => list,
        Ok(_) => return vec![Finding { fails, message: format!("the body must be an array; it is {}", shown(body)) }],
        Err(found) => return found.into_iter().map(|one| Finding { fails, ..one }).collect(),
    };
    let mut found = Vec::new();
    if list.len() != rows {
        found.push(Finding { fails, message: format!("the array must have {rows} objects; it has {}", list.len()) });
    }
    // One of a kind is enough: 500 rows may all be wrong in the same way.
    for one in list.into_iter().flat_map(row) {
        if !found.contains(&one) {
            found.push(one);
        }
    }
    found
}
