//! Everything that can be wrong with a suite, each with the message it gets. The snapshot is meant to be read.

use crate::house::House;
use std::fmt::Write;

/// A suite without mistakes.
const GOOD: &str = r#"schema = 1
name = "s"
about = "For tests."

[[benchmark]]
name = "noop"
about = "Nothing."
artifact = "noop.wasm"
sha256 = "HASH"
stdout = { text = "" }
requires = ["wasi-p1"]
tags = ["smoke"]
"#;

// The lines of `GOOD` that say which module.
const ARTIFACT: &str = "artifact = \"noop.wasm\"";
const MODULE: &str = "artifact = \"noop.wasm\"\nsha256 = \"HASH\"";

/// The line that says so for a module in a package.
macro_rules! fetch {
    ($registry:literal, $package:literal, $version:literal, $rest:literal) => {
        concat!(
            "fetch = { registry = \"",
            $registry,
            "\", package = \"",
            $package,
            "\", version = \"",
            $version,
            "\", package-sha256 = \"HASH\", ",
            $rest,
            " }"
        )
    };
}

/// What is wrong, the line that is replaced (none: something is added at the end), and what stands in its place.
const IN_THE_TEXT: &[(&str, &str, &str)] = &[
    ("no TOML", "about = \"Nothing.\"", "about = Nothing."),
    ("a later version", "schema = 1", "schema = 2\nnovelty = true"),
    ("no version", "schema = 1\n", ""),
    ("an unknown key of a suite", "schema = 1", "schema = 1\nauthor = \"me\""),
    ("an unknown key of a benchmark", "tags = [\"smoke\"]", "tag = [\"smoke\"]"),
    ("a missing key", "about = \"Nothing.\"\n", ""),
    ("a wrong type", "tags = [\"smoke\"]", "tags = \"smoke\""),
    ("no benchmarks", "[[benchmark]]", "[nothing]"),
    ("an empty about", "about = \"Nothing.\"", "about = \" \""),
    ("a bad name", "name = \"noop\"", "name = \"no op\""),
    (
        "two benchmarks of one name",
        "",
        "[[benchmark]]\nname = \"noop\"\nabout = \"Again.\"\nartifact = \"a.wat\"\ncheck = \"none\"",
    ),
    ("a bad tag", "tags = [\"smoke\"]", "tags = [\"smoke\", \"röntgen\"]"),
    ("a tag twice", "tags = [\"smoke\"]", "tags = [\"smoke\", \"smoke\"]"),
    ("no check", "stdout = { text = \"\" }\n", ""),
    ("two checks", "", "check = \"none\""),
    ("two expectations of stdout", "{ text = \"\" }", "{ text = \"\", file = \"x\" }"),
    ("no expectation of stdout", "{ text = \"\" }", "{}"),
    ("an unknown expectation of stdout", "{ text = \"\" }", "{ md5 = \"\" }"),
    ("an unknown check", "stdout = { text = \"\" }", "check = \"nothing\""),
    ("a result of a program", "stdout = { text = \"\" }", "result = \"42\""),
    ("an unknown kind", "", "kind = \"module\""),
    ("an unknown region", "", "region = \"main\""),
    ("an unknown feature", "[\"wasi-p1\"]", "[\"wasi-p1\", \"sidm\"]"),
    ("an undeclared parameter", "", "args = [\"{n}\"]"),
    (
        "another parameter than those declared",
        "",
        "args = [\"{m}\"]\nparameters.n = { default = \"1\", about = \"N.\" }",
    ),
    ("a single brace", "", "env = { K = \"a } b\" }"),
    ("a default out of range", "", "parameters.n = { default = \"1\", about = \"N.\", values = [\"2\", \"3\"] }"),
    ("a parameter without about", "", "parameters.n = { default = \"1\" }"),
    ("a value that fits no name", "", "parameters.n = { default = \"a b\", about = \"N.\" }"),
    (
        "a value among those allowed that fits no name",
        "",
        "parameters.n = { default = \"1\", about = \"N.\", values = [\"1\", \"(2)\"] }",
    ),
    (
        "a value by a tag that the benchmark lacks",
        "",
        "parameters.n = { default = \"1\", about = \"N.\", by-tag = { full = \"2\" } }",
    ),
    (
        "a value by tag out of range",
        "",
        "parameters.n = { default = \"1\", about = \"N.\", values = [\"1\", \"2\"], by-tag = { smoke = \"3\" } }",
    ),
    (
        "a value by tag that fits no name",
        "",
        "parameters.n = { default = \"1\", about = \"N.\", by-tag = { smoke = \"\" } }",
    ),
    (
        "a value by tag that is a number",
        "",
        "parameters.n = { default = \"1\", about = \"N.\", by-tag = { smoke = 3 } }",
    ),
    ("no artifact", "artifact = \"noop.wasm\"\n", ""),
    ("a strange artifact", "\"noop.wasm\"", "\"noop.exe\""),
    ("an absolute path", "\"noop.wasm\"", "\"/noop.wasm\""),
    ("a path out of the suite", "", "stdin = \"../../input\""),
    ("no SHA-256", "sha256 = \"HASH\"\n", ""),
    ("half a SHA-256", "sha256 = \"HASH\"", "sha256 = \"abcd\""),
    ("an artifact and a package", "", fetch!("pypi", "thing", "1.0", "file = \"x.wasm\"")),
    ("an unknown registry", MODULE, fetch!("cpan", "thing", "1.0", "file = \"x.wasm\"")),
    ("a package without a file", MODULE, fetch!("pypi", "thing", "1.0", "")),
    ("an unknown key of a package", MODULE, fetch!("pypi", "thing", "1.0", "path = \"x.wasm\"")),
    ("a flag for a package", ARTIFACT, fetch!("pypi", "--index", "1.0", "file = \"x.wasm\"")),
    ("a range of versions", ARTIFACT, fetch!("npm", "@a/thing", ">1", "file = \"x.wasm\"")),
    ("a package whose module has no SHA-256", MODULE, fetch!("npm", "thing", "1.0", "file = \"x.wasm\"")),
    ("artifact and flavours", "", "[[benchmark.flavour]]\nname = \"f\"\nartifact = \"f.wat\""),
    (
        "flavours and a common requires",
        "artifact = \"noop.wasm\"\nsha256 = \"HASH\"\n",
        "flavour = [{ name = \"f\", artifact = \"f.wat\" }]\n",
    ),
    (
        "two flavours of one name",
        "artifact = \"noop.wasm\"\nsha256 = \"HASH\"\nstdout = { text = \"\" }\nrequires = [\"wasi-p1\"]\n",
        "check = \"none\"\nflavour = [{ name = \"f\", artifact = \"f.wat\" }, { name = \"f\", artifact = \"g.wat\" }]\n",
    ),
];

/// The same for what shows only when files are read.
const IN_THE_FILES: &[(&str, &str, &str)] = &[
    ("another name than the folder's", "name = \"s\"", "name = \"t\""),
    ("a missing artifact", "\"noop.wasm\"", "\"nop.wasm\""),
    ("a folder for an artifact", "\"noop.wasm\"", "\"folder.wasm\""),
    (
        "another module",
        "sha256 = \"HASH\"",
        "sha256 = \"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"",
    ),
    ("bad text", "\"noop.wasm\"\nsha256 = \"HASH\"", "\"bad.wat\""),
    ("bytes that are no module", "\"noop.wasm\"", "\"elf.wasm\""),
    ("another kind", "", "kind = \"component\""),
    ("an unsaid component", "\"noop.wasm\"\nsha256 = \"HASH\"", "\"component.wat\""),
    ("too few features", "requires = [\"wasi-p1\"]", "requires = [\"simd\"]"),
    ("features not said at all", "requires = [\"wasi-p1\"]\n", ""),
    ("a region that is not bracketed", "", "region = \"bench\""),
    ("an export that is not there", "", "region = { export = \"anwser\" }"),
    ("no start", "\"noop.wasm\"\nsha256 = \"HASH\"", "\"library.wat\""),
    ("missing expected output", "{ text = \"\" }", "{ file = \"expected/noop.stdout\" }"),
    ("missing input", "", "stdin = \"input\""),
    ("missing files", "", "files = \"inputs\""),
];

fn message(old: &str, new: &str) -> String {
    let text = if old.is_empty() {
        format!("{GOOD}{new}\n")
    } else {
        assert!(GOOD.contains(old), "{old}");
        GOOD.replacen(old, new, 1)
    };
    let house = House::with_suite(&text);
    house.write("suites/s/folder.wasm/x", b"");
    house.write("suites/s/bad.wat", b"(module\n  (func (result i32) i32.cnst 1))\n");
    house.write("suites/s/elf.wasm", b"\x7fELF");
    house.write("suites/s/component.wat", b"(component)");
    house.write("suites/s/library.wat", b"(module (func (export \"add\")) (func (export \"sub\")))");
    house.told(&house.select("s").unwrap_err())
}

fn report(mistakes: &[(&str, &str, &str)]) -> String {
    let mut report = String::new();
    for (mistake, old, new) in mistakes {
        writeln!(report, "# {mistake}\n\n{}\n", message(old, new)).unwrap();
    }
    report
}

#[test]
fn the_suite_without_mistakes_is_good() {
    let house = House::with_suite(GOOD);
    assert_eq!(house.select("s").unwrap().len(), 1);
}

#[test]
fn mistakes_in_the_text() {
    insta::assert_snapshot!(report(IN_THE_TEXT));
}

#[test]
fn mistakes_that_files_show() {
    insta::assert_snapshot!(report(IN_THE_FILES));
}

#[test]
fn every_message_about_a_suite_has_a_place() {
    for (mistake, old, new) in IN_THE_TEXT.iter().chain(IN_THE_FILES) {
        let message = message(old, new);
        let place = message.strip_prefix("HOUSE/suites/s/suite.toml:").unwrap_or_default();
        assert!(place.starts_with(|digit: char| digit.is_ascii_digit()), "{mistake}: {message}");
        assert!(message.contains(" | ") && message.ends_with('^'), "{mistake}: {message}");
    }
}
