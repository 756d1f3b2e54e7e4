//! Each rule by an answer that breaks just it.

#![allow(clippy::unwrap_used, reason = "tests")]

use super::{Answer, DATE_PAUSE, FORTUNES, Finding, verify};
use std::time::Duration;

const FIRST: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
const LATER: &str = "Sun, 06 Nov 1994 08:49:40 GMT";

fn answer(content_type: &str, body: impl AsRef<[u8]>) -> Answer {
    let body = body.as_ref().to_vec();
    let length = body.len().to_string();
    let headers = [("Server", "x"), ("Date", FIRST), ("Content-Type", content_type), ("Content-Length", &length)];
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Answer { status: 200, headers, body }
}

fn set(answer: &mut Answer, name: &str, value: &str) {
    let found = answer.headers.iter_mut().find(|(header, _)| header == name);
    value.clone_into(&mut found.unwrap().1);
}

fn remove(answer: &mut Answer, name: &str) {
    answer.headers.retain(|(header, _)| header != name);
}

fn plain() -> Answer {
    answer("text/plain", "Hello, World!")
}

/// What `/queries?queries=` gives, by a server that does it right.
fn queries(path: &str) -> Answer {
    let asked = path.strip_prefix("/queries?queries=").unwrap();
    let rows = asked.parse().unwrap_or(1).clamp(1, 500);
    let rows: Vec<String> = (1..=rows).map(|id| format!("{{\"id\":{id},\"randomNumber\":7}}")).collect();
    answer("application/json", format!("[{}]", rows.join(",")))
}

fn fortunes() -> String {
    let mut rows: Vec<(usize, &str)> = FORTUNES.iter().enumerate().map(|(at, text)| (at + 1, *text)).collect();
    rows.push((0, "Additional fortune added at request time."));
    // The order that the reference gives.
    let order = [11, 4, 5, 2, 8, 0, 3, 7, 10, 6, 9, 1, 12];
    rows.sort_by_key(|(id, _)| order.iter().position(|one| one == id));
    let rows: Vec<String> = rows
        .iter()
        .map(|(id, text)| {
            let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
            format!("<tr><td>{id}</td><td>{}</td></tr>", text.replace('\'', "&#39;"))
        })
        .collect();
    let head = "<head><title>Fortunes</title></head>";
    let table = format!("<table><tr><th>id</th><th>message</th></tr>{}</table>", rows.concat());
    format!("<!DOCTYPE html><html>{head}<body>{table}</body></html>")
}

fn html(body: &str) -> Answer {
    answer("text/html; charset=utf-8", body)
}

/// Verifies a server that gives these answers, a later date the second time.
fn verified(test: &str, path: &str, give: impl Fn(&str) -> Answer) -> Vec<Finding> {
    let paused = std::cell::Cell::new(Duration::ZERO);
    let mut fetch = |asked: &str| {
        let mut answer = give(asked);
        if paused.get() == DATE_PAUSE && answer.header("Date") == Some(FIRST) {
            set(&mut answer, "Date", LATER);
        }
        Ok(answer)
    };
    verify(test, path, &mut fetch, &mut |pause| paused.set(paused.get() + pause))
}

fn right(test: &str, path: &str, give: impl Fn(&str) -> Answer) {
    assert_eq!(verified(test, path, give), [], "{test}");
}

/// One finding, which fails and holds these words.
fn fails(test: &str, path: &str, words: &str, give: impl Fn(&str) -> Answer) {
    one(test, path, true, words, give);
}

fn warns(test: &str, path: &str, words: &str, give: impl Fn(&str) -> Answer) {
    one(test, path, false, words, give);
}

fn one(test: &str, path: &str, fails: bool, words: &str, give: impl Fn(&str) -> Answer) {
    let found = verified(test, path, give);
    let [only] = found.as_slice() else { panic!("{test}, '{words}': {found:#?}") };
    assert_eq!(only.fails, fails, "{}", only.message);
    assert!(only.message.contains(words), "{}", only.message);
}

#[test]
fn right_answers_have_no_findings() {
    right("plaintext", "/plaintext", |_| plain());
    right("plaintext", "/plaintext", |_| answer("text/plain; charset=utf-8", "hello, world!"));
    right("json", "/json", |_| answer("application/json", r#"{"Message":"Hello, World!"}"#));
    right("db", "/db", |_| answer("application/json;charset=UTF-8", r#"{"id":1,"randomnumber":10000}"#));
    right("queries", "/queries?queries=", queries);
    right("fortunes", "/fortunes", |_| html(&fortunes()));
}

#[test]
fn a_test_without_rules_is_named() {
    fails("updates", "/updates", "no rule for 'updates'; there are those for plaintext, json", |_| plain());
}

#[test]
fn headers_are_mandatory() {
    for name in ["Server", "Content-Type"] {
        fails("plaintext", "/plaintext", &format!("the header {name} is missing"), |_| {
            let mut answer = plain();
            remove(&mut answer, name);
            answer
        });
    }
    fails("plaintext", "/plaintext", "the header Date is missing", |_| {
        let mut answer = plain();
        remove(&mut answer, "Date");
        answer
    });
    fails("plaintext", "/plaintext", "Content-Length or Transfer-Encoding", |_| {
        let mut answer = plain();
        remove(&mut answer, "Content-Length");
        answer
    });
}

#[test]
fn names_of_headers_have_no_case_and_chunks_need_no_length() {
    right("plaintext", "/plaintext", |_| {
        let mut answer = plain();
        remove(&mut answer, "Content-Length");
        answer.headers.push(("transfer-encoding".to_owned(), "chunked".to_owned()));
        for (name, _) in &mut answer.headers[..1] {
            *name = name.to_lowercase();
        }
        answer
    });
}

#[test]
fn the_date_moves() {
    let waited = std::cell::Cell::new(Duration::ZERO);
    let found = verify("plaintext", "/plaintext", &mut |_| Ok(plain()), &mut |pause| waited.set(pause));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].fails && found[0].message.contains("still 'Sun, 06 Nov 1994 08:49:37 GMT'"), "{found:?}");
    assert_eq!(waited.get(), Duration::from_secs(3));
}

#[test]
fn a_date_of_another_form_is_a_warning() {
    for wrong in ["1994-11-06T08:49:37Z", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT"] {
        let times = std::cell::Cell::new(0);
        warns("plaintext", "/plaintext", "is no date", |_| {
            times.set(times.get() + 1);
            let mut answer = plain();
            set(&mut answer, "Date", if times.get() == 1 { wrong } else { LATER });
            answer
        });
    }
}

#[test]
fn content_types_are_whole() {
    let hello = r#"{"message":"Hello, World!"}"#;
    fails("plaintext", "/plaintext", "must be text/plain, with or without", |_| answer("text/html", "Hello, World!"));
    fails("plaintext", "/plaintext", "Content-Type", |_| answer("text/plain; charset=latin-1", "Hello, World!"));
    fails("json", "/json", "must be application/json, with or", |_| answer("text/json", hello));
    fails("json", "/json", "it is 'application/jsonp'", |_| answer("application/jsonp", hello));
    fails("fortunes", "/fortunes", "must be text/html; charset=utf-8", |_| answer("text/html", fortunes()));
}

#[test]
fn the_status_is_200() {
    let with_status = |mut answer: Answer| {
        answer.status = 201;
        answer
    };
    fails("plaintext", "/plaintext", "the status must be 200; it is 201", |_| with_status(plain()));
    fails("queries", "/queries?queries=", "?queries=0: the status must be 200", |path| {
        if path.ends_with("=0") { with_status(queries(path)) } else { queries(path) }
    });
    // As the rules there have it.
    right("fortunes", "/fortunes", |_| with_status(html(&fortunes())));
}

#[test]
fn paths_have_a_length() {
    fails("plaintext", "/plain", "at least 10 characters; it is /plain", |_| plain());
}

#[test]
fn a_server_that_is_not_there_is_said() {
    let found = verify("json", "/json", &mut |_| Err("connection refused".to_owned()), &mut |_| {});
    assert_eq!(found, [Finding::fail("/json: connection refused")]);
}

#[test]
fn plaintext_is_a_greeting() {
    fails("plaintext", "/plaintext", "it is \"Hello!\"", |_| answer("text/plain", "Hello!"));
    fails("plaintext", "/plaintext", "it is empty", |_| answer("text/plain", ""));
    warns("plaintext", "/plaintext", "2 bytes beside", |_| answer("text/plain", "Hello, World!\r\n"));
}

#[test]
fn json_is_an_object_with_a_message() {
    let give = |body: &'static str| move |_: &str| answer("application/json", body);
    fails("json", "/json", "the body is no JSON", give("{message:1}"));
    fails("json", "/json", "it is empty", give(""));
    fails("json", "/json", "must be an object", give(r#"["Hello, World!"]"#));
    fails("json", "/json", "no member message", give("{}"));
    fails("json", "/json", "it is \"Hello\"", give(r#"{"message":"Hello"}"#));
    warns("json", "/json", "further members: more", give(r#"{"message":"hello, world!","more":1}"#));
}

#[test]
fn db_is_a_row() {
    let give = |body: &'static str| move |_: &str| answer("application/json", body);
    fails("db", "/db", "no member randomNumber", give(r#"{"id":1}"#));
    fails("db", "/db", "no member id", give(r#"{"randomNumber":1}"#));
    fails("db", "/db", "id must be an integer; it is \"1\"", give(r#"{"id":"1","randomNumber":1}"#));
    fails("db", "/db", "randomNumber must be an integer; it is 1.5", give(r#"{"id":1,"randomNumber":1.5}"#));
    fails("db", "/db", "must be an object; it is \"[]\"", give("[]"));
    warns("db", "/db", "from 1 to 10000; it is 10001", give(r#"{"id":10001,"randomNumber":1}"#));
    warns("db", "/db", "from 1 to 10000; it is 0", give(r#"{"id":1,"randomNumber":0}"#));
    warns("db", "/db", "further members: name", give(r#"{"id":1,"randomNumber":1,"name":"x"}"#));
    warns("db", "/db", "an array with an object", give(r#"[{"id":1,"randomNumber":1}]"#));
}

#[test]
fn queries_are_as_many_as_asked_for() {
    let but = |asked: &'static str, body: &'static str| {
        move |path: &str| match path.strip_suffix(asked) {
            Some("/queries?queries=") => answer("application/json", body),
            _ => queries(path),
        }
    };
    let row = r#"{"id":1,"randomNumber":1}"#;
    fails("queries", "/queries?queries=", "must have 2 objects; it has 0", but("2", "[]"));
    fails("queries", "/queries?queries=", "queries=0: the array must have 1 objects; it has 0", but("0", "[]"));
    fails("queries", "/queries?queries=", "queries=foo: the body is no JSON", but("foo", "no number"));
    fails("queries", "/queries?queries=", "queries=: the body must be an array", but("", row));
    warns("queries", "/queries?queries=", "queries=501: the array must have 500 objects", but("501", "[]"));
    fails("queries", "/queries?queries=", "no member randomNumber", but("2", r#"[{"id":1},{"id":2}]"#));
    fails("queries", "/queries?queries=", "must be an object; it is \"7\"", but("foo", "[7]"));
}

#[test]
fn fortunes_may_be_written_in_many_ways() {
    let page = fortunes();
    let ways = [
        page.replace("&#39;", "'").replace("&quot;", "\"").replace("&gt;", ">"),
        page.replace("&#39;", "&apos;").replace("&quot;", "&#x22;").replace("&gt;", "&#62;").replace("&lt;", "&#60;"),
        page.replace('+', "&#43;").replace('(', "&#40;").replace(')', "&#x29;").replace('—', "&mdash;"),
        page.replace("<!DOCTYPE html>", "<!doctype HTML>\n").replace("<tr>", "\n  <TR class=\"row\">\n"),
        page.replace("<title>", "<meta charset=\"utf-8\"/><link href=x><script src=\"x\"></script><title>"),
        page.replace("<table>", "<!-- <b> --><table id=t><thead></thead><tbody>")
            .replace("</table>", "</tbody></table>"),
    ];
    for way in ways {
        right("fortunes", "/fortunes", |_| html(&way));
    }
}

#[test]
fn fortunes_are_all_there_escaped_and_in_order() {
    let page = fortunes();
    let gives = |page: String| move |_: &str| html(&page);
    let without = |part: &str, with: &str| {
        let changed = page.replacen(part, with, 1);
        assert_ne!(changed, page, "{part}");
        gives(changed)
    };
    fails("fortunes", "/fortunes", "found <html>", without("<!DOCTYPE html>", ""));
    fails("fortunes", "/fortunes", "found \"Fortune cookies\"", without("Fortunes", "Fortune cookies"));
    fails("fortunes", "/fortunes", "found \"alert(", without("&lt;script&gt;", "<script>"));
    fails("fortunes", "/fortunes", "expected \"4\", found \"5\"", without("<tr><td>4</td>", "<tr><td>5</td>"));
    fails(
        "fortunes",
        "/fortunes",
        "found \"フレームワーク\"",
        without("フレームワークのベンチマーク", "フレームワーク"),
    );
    fails("fortunes", "/fortunes", "&#x2014; Donald", without("— Donald", "&#x2014; Donald"));
    fails("fortunes", "/fortunes", "found the end", without("</html>", ""));
    fails("fortunes", "/fortunes", "expected the end, found \"more\"", without("</html>", "</html>more"));
    let additional = "<tr><td>0</td><td>Additional fortune added at request time.</td></tr>";
    fails("fortunes", "/fortunes", "expected \"0\", found \"3\"", without(additional, ""));
    fails("fortunes", "/fortunes", "not UTF-8", |_| answer("text/html;charset=utf-8", [0xff, 0xfe]));
    fails("fortunes", "/fortunes", "at the start: expected <!doctype html>, found the end", gives(String::new()));
}
