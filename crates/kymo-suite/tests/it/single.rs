//! Files given by themselves.

use crate::house::{House, NOOP, noop};
use kymo_model::{Check, Feature, ModuleHash, Region};
use kymo_suite::{Selected, SingleFile, SuiteError, single};
use std::collections::{BTreeMap, BTreeSet};

fn run(house: &House, file: SingleFile) -> Result<Selected, SuiteError> {
    single(&file, &house.cache())
}

fn named(house: &House, path: &str) -> SingleFile {
    SingleFile { path: house.path(path), ..SingleFile::default() }
}

#[test]
fn a_binary_is_taken_as_it_is() {
    let house = House::new();
    house.write("noop.wasm", &noop());
    house.write("in", b"x");
    house.write("expected", b"hello\n");
    let file = SingleFile {
        args: vec!["{n}".to_owned()],
        env: BTreeMap::from([("K".to_owned(), "V".to_owned())]),
        dirs: BTreeMap::from([("/data".to_owned(), house.path(""))]),
        stdin: Some(house.path("in")),
        expect_stdout: Some(house.path("expected")),
        ..named(&house, "noop.wasm")
    };
    let Selected { benchmark, unprovided } = run(&house, file).unwrap();
    let path = |path: &str| house.path(path).display().to_string();
    assert_eq!(unprovided, [""; 0]);
    assert_eq!(benchmark.name.as_str(), path("noop.wasm"));
    assert_eq!(benchmark.path, path("noop.wasm"));
    assert_eq!(benchmark.args, ["{n}"], "a single file has no parameters");
    assert_eq!(benchmark.stdin, Some(path("in")));
    assert_eq!(benchmark.dirs.get("/data"), Some(&path("")));
    assert_eq!(benchmark.requires, BTreeSet::from([Feature::WasiP1]));
    assert_eq!(benchmark.region, Region::Start);
    let hello = ModuleHash::try_from("5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03".to_owned());
    assert_eq!(benchmark.check, Check::StdoutFile { path: path("expected"), sha256: hello.unwrap() });
}

#[test]
fn regions_follow_from_the_module() {
    let house = House::new();
    let region = |text: &str, invoke: Option<&str>| {
        house.write("m.wat", text.as_bytes());
        let file = SingleFile { invoke: invoke.map(str::to_owned), ..named(&house, "m.wat") };
        run(&house, file).map(|selected| selected.benchmark.region)
    };
    assert_eq!(region(NOOP, None).unwrap(), Region::Start);
    assert_eq!(region(NOOP, Some("answer")).unwrap(), Region::Export("answer".to_owned()));
    let bracketed = r#"(module (import "bench" "start" (func)) (func (export "_start")))"#;
    assert_eq!(region(bracketed, None).unwrap(), Region::Bench);
    let command = r#"(component
        (core module $m (func (export "run") (result i32) (i32.const 0)))
        (core instance $i (instantiate $m))
        (func $run (result (result)) (canon lift (core func $i "run")))
        (instance $cli (export "run" (func $run)))
        (export "wasi:cli/run@0.2.3" (instance $cli)))"#;
    assert_eq!(region(command, None).unwrap(), Region::Start);
}

#[test]
fn relative_paths_become_absolute_and_names_stay_as_typed() {
    let house = House::new();
    let here = std::env::current_dir().unwrap();
    // Tests run in the folder of their crate, which has no module; so one is reached from there by a relative path.
    let up: String = here.components().skip(1).map(|_| "../").collect();
    house.write("noop.wasm", &noop());
    let typed = format!("{up}{}", house.path("noop.wasm").display().to_string().trim_start_matches('/'));
    let file = SingleFile { path: typed.clone().into(), ..SingleFile::default() };
    let benchmark = run(&house, file).unwrap().benchmark;
    assert_eq!(benchmark.name.as_str(), typed);
    assert!(std::path::Path::new(&benchmark.path).is_absolute());
}

#[test]
fn what_is_wrong_is_said() {
    let house = House::new();
    house.write("empty.wasm", b"");
    house.write("empty.wat", b"");
    house.write("elf.wasm", b"\x7fELF\x02\x01\x01\0");
    house.write("cut.wasm", &noop()[..noop().len() - 2]);
    house.write("bad.wat", b"(module\n  (func (export \"f\") (i32.ad)))");
    house.write("ill-typed.wat", b"(module (func (export \"_start\")) (func (result i32)))");
    house.write("library.wat", b"(module (func (export \"add\")) (func (export \"sub\")) (memory (export \"mem\") 1))");
    house.write("silent.wat", b"(module)");
    house.write("noop.wasm", &noop());
    let names = ["absent.wasm", "", "empty.wasm", "empty.wat", "elf.wasm", "cut.wasm", "bad.wat", "ill-typed.wat"];
    let names = names.iter().chain(&["library.wat", "silent.wat"]);
    let mut messages: Vec<String> =
        names.map(|name| house.told(&run(&house, named(&house, name)).unwrap_err())).collect();
    let noop = || named(&house, "noop.wasm");
    let absent = Some(house.path("absent"));
    let files = [
        SingleFile { invoke: Some("mem".to_owned()), ..named(&house, "library.wat") },
        SingleFile { invoke: Some("add".to_owned()), ..named(&house, "silent.wat") },
        SingleFile { stdin: absent.clone(), ..noop() },
        SingleFile { stdin: Some(house.path("")), ..noop() },
        SingleFile { expect_stdout: absent, ..noop() },
        SingleFile { dirs: BTreeMap::from([(".".to_owned(), house.path("noop.wasm"))]), ..noop() },
    ];
    for file in files {
        messages.push(house.told(&run(&house, file).unwrap_err()));
    }
    insta::assert_snapshot!(messages.join("\n\n"));
}

#[test]
fn imports_that_nobody_provides_are_phrases() {
    let house = House::new();
    let text = r#"(module
        (import "env" "nobody" (func))
        (import "env" "memory" (memory 1))
        (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_print" (func))
        (import "wasi_unstable" "fd_write" (func))
        (import "bench" "start" (func (param i32)))
        (import "bench" "end" (global i32))
        (import "bench" "pause" (func))
        (import "kymo_fiber" "yield" (func (result i32)))
        (import "kymo_fiber" "resume" (func (param i64) (result i32)))
        (import "kymo_fiber" "drop" (global i32))
        (import "kymo_fiber" "cancel" (func (param i32)))
        (import "kymo_socket" "now" (func (result i64)))
        (import "kymo_socket" "listen" (func (param i32)))
        (import "kymo_socket" "connect" (func))
        (func (export "_start")))"#;
    house.write("m.wat", text.as_bytes());
    let core = run(&house, named(&house, "m.wat")).unwrap();
    assert_eq!(core.benchmark.requires, BTreeSet::from([Feature::WasiP1, Feature::HostSockets]));
    let text = r#"(component
        (import "wasi:random/insecure@0.2.1" (instance))
        (import "wasi:http/types@0.2.0" (instance))
        (import "wasi:nn/graph@0.2.0-rc-2024-10-28" (instance))
        (import "wasi:keyvalue/store@0.2.0" (instance))
        (import "wasi:cli/environment@0.3.0" (instance))
        (import "wasi:keyvalue/store@0.3.0" (instance))
        (import "wasi:sockets/tcp@0.2.0" (instance))
        (import "wasi:cli/environment@0.1.0" (instance))
        (import "wasi:random/random@0.2.1" (func))
        (import "bench" (instance (export "start" (func (param "x" u32))) (export "end" (func))))
        (import "host:log/log" (instance))
        (import "print" (func))
        (core module $m (func (export "run") (result i32) (i32.const 0)))
        (core instance $i (instantiate $m))
        (func $run (result (result)) (canon lift (core func $i "run")))
        (instance $cli (export "run" (func $run)))
        (export "wasi:cli/run@0.2.3" (instance $cli)))"#;
    house.write("c.wat", text.as_bytes());
    let component = run(&house, named(&house, "c.wat")).unwrap();
    let http = [Feature::WasiHttp, Feature::WasiSockets, Feature::WasiHttpP3];
    let required = [&[Feature::ComponentModel, Feature::WasiP2, Feature::WasiNn][..], &http].concat();
    assert_eq!(component.benchmark.requires, required.into_iter().collect());
    insta::assert_snapshot!([core.unprovided.join("\n"), component.unprovided.join("\n")].join("\n\n"));
}

#[test]
fn a_component_that_handles_requests_needs_no_start() {
    let house = House::new();
    let text = |export: &str| {
        format!(
            r#"(component
                (core module $m (func (export "handle")))
                (core instance $i (instantiate $m))
                (func $handle (canon lift (core func $i "handle")))
                (instance $handler (export "handle" (func $handle)))
                (export "{export}" (instance $handler)))"#
        )
    };
    for (export, feature) in
        [("wasi:http/incoming-handler@0.2.6", Feature::WasiHttp), ("wasi:http/handler@0.3.0", Feature::WasiHttpP3)]
    {
        house.write("c.wat", text(export).as_bytes());
        let Selected { benchmark, unprovided } = run(&house, named(&house, "c.wat")).unwrap();
        assert_eq!(unprovided, [""; 0]);
        assert_eq!(benchmark.region, Region::Start);
        assert!(benchmark.requires.contains(&feature), "{:?}", benchmark.requires);
    }
    house.write("c.wat", text("wasi:http/types@0.2.0").as_bytes());
    assert!(run(&house, named(&house, "c.wat")).is_err());
}

#[test]
fn host_fibers_are_functions_of_their_types_and_a_shared_memory() {
    let house = House::new();
    let inspected = |memory: &str| {
        let text = format!(
            r#"(module
                (import "env" "memory" (memory {memory}))
                (import "kymo_fiber" "resume" (func (param i32) (result i32)))
                (import "kymo_fiber" "yield" (func))
                (import "kymo_fiber" "drop" (func (param i32)))
                (func (export "_start")))"#
        );
        house.write("m.wat", text.as_bytes());
        run(&house, named(&house, "m.wat")).unwrap()
    };
    let Selected { benchmark, unprovided } = inspected("1 2 shared");
    assert_eq!(unprovided, [""; 0]);
    assert_eq!(benchmark.requires, BTreeSet::from([Feature::Threads, Feature::HostFibers]));
    // Fibers could not share it.
    assert_eq!(inspected("1 2").unprovided, [r#""env"."memory" (memory)"#]);
}

#[test]
fn parameters_of_a_file_are_those_that_are_given() {
    let house = House::new();
    house.write("noop.wasm", &noop());
    let map = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<BTreeMap<_, _>>()
    };
    let file = |args: &[&str], parameters: &[(&str, &str)]| SingleFile {
        args: args.iter().map(|arg| (*arg).to_owned()).collect(),
        env: map(&[("SIZE", "{n}{{}}")]),
        parameters: map(parameters),
        ..named(&house, "noop.wasm")
    };
    let benchmark = single(&file(&["--n={n}", "{m}"], &[("n", "7"), ("m", "x")]), &house.cache()).unwrap().benchmark;
    assert_eq!(benchmark.args, ["--n=7", "x"]);
    assert_eq!(benchmark.env["SIZE"], "7{}");
    assert!(benchmark.name.as_str().ends_with("noop.wasm(m=x,n=7)"), "{}", benchmark.name);
    assert_eq!(benchmark.parameters, map(&[("m", "x"), ("n", "7")]));
    let told = |args: &[&str], parameters: &[(&str, &str)]| {
        house.told(&single(&file(args, parameters), &house.cache()).unwrap_err())
    };
    let all = [
        told(&["x"], &[("n", "7"), ("k", "1")]),
        told(&["{k}"], &[("n", "7")]),
        told(&["{n"], &[("n", "7")]),
        told(&[], &[("n", "a b")]),
        told(&[], &[("n m", "1")]),
    ];
    insta::assert_snapshot!(all.join("\n"));
}
