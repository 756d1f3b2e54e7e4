//! What can be wrong with the engines of a suite, and with what its flavours are compared with. The snapshot is meant to
//! be read.

use crate::house::House;
use std::fmt::Write;

/// A suite without mistakes.
const GOOD: &str = r#"schema = 1
name = "s"
about = "For tests."
engines = ["wasmtime", "wasmi"]
base-flavour = "plain"

[[benchmark]]
name = "nothing"
about = "A program that does nothing."
artifact = "noop.wat"
check = "none"

[[benchmark]]
name = "several"
about = "A program without the base flavour."
check = "none"
flavour = [{ name = "f", artifact = "noop.wat" }, { name = "g", artifact = "noop.wat" }]

[[benchmark]]
name = "sum"
about = "One program, two ways."
check = "none"
size-baseline = "nothing"

[[benchmark.flavour]]
name = "plain"
artifact = "noop.wat"

[[benchmark.flavour]]
name = "fast"
artifact = "noop.wat"

[[benchmark.flavour.published]]
of = "run-time"
ratio = 0.5
label = "1.0"
source = "a talk"
"#;

const BASE: &str = "base-flavour = \"plain\"\n";
const BASELINE: &str = "size-baseline = \"nothing\"";

/// What is wrong, the text that is replaced, and what stands in its place.
const MISTAKES: &[(&str, &str, &str)] = &[
    ("no engine", "[\"wasmtime\", \"wasmi\"]", "[\"wasmtime\", \"wasmtime[winch\"]"),
    ("an engine twice", "[\"wasmtime\", \"wasmi\"]", "[\"wasmtime[a, b]\", \"wasmtime[a,b]\"]"),
    ("engines that are no list", "[\"wasmtime\", \"wasmi\"]", "\"wasmtime\""),
    ("a base flavour that nobody has", BASE, "base-flavour = \"slow\"\n"),
    ("a base flavour that is no name", BASE, "base-flavour = \"\"\n"),
    ("a published figure without a base flavour", BASE, ""),
    ("a baseline that is not there", BASELINE, "size-baseline = \"nothign\""),
    ("a baseline with several modules", BASELINE, "size-baseline = \"several\""),
    ("a baseline's flavour that is not there", BASELINE, "size-baseline = \"several:h\""),
    ("a baseline where the base flavour is missing", "flavour = [{", "size-baseline = \"nothing\"\nflavour = [{"),
    ("a ratio of zero", "ratio = 0.5", "ratio = 0"),
    ("published figures of the base flavour", BASE, "base-flavour = \"fast\"\n"),
    ("a figure of nothing that is known", "of = \"run-time\"", "of = \"speed\""),
    ("a ratio below zero", "ratio = 0.5", "ratio = -2.0"),
    ("a ratio that is no number", "ratio = 0.5", "ratio = nan"),
    ("a text for a ratio", "ratio = 0.5", "ratio = \"2\""),
    ("no source", "source = \"a talk\"\n", ""),
    ("an empty source", "source = \"a talk\"", "source = \" \""),
    ("an empty label", "label = \"1.0\"", "label = \"\""),
    ("an unknown key of a figure", "label = \"1.0\"", "version = \"1.0\""),
];

fn house(text: &str) -> House {
    let house = House::with_suite(text);
    house.write("suites/s/noop.wat", b"(module (func (export \"_start\")))");
    house
}

#[test]
fn mistakes_in_references() {
    assert_eq!(house(GOOD).select("s").unwrap().len(), 5);
    let mut report = String::new();
    for (mistake, old, new) in MISTAKES {
        assert!(GOOD.contains(old), "{old}");
        let house = house(&GOOD.replacen(old, new, 1));
        let message = house.told(&house.select("s").unwrap_err());
        assert!(message.starts_with("HOUSE/suites/s/suite.toml:"), "{mistake}: {message}");
        writeln!(report, "# {mistake}\n\n{message}\n").unwrap();
    }
    insta::assert_snapshot!(report);
}

#[test]
fn a_baseline_needs_a_base_flavour_to_compare_with() {
    let (without_figures, _) = GOOD.split_once("[[benchmark.flavour.published]]").unwrap();
    let house = house(&without_figures.replacen(BASE, "", 1));
    let message = house.told(&house.select("s").unwrap_err());
    assert!(
        message.contains("sum.size-baseline: sizes are compared with a base flavour; add base-flavour"),
        "{message}"
    );
}

#[test]
fn a_baseline_with_flavours_is_named_with_one() {
    let house = house(&GOOD.replacen(BASELINE, "size-baseline = \"several:g\"", 1));
    let sum = house.select("s/sum:fast").unwrap().remove(0).benchmark;
    assert_eq!(sum.reference.unwrap().size_baseline.unwrap().benchmark.as_str(), "s/several:g");
}
