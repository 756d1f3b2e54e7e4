//! A file with several requests and their weights, as TOML or JSON. What is wrong in it is found while it is read, so
//! that every fault has its line and column.

use crate::error::CliError;
use crate::parse::load as read;
use kymo_load::{Expect, RequestSpec};
use serde::{Deserialize, Deserializer};
use std::path::{Path, PathBuf};

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mix {
    #[serde(deserialize_with = "some")]
    request: Vec<Request>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    #[serde(default = "one", deserialize_with = "weight")]
    weight: f64,
    #[serde(default, deserialize_with = "method")]
    method: Option<String>,
    #[serde(deserialize_with = "path")]
    path: String,
    #[serde(default, deserialize_with = "headers")]
    headers: Vec<(String, String)>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    body_file: Option<PathBuf>,
    #[serde(default)]
    expect: Expected,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    #[serde(default, deserialize_with = "status")]
    status: Option<u16>,
    contains: Option<String>,
    body: Option<String>,
    body_file: Option<PathBuf>,
}

fn one() -> f64 {
    1.0
}

fn some<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Request>, D::Error> {
    let requests = Vec::deserialize(from)?;
    if requests.is_empty() { Err(serde::de::Error::custom("there is no request")) } else { Ok(requests) }
}

fn weight<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    let weight = f64::deserialize(from)?;
    let fits = weight > 0.0 && weight <= 1e9;
    if fits { Ok(weight) } else { Err(serde::de::Error::custom("a weight is a number above zero, up to 1e9")) }
}

fn method<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    read::method(&String::deserialize(from)?).map(Some).map_err(serde::de::Error::custom)
}

fn path<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let path = String::deserialize(from)?;
    // A blank or a line's end would break out of the request's first line.
    let fits = path.starts_with('/') && path.chars().all(|letter| letter.is_ascii_graphic());
    let wrong = "a path begins with / and has no blanks and only ASCII; others are written as %20";
    if fits { Ok(path) } else { Err(serde::de::Error::custom(wrong)) }
}

fn headers<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<(String, String)>, D::Error> {
    let fields = Vec::<String>::deserialize(from)?;
    let fields = fields.iter().map(|field| match read::header(field) {
        Ok((name, _)) if name.eq_ignore_ascii_case("host") => Err("Host is for all requests: give it by -H".to_owned()),
        other => other,
    });
    fields.collect::<Result<_, _>>().map_err(serde::de::Error::custom)
}

fn status<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u16>, D::Error> {
    let status = u16::deserialize(from)?;
    let fits = (200..=599).contains(&status);
    if fits { Ok(Some(status)) } else { Err(serde::de::Error::custom("a status is a number from 200 to 599")) }
}

/// Reads the requests of a file; each sends the header fields `common` first.
///
/// # Errors
/// One that names the file, and where the fault is.
pub fn read(file: &Path, common: &[(String, String)]) -> Result<Vec<RequestSpec>, CliError> {
    let name = file.display();
    let text =
        std::fs::read_to_string(file).map_err(|error| CliError::usage(format!("cannot read {name}: {error}")))?;
    let folder = file.parent().unwrap_or(Path::new(""));
    parse(&text, file.extension().is_some_and(|ending| ending == "json"))
        .map_err(|fault| CliError::usage(format!("{name}: {fault}")))?
        .request
        .into_iter()
        .enumerate()
        .map(|(number, request)| {
            let fault = |what: String| CliError::usage(format!("{name}: request {}: {what}", number + 1));
            let content = |text: Option<String>, path: Option<PathBuf>, what: &str| match (text, path) {
                (Some(_), Some(_)) => {
                    Err(fault(format!("{what} is given as text and as a file; one of them is needed")))
                }
                (Some(text), None) => Ok(Some(text.into_bytes())),
                // Beside the mix: it can be moved with its files.
                (None, Some(path)) => {
                    let read = std::fs::read(folder.join(&path));
                    read.map(Some).map_err(|error| fault(format!("cannot read {}: {error}", path.display())))
                }
                (None, None) => Ok(None),
            };
            let body = content(request.body, request.body_file, "the body")?;
            let expected = content(request.expect.body, request.expect.body_file, "the expected body")?;
            let method = request.method.unwrap_or_else(|| if body.is_some() { "POST" } else { "GET" }.to_owned());
            Ok(RequestSpec {
                weight: request.weight,
                method,
                path: request.path,
                headers: [common, &request.headers].concat(),
                body: body.unwrap_or_default(),
                expect: Expect {
                    status: request.expect.status,
                    body: expected,
                    contains: request.expect.contains.map(String::into_bytes),
                },
            })
        })
        .collect()
}

fn parse(text: &str, json: bool) -> Result<Mix, String> {
    if json {
        serde_json::from_str(text).map_err(|error| error.to_string())
    } else {
        toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_say_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        file("post.json", "{\"a\": 1}");
        let toml = "[[request]]\nweight = 9\npath = \"/a?b=c\"\nheaders = [\"Accept: text/html\"]\n\
                    [[request]]\npath = \"/post\"\nbody_file = \"post.json\"\nexpect = { status = 201, contains = \"ok\" }\n";
        let json = r#"{"request": [
            {"weight": 9, "path": "/a?b=c", "headers": ["Accept: text/html"]},
            {"path": "/post", "body_file": "post.json", "expect": {"status": 201, "contains": "ok"}}]}"#;
        let common = [("X".to_owned(), "y".to_owned())];
        let of_toml = read(&file("mix.toml", toml), &common).unwrap();
        assert_eq!(of_toml, read(&file("mix.json", json), &common).unwrap());
        let [a, b] = of_toml.as_slice() else { panic!("{of_toml:?}") };
        assert_eq!((a.weight, a.method.as_str(), a.headers.len()), (9.0, "GET", 2));
        assert_eq!((b.weight, b.method.as_str(), b.body.as_slice()), (1.0, "POST", b"{\"a\": 1}".as_slice()));
        assert_eq!((b.expect.status, b.expect.contains.as_deref()), (Some(201), Some(b"ok".as_slice())));
    }

    #[test]
    fn faults_have_a_line() {
        let mut told = String::new();
        for text in [
            "",
            "request = []",
            "[[request]]\npath = \"x\"\n",
            "[[request]]\npath = \"/a b\"\n",
            "[[request]]\npath = \"/\"\nweight = 0\n",
            "[[request]]\npath = \"/\"\nwieght = 1\n",
            "[[request]]\npath = \"/\"\nheaders = [\"Host: x\"]\n",
            "[[request]]\npath = \"/\"\nexpect = { status = 99 }\n",
        ] {
            told.push_str(&format!("{text:?}\n{}\n\n", parse(text, false).err().unwrap()));
        }
        for text in ["{", "{\"request\": [{\"path\": \"/\", \"weight\": -1}]}"] {
            told.push_str(&format!("{text:?}\n{}\n\n", parse(text, true).err().unwrap()));
        }
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!("mix_faults", told));
    }
}
