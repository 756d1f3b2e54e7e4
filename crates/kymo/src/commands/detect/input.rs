//! A bare series from a file: lines or JSON, with or without the commits' names.

use crate::error::CliError;
use serde_json::Value;
use std::io::Read;
use std::path::Path;

/// What the file must hold, for whoever gave another one.
const FORMS: &str = "a series is lines VALUE or COMMIT,VALUE, or a JSON array of numbers, [commit, value] or {\"commit\": …, \"value\": …}";

/// A value, and the commit that it was measured at, if the file names one.
#[derive(Debug, PartialEq)]
pub struct Point {
    pub commit: Option<String>,
    pub value: f64,
}

/// The series and where it comes from.
#[derive(Debug, PartialEq)]
pub struct Series {
    pub name: String,
    pub points: Vec<Point>,
}

/// Reads a file, or standard input for `-`.
pub fn read(path: &Path) -> Result<Series, CliError> {
    let is_stdin = path.as_os_str() == "-";
    let name = if is_stdin { "standard input".to_owned() } else { path.display().to_string() };
    let mut bytes = Vec::new();
    let read = if is_stdin {
        std::io::stdin().lock().read_to_end(&mut bytes).map(drop)
    } else {
        std::fs::read(path).map(|content| bytes = content)
    };
    read.map_err(|error| CliError::usage(format!("cannot read {name}: {error}")))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        CliError::usage(format!("{name} is no text in UTF-8: byte {place} is none of it")).with_hint(FORMS)
    })?;
    let points = parse(&text)
        .map_err(|(place, problem)| CliError::usage(format!("{name}{place}: {problem}")).with_hint(FORMS))?;
    Ok(Series { name, points })
}

/// Where in the file, to be put behind its name, and what is wrong there.
type Problem = (String, String);

fn parse(text: &str) -> Result<Vec<Point>, Problem> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match text.trim_start().chars().next() {
        None => Err((String::new(), "it is empty".to_owned())),
        Some('[' | '{') => json(text),
        Some(_) => lines(text),
    }
}

/// Lines of one or of two columns, all alike. Empty ones are passed over.
fn lines(text: &str) -> Result<Vec<Point>, Problem> {
    let mut points = Vec::new();
    let mut first: Option<(usize, usize)> = None;
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let problem = |what: String| (format!(":{}", index + 1), what);
        let cells: Vec<&str> = line.split(',').map(unquoted).collect();
        if cells.len() > 2 {
            return Err(problem(format!("{} columns, where at most two are known", cells.len())));
        }
        let is_first = first.is_none();
        let (first_line, columns) = *first.get_or_insert((index + 1, cells.len()));
        if cells.len() != columns {
            return Err(problem(format!("{} here, and {columns} in line {first_line}", columns_of(cells.len()))));
        }
        // Two cells at most, and a line is never without one.
        let (commit, value) = match cells.as_slice() {
            [commit, value] => (Some(*commit), *value),
            other => (None, other.first().copied().unwrap_or_default()),
        };
        // A header is the first line, and its last cell has no digit; `nan` and `inf` are no header.
        let is_header = is_first && value.parse::<f64>().is_err() && !value.contains(|c: char| c.is_ascii_digit());
        if is_header && !value.is_empty() {
            continue;
        }
        if commit == Some("") {
            return Err(problem("the commit has no name".to_owned()));
        }
        let value = number(value).map_err(problem)?;
        points.push(Point { commit: commit.map(str::to_owned), value });
    }
    Ok(points)
}

fn columns_of(count: usize) -> &'static str {
    if count == 1 { "1 column" } else { "2 columns" }
}

fn unquoted(cell: &str) -> &str {
    let cell = cell.trim();
    cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"')).unwrap_or(cell)
}

fn number(text: &str) -> Result<f64, String> {
    if text.is_empty() {
        return Err("the value is missing".to_owned());
    }
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        Ok(_) => Err(format!("'{text}' is not finite")),
        Err(_) => Err(format!("'{text}' is no number")),
    }
}

/// An array whose elements are all of one form.
fn json(text: &str) -> Result<Vec<Point>, Problem> {
    let document: Value = serde_json::from_str(text).map_err(|error| {
        let what = error.to_string();
        let what = what.split(" at line ").next().unwrap_or_default().to_owned();
        (format!(":{}:{}", error.line(), error.column()), format!("this is no JSON: {what}"))
    })?;
    let Value::Array(elements) = document else {
        return Err((String::new(), "the document is an object, where an array is meant".to_owned()));
    };
    let mut points = Vec::with_capacity(elements.len());
    for (index, element) in elements.iter().enumerate() {
        let problem = |what: String| (String::new(), format!("element {}, counted from 1: {what}", index + 1));
        let point = point(element).map_err(problem)?;
        let names = |point: &Point| point.commit.is_some();
        if points.first().is_some_and(|first| names(first) != names(&point)) {
            let (here, first) = if names(&point) { ("a", "none") } else { ("no", "one") };
            return Err(problem(format!("it names {here} commit, and the first names {first}")));
        }
        points.push(point);
    }
    Ok(points)
}

fn point(element: &Value) -> Result<Point, String> {
    let (commit, value) = match element {
        Value::Array(pair) => match pair.as_slice() {
            [commit, value] => (Some(commit), value),
            other => return Err(format!("an array of {}, where [commit, value] is meant", other.len())),
        },
        Value::Object(object) => {
            let value = object.get("value").ok_or("it has no \"value\"")?;
            (object.get("commit"), value)
        }
        value => (None, value),
    };
    let commit = match commit {
        None => None,
        Some(Value::String(name)) if !name.is_empty() => Some(name.clone()),
        Some(Value::Number(name)) => Some(name.to_string()),
        Some(other) => return Err(format!("{other} is no name of a commit")),
    };
    match value.as_f64() {
        Some(value) => Ok(Point { commit, value }),
        None => Err(format!("{value} is no number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<f64> {
        parse(text).unwrap().into_iter().map(|point| point.value).collect()
    }

    #[test]
    fn every_form_is_read() {
        let bare = [1.0, 2.5, -3.0];
        for text in
            ["1\n2.5\n-3\n", "\u{feff}1\r\n\r\n2.5\r\n-3e0", "time\n1\n2.5\n-3", "[1, 2.5, -3]", " [1,2.5,\n-3]"]
        {
            assert_eq!(values(text), bare, "{text}");
        }
        let named = ["commit,value\na,1\nb, 2.5\n\"c\",-3\n", "a,1\nb,2.5\nc,-3", r#"[["a",1],["b",2.5],["c",-3]]"#];
        for text in named.iter().chain(&[r#"[{"commit":"a","value":1},{"value":2.5,"commit":"b"},["c",-3]]"#]) {
            let points = parse(text).unwrap();
            assert_eq!(values(text), bare);
            let names: Vec<_> = points.iter().filter_map(|point| point.commit.as_deref()).collect();
            assert_eq!(names, ["a", "b", "c"]);
        }
        assert_eq!(parse("[[17, 1]]").unwrap()[0].commit.as_deref(), Some("17"));
        assert_eq!(parse("value\n"), Ok(Vec::new()));
        assert_eq!(parse("[]"), Ok(Vec::new()));
    }
}
