//! What targets, tags and parameters select.

use crate::house::House;
use kymo_model::{Check, Feature, ModuleKind, Published, PublishedOf, Ratio, Region};
use kymo_suite::{Selection, SuiteError, Suites};
use std::collections::{BTreeMap, BTreeSet};

const SUITE: &str = r#"schema = 1
name = "s"
about = "For tests."

[[benchmark]]
name = "noop"
about = "Nothing."
artifact = "noop.wasm"
sha256 = "HASH"
stdout = { text = "" }
requires = ["wasi-p1", "simd"]
tags = ["smoke", "full"]
exit-code = 3
args = ["--size", "{n}", "{{n}}"]
env = { SIZE = "{n}" }
stdin = "input-{n}"
files = "files"
warmup = 4
source = "noop.c"
build = "cc noop.c"
native = { artifact = "noop.so" }
parameters.n = { default = "100", about = "How much.", values = ["10", "100"] }

[[benchmark]]
name = "answer"
about = "A call."
artifact = "noop.wasm"
sha256 = "HASH"
result = "42"
region = { export = "answer" }
requires = ["wasi-p1"]
tags = ["full"]

[[benchmark]]
name = "sum"
about = "One program, two ways."
check = "none"

[[benchmark.flavour]]
name = "one"
artifact = "one.wat"

[[benchmark.flavour]]
name = "two"
artifact = "two.wat"
requires = ["simd"]
"#;

fn house() -> House {
    house_with(SUITE)
}

fn house_with(text: &str) -> House {
    let house = House::with_suite(text);
    house.write("suites/s/input-10", b"10");
    house.write("suites/s/input-100", b"100");
    house.write("suites/s/files/data", b"x");
    house.write("suites/s/one.wat", b"(module (func (export \"_start\")))");
    let two = r#"(module (import "bench" "start" (func)) (import "bench" "end" (func))
        (func (export "_start") (local v128)))"#;
    house.write("suites/s/two.wat", two.as_bytes());
    house
}

fn names(house: &House, target: &str, tags: &[&str]) -> Vec<String> {
    let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
    let selection = Selection { tags, parameters: BTreeMap::new() };
    let selected = house.suites().select(target, &selection, &house.cache()).unwrap();
    selected.into_iter().map(|selected| selected.benchmark.name.to_string()).collect()
}

#[test]
fn targets_name_suites_benchmarks_and_flavours() {
    let house = house();
    let all = ["s/noop", "s/answer", "s/sum:one", "s/sum:two"];
    assert_eq!(names(&house, "s", &[]), all);
    assert_eq!(names(&house, "s/", &[]), all);
    assert_eq!(names(&house, "s/sum", &[]), ["s/sum:one", "s/sum:two"]);
    assert_eq!(names(&house, "s/sum:two", &[]), ["s/sum:two"]);
    assert_eq!(names(&house, "s", &["full"]), ["s/noop", "s/answer"]);
    assert_eq!(names(&house, "s", &["smoke", "full"]), ["s/noop", "s/answer"]);
    assert_eq!(names(&house, &house.path("suites/s").display().to_string(), &[]), all);
    assert_eq!(names(&house, &house.path("suites/s/suite.toml").display().to_string(), &[]), all);
}

#[test]
fn everything_a_suite_says_reaches_the_benchmark() {
    let house = house();
    let benchmark = house.select("s/noop").unwrap().remove(0).benchmark;
    let path = |path: &str| house.path("suites/s").join(path).display().to_string();
    assert_eq!(benchmark.path, path("noop.wasm"));
    assert_eq!(benchmark.args, ["--size", "100", "{n}"]);
    assert_eq!(benchmark.env, BTreeMap::from([("SIZE".to_owned(), "100".to_owned())]));
    assert_eq!(benchmark.stdin, Some(path("input-100")));
    assert_eq!(benchmark.dirs, BTreeMap::from([(".".to_owned(), path("files"))]));
    assert_eq!(benchmark.exit_code, 3);
    assert_eq!(benchmark.warmup, 4);
    assert_eq!(benchmark.kind, ModuleKind::Core);
    assert_eq!(benchmark.region, Region::Start);
    assert_eq!(benchmark.requires, BTreeSet::from([Feature::WasiP1, Feature::Simd]));
    assert_eq!(benchmark.parameters, BTreeMap::from([("n".to_owned(), "100".to_owned())]));
    assert_eq!(benchmark.module_bytes.get() as usize, crate::house::noop().len());
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert!(matches!(benchmark.check, Check::StdoutHash(hash) if hash.as_str() == empty));

    let answer = house.select("s/answer").unwrap().remove(0).benchmark;
    assert_eq!(answer.region, Region::Export("answer".to_owned()));
    assert_eq!(answer.check, Check::Result("42".to_owned()));
    assert_eq!(answer.warmup, kymo_suite::DEFAULT_WARMUP);
}

#[test]
fn what_flavours_are_compared_with_reaches_them() {
    let text = SUITE.replace(
        "about = \"For tests.\"\n",
        "about = \"For tests.\"\nengines = [\"wasmtime\", \"mock[ time=1 ]\"]\nbase-flavour = \"one\"\n",
    );
    let text = text.replace("check = \"none\"\n", "check = \"none\"\nsize-baseline = \"noop\"\n");
    let figures = |of: &str, label: &str| {
        format!("[[benchmark.flavour.published]]\nof = \"{of}\"\nratio = 3.25\n{label}source = \"a talk\"\n")
    };
    let text = text + &figures("run-time", "label = \"dev\"\n") + &figures("module-size", "");
    let house = house_with(&text);
    assert_eq!(house.suites().engines("s/sum").unwrap(), ["wasmtime", "mock[time=1]"]);
    let reference = |target: &str| house.select(target).unwrap().remove(0).benchmark.reference;
    let two = reference("s/sum:two").unwrap();
    assert_eq!(two.base, "one");
    let baseline = two.size_baseline.as_ref().unwrap();
    assert_eq!(baseline.benchmark.as_str(), "s/noop");
    assert_eq!(baseline.module_bytes.get() as usize, crate::house::noop().len());
    let published = |of, label: Option<&str>| Published {
        of,
        ratio: Ratio::new(3.25),
        label: label.map(str::to_owned),
        source: "a talk".to_owned(),
    };
    assert_eq!(two.published, [published(PublishedOf::RunTime, Some("dev")), published(PublishedOf::ModuleSize, None)]);
    let one = reference("s/sum:one").unwrap();
    assert_eq!((one.base.as_str(), one.published.len(), one.size_baseline), ("one", 0, two.size_baseline));
    assert_eq!(reference("s/noop"), None, "without the base flavour there is nothing to compare with");
    assert_eq!(self::house().suites().engines("s").unwrap(), Vec::<String>::new());
}

#[test]
fn text_is_translated_into_the_cache_and_named_by_its_hash() {
    let house = house();
    let two = house.select("s/sum:two").unwrap().remove(0).benchmark;
    assert_eq!(two.flavour.as_deref(), Some("two"));
    assert_eq!(two.region, Region::Bench);
    let kept = house.cache().join(format!("{}.wasm", two.sha256));
    assert_eq!(two.path, kept.display().to_string());
    assert_eq!(kymo_suite::inspect(&std::fs::read(&kept).unwrap()).unwrap().sha256, two.sha256);
    std::fs::write(&kept, b"broken").unwrap();
    house.select("s/sum:two").unwrap();
    assert_ne!(std::fs::read(&kept).unwrap(), b"broken", "a damaged file in the cache is replaced");
    assert_eq!(std::fs::read_dir(house.cache()).unwrap().count(), 1);
}

#[test]
fn parameters_replace_defaults_where_they_are_declared() {
    let house = house();
    let selection = Selection { tags: Vec::new(), parameters: BTreeMap::from([("n".to_owned(), "10".to_owned())]) };
    let selected = house.suites().select("s", &selection, &house.cache()).unwrap();
    assert_eq!(selected[0].benchmark.args[1], "10");
    assert!(selected[1].benchmark.parameters.is_empty());
}

#[test]
fn listings_say_what_there_is_and_earlier_roots_win() {
    let house = house();
    house.write("more/s/suite.toml", b"hidden by the other one, so not even read");
    house.write("more/empty/README", b"no suite");
    let suites = Suites::new(vec![house.path("suites"), house.path("more"), house.path("absent")]);
    let list = suites.list().unwrap();
    assert_eq!(list.len(), 1);
    assert_eq!((list[0].name.as_str(), list[0].about.as_str()), ("s", "For tests."));
    assert_eq!(list[0].path, house.path("suites/s/suite.toml"));
    assert_eq!(list[0].benchmarks[0].tags, ["smoke", "full"]);
    assert_eq!(list[0].benchmarks[0].native.as_deref(), Some("noop.so"));
    assert_eq!(list[0].benchmarks[2].flavours, ["one", "two"]);
}

#[test]
fn what_is_not_there_is_said_with_what_is() {
    let house = house();
    let error = |target: &str| house.told(&house.select(target).unwrap_err());
    insta::assert_snapshot!(
        "unknown_targets",
        [
            error("t"),
            error("elsewhere"),
            error("s/nop"),
            error("s/fibonacci"),
            error("s/sum:tow"),
            error("s/noop:one"),
            error("absent/suite.toml"),
        ]
        .join("\n\n")
    );
}

#[test]
fn selections_that_leave_nothing_are_errors() {
    let house = house();
    let error = |tag: &str, name: &str, value: &str| {
        let mut selection = Selection::default();
        if !tag.is_empty() {
            selection.tags.push(tag.to_owned());
        }
        if !name.is_empty() {
            selection.parameters.insert(name.to_owned(), value.to_owned());
        }
        let error = house.suites().select("s", &selection, &house.cache()).unwrap_err();
        assert!(matches!(error, SuiteError::Selection(_)));
        error.to_string()
    };
    insta::assert_snapshot!(
        "empty_selections",
        [error("slow", "", ""), error("", "m", "1"), error("", "n", "11")].join("\n\n")
    );
}

#[test]
fn a_tag_gives_its_value_unless_it_is_asked_for() {
    let by_tag = r#"values = ["10", "100"], by-tag = { smoke = "10", full = "100" } }"#;
    let house = House::with_suite(&SUITE.replace(r#"values = ["10", "100"] }"#, by_tag));
    house.write("suites/s/input-10", b"10");
    house.write("suites/s/input-100", b"100");
    house.write("suites/s/files/data", b"x");
    let select = |tags: &[&str], parameters: &[(&str, &str)]| {
        let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let selection = Selection { tags, parameters };
        let selected =
            house.suites().select("s/noop", &selection, &house.cache()).map_err(|error| house.told(&error))?;
        Ok::<_, String>((selected[0].benchmark.name.to_string(), selected[0].benchmark.parameters["n"].clone()))
    };
    let is = |name: &str, value: &str| Ok((name.to_owned(), value.to_owned()));
    assert_eq!(select(&[], &[]), is("s/noop", "100"));
    assert_eq!(select(&["smoke"], &[]), is("s/noop(n=10)", "10"));
    assert_eq!(select(&["smoke"], &[("n", "100")]), is("s/noop", "100"));
    assert_eq!(select(&["full"], &[]), is("s/noop", "100"), "a value that is the default is no other benchmark");
    let told = select(&["smoke", "full"], &[]).unwrap_err();
    let expect = "the tags smoke and full disagree on the parameter 'n' of noop: 10 and 100; give one of the tags, or \
        --param n=VALUE";
    assert_eq!(told, expect);
    assert_eq!(select(&["smoke", "full"], &[("n", "10")]), is("s/noop(n=10)", "10"));
}
