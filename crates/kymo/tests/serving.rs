//! The phase `serve` of the workers: a server is started, answers, and is stopped; what goes wrong is told.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod served;
mod support;

use kymo_model::ModuleKind;
use kymo_worker::protocol::Response;
use served::{Client, Module, Worker, open, reason};
use std::path::PathBuf;
use support::{Home, repository};

/// What the worker's strategies can say of one that is not installed.
fn is_available(worker: &str, strategy: &str) -> bool {
    let worker = Worker::start(worker, strategy, &[]);
    worker.hello.strategies.iter().any(|one| one.name == strategy && one.unavailable.is_none())
}

const STRATEGIES: [&str; 3] = ["cranelift", "winch", "pulley"];

fn built(home: &Home, text: &str) -> PathBuf {
    let source = repository().join("crates/kymo/tests/served").join(text);
    home.write(&format!("{text}.wasm"), wat::parse_file(source).unwrap())
}

fn handler(home: &Home) -> PathBuf {
    built(home, "handler.wat")
}

fn component<'a>(path: &'a PathBuf, settings: &'a [(&'a str, &'a str)]) -> Module<'a> {
    Module { path, kind: ModuleKind::Component, strategy: "cranelift", settings }
}

fn core(path: &PathBuf) -> Module<'_> {
    Module { path, kind: ModuleKind::Core, strategy: "cranelift", settings: &[] }
}

/// What the worker says of a module when it is opened, or asked to serve it.
fn refusal(home: &Home, module: &Module<'_>) -> String {
    let mut worker = Worker::start("wasmtime", module.strategy, module.settings);
    match worker.ask(&open(home, module)) {
        Response::Failure(failure) => reason(&failure),
        _ => reason(&worker.try_serve("127.0.0.1:0").unwrap_err()),
    }
}

#[test]
fn a_component_answers_with_every_strategy_and_is_stopped() {
    let home = Home::new();
    let path = handler(&home);
    for strategy in STRATEGIES {
        let mut worker = Worker::opened(&home, "wasmtime", &Module { strategy, ..component(&path, &[]) });
        let address = worker.serve();
        let mut clients = [Client::new(&address), Client::new(&address)];
        for _ in 0..3 {
            for client in &mut clients {
                let (head, body) = client.get("/plaintext").unwrap();
                assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
                let head = head.to_lowercase();
                assert!(head.contains("\r\nserver: test\r\n") && head.contains("\r\ndate: "), "{head}");
                assert_eq!(body, "Hello, World!");
            }
        }
        // Connections that stay open do not keep it.
        let served = worker.stop().unwrap();
        assert_eq!((served.failed, served.messages.as_slice()), (0, &[][..]), "{strategy}");
        assert_eq!(served.code_sha256.is_some(), strategy != "pulley");
        assert!(clients[0].get("/").is_none());
        // And once more, by the same worker.
        let address = worker.serve();
        assert!(Client::new(&address).get("/").is_some());
        worker.stop().unwrap();
        worker.close();
    }
}

#[test]
fn a_component_of_wasi_0_3_answers_from_instances_that_are_used_again() {
    let home = Home::new();
    let path = built(&home, "handler-p3.wat");
    for settings in [&[][..], &[("instance-reuse", "1"), ("instance-concurrency", "1")]] {
        let module = component(&path, settings);
        let mut worker = Worker::start("wasmtime", "cranelift", settings);
        let Response::Opened(opened) = worker.ask(&open(&home, &module)) else { panic!("not opened") };
        let expected = if settings.is_empty() { ["128", "16"] } else { ["1", "1"] };
        assert_eq!([&opened.settings["instance-reuse"], &opened.settings["instance-concurrency"]], expected);
        let address = worker.serve();
        let mut clients = [Client::new(&address), Client::new(&address)];
        for _ in 0..3 {
            for client in &mut clients {
                assert_eq!(client.get("/").unwrap().1, "Hello, World!");
            }
        }
        let served = worker.stop().unwrap();
        assert_eq!((served.failed, served.messages.as_slice()), (0, &[][..]));
        worker.close();
    }
}

#[test]
fn a_component_that_traps_fails_its_request_and_no_other() {
    let home = Home::new();
    let path = handler(&home);
    for settings in [&[][..], &[("instance-reuse", "128"), ("pooling", "on")]] {
        let mut worker = Worker::opened(&home, "wasmtime", &component(&path, settings));
        let address = worker.serve();
        let mut client = Client::new(&address);
        assert_eq!(client.get("/").unwrap().1, "Hello, World!");
        for _ in 0..2 {
            let (head, body) = client.get("/trap").unwrap();
            assert!(head.starts_with("HTTP/1.1 500 "), "{head}");
            assert_eq!(body, "");
            assert_eq!(client.get("/").unwrap().1, "Hello, World!");
        }
        let served = worker.stop().unwrap();
        assert_eq!(served.failed, 2, "{:?}", served.messages);
        let trap = |message: &String| message.starts_with("wasm trap: wasm `unreachable` instruction executed");
        assert!(served.messages.iter().any(trap), "{served:?}");
        worker.close();
    }
}

#[test]
fn settings_of_a_server_are_taken_and_reported() {
    let home = Home::new();
    let path = handler(&home);
    let given = [
        ("pooling", "on"),
        ("keep-resident", "65536"),
        ("pooling-table-keep-resident", "4096"),
        ("async-stack-zeroing", "on"),
        ("pooling-decommit-batch-size", "16"),
        ("pooling-max-unused-warm-slots", "10"),
        ("instance-reuse", "5"),
        ("idle-instance-ms", "20"),
        ("server-threads", "1"),
        ("max-concurrent-requests", "2"),
        ("backlog", "16"),
    ];
    let module = component(&path, &given);
    let mut worker = Worker::start("wasmtime", "cranelift", &given);
    let Response::Opened(opened) = worker.ask(&open(&home, &module)) else { panic!("not opened") };
    for (name, value) in given {
        assert_eq!(opened.settings[name], value, "{name}");
    }
    assert_eq!(opened.settings["pooling-memory-keep-resident"], "65536");
    assert_eq!(opened.settings["pooling-stack-keep-resident"], "65536");
    assert_eq!(opened.settings["instance-concurrency"], "1");
    let address = worker.serve();
    // More connections than requests may be under way, and more requests than an instance takes.
    let mut clients: Vec<Client> = (0..4).map(|_| Client::new(&address)).collect();
    for _ in 0..6 {
        for client in &mut clients {
            assert_eq!(client.get("/").unwrap().1, "Hello, World!");
        }
    }
    assert_eq!(worker.stop().unwrap().failed, 0);
    worker.close();
}

#[test]
fn a_core_module_serves_on_sockets_of_the_host() {
    let home = Home::new();
    let path = built(&home, "program.wat");
    for strategy in STRATEGIES {
        let mut worker = Worker::opened(&home, "wasmtime", &Module { strategy, ..core(&path) });
        let address = worker.serve();
        let mut client = Client::new(&address);
        for _ in 0..3 {
            assert_eq!(client.get("/").unwrap().1, "Hello, World!");
        }
        // The program waits in a poll without an end, and is woken.
        assert_eq!(worker.stop().unwrap().failed, 0);
        assert!(client.get("/").is_none());
        worker.close();
    }
}

#[test]
fn a_core_module_that_traps_ends_and_says_why() {
    let home = Home::new();
    let path = built(&home, "program.wat");
    let mut worker = Worker::opened(&home, "wasmtime", &core(&path));
    let address = worker.serve();
    assert!(Client::new(&address).get("/trap").is_none());
    let message = reason(&worker.stop().unwrap_err());
    assert!(message.starts_with("trapped: wasm trap: wasm `unreachable` instruction executed"), "{message}");
    worker.close();
}

#[test]
fn what_cannot_serve_says_why() {
    let home = Home::new();
    let path = handler(&home);
    let refused = |settings: &[(&str, &str)]| refusal(&home, &component(&path, settings));
    for (settings, expected) in [
        (("instance-reuse", "many"), "the setting 'instance-reuse' takes a whole number, or 'auto', not 'many'"),
        (("keep-resident", "65536"), "the setting 'keep-resident' has no effect without 'pooling'"),
        (
            ("instance-concurrency", "4"),
            "the setting 'instance-concurrency' has no effect here: an instance of WASI 0.2",
        ),
        (("concurrency-support", "off"), "Wasmtime's handler of requests wants 'concurrency-support' on"),
    ] {
        let message = refused(&[settings]);
        assert!(message.starts_with(&format!("failed: {expected}")), "{message}");
    }
    let empty = home.write("empty.wasm", wat::parse_str("(component)").unwrap());
    let message = refusal(&home, &component(&empty, &[]));
    assert!(message.starts_with("invalid: the component handles no requests"), "{message}");
    let check = |name: &str, text: &str, expected: &str| {
        let path = home.write(name, wat::parse_str(text).unwrap());
        let message = refusal(&home, &core(&path));
        assert!(message.starts_with(expected), "{message}");
    };
    let listen = r#"(import "kymo_socket" "listen" (func $listen (param i32) (result i32)))"#;
    check("plain.wasm", "(module (func (export \"_start\")))", "invalid: the module is no server");
    check(
        "early.wasm",
        &format!("(module {listen} (func (export \"_start\")))"),
        "invalid: the program ended with code 0 and never called kymo_socket.listen",
    );
    check(
        "trap.wasm",
        &format!("(module {listen} (func (export \"_start\") unreachable))"),
        "trapped: wasm trap: wasm `unreachable`",
    );
    check("library.wasm", &format!("(module {listen})"), "invalid: there is no program at '_start'");
}

#[test]
fn a_port_in_use_and_requests_out_of_order_are_failures() {
    let home = Home::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (component_path, program) = (handler(&home), built(&home, "program.wat"));
    for module in [component(&component_path, &[]), core(&program)] {
        let mut worker = Worker::opened(&home, "wasmtime", &module);
        assert_eq!(reason(&worker.stop().unwrap_err()), "failed: stop before serve");
        let message = reason(&worker.try_serve(&address).unwrap_err());
        assert!(message.starts_with(&format!("failed: the address {address} is in use")), "{message}");
        worker.serve();
        let message = reason(&worker.try_serve("127.0.0.1:0").unwrap_err());
        assert_eq!(message, "failed: serve while a server runs; stop it first");
        worker.stop().unwrap();
        worker.close();
    }
}

#[test]
fn servers_without_a_guest_answer_by_the_rules() {
    let home = Home::new();
    let path = home.write("any.wasm", wat::parse_str("(module)").unwrap());
    for strategy in ["hyper", "nginx"] {
        if !is_available("native", strategy) {
            eprintln!("skipped: {strategy} is not installed");
            continue;
        }
        let settings = [("server-threads", "1")];
        let module = Module { path: &path, kind: ModuleKind::Core, strategy, settings: &settings };
        let mut worker = Worker::opened(&home, "native", &module);
        let address = worker.serve();
        let mut client = Client::new(&address);
        for (test, kind, expected) in [
            ("/plaintext", "text/plain", "Hello, World!"),
            ("/json", "application/json", r#"{"message":"Hello, World!"}"#),
        ] {
            let (head, body) = client.get(test).unwrap();
            let head = head.to_lowercase();
            for header in ["server: ", "date: ", &format!("content-type: {kind}")] {
                assert!(head.contains(&format!("\r\n{header}")), "{strategy}: {head}");
            }
            assert_eq!(body, expected, "{strategy}");
        }
        assert!(client.get("/nowhere").unwrap().0.starts_with("HTTP/1.1 404 "));
        assert_eq!(worker.stop().unwrap().failed, 0);
        assert!(Client::try_new(&address).is_none());
        // Without a database, or without a page for it.
        assert!(reason(&worker.try_test("127.0.0.1:0", "db").unwrap_err()).starts_with("unsupported: "));
        worker.close();
    }
}

#[test]
fn any_command_can_be_a_server() {
    if std::process::Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: there is no python3");
        return;
    }
    let home = Home::new();
    home.write("hello.txt", "Hello!");
    let path = home.write("any.wasm", wat::parse_str("(module)").unwrap());
    let command = format!("python3 -m http.server --directory '{}' --bind {{host}} {{port}}", home.folder().display());
    let settings = [("command", command.as_str())];
    let module = Module { path: &path, kind: ModuleKind::Core, strategy: "process", settings: &settings };
    let mut worker = Worker::opened(&home, "exec", &module);
    for _ in 0..2 {
        let address = worker.serve();
        assert_eq!(Client::new(&address).get("/hello.txt").unwrap().1, "Hello!");
        assert_eq!(worker.stop().unwrap().failed, 0);
        assert!(Client::try_new(&address).is_none());
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let message = reason(&worker.try_serve(&taken.local_addr().unwrap().to_string()).unwrap_err());
    assert!(message.contains(" is in use"), "{message}");
    worker.close();
}

#[test]
fn a_command_that_is_no_server_says_why() {
    let home = Home::new();
    let path = home.write("any.wasm", wat::parse_str("(module)").unwrap());
    let refused = |command: &str| {
        let settings = [("command", command)];
        let module = Module { path: &path, kind: ModuleKind::Core, strategy: "process", settings: &settings };
        let mut worker = Worker::opened(&home, "exec", &module);
        reason(&worker.try_serve("127.0.0.1:0").unwrap_err())
    };
    let message = refused("sleep 100");
    assert!(
        message.starts_with("failed: the command does not say where its server listens: it needs {address}"),
        "{message}"
    );
    let message = refused("sh -c 'echo last words >&2; exit 3' {port}");
    assert_eq!(message, "failed: the server ended with code 3 before it took connections: last words");
    let message = refused("sh -c 'kill -s SEGV $$' {address}");
    assert_eq!(message, "crashed: the server ended before it took connections");
}

#[test]
fn another_allocator_is_at_work_or_named_with_its_package() {
    let home = Home::new();
    let path = handler(&home);
    for (allocator, package) in [("jemalloc", "libjemalloc2"), ("mimalloc", "libmimalloc2.0")] {
        for (name, strategy) in [("wasmtime", "cranelift"), ("native", "hyper")] {
            let settings = [("allocator", allocator)];
            let module = Module { strategy, ..component(&path, &settings) };
            let mut worker = Worker::start(name, strategy, &settings);
            match worker.ask(&open(&home, &module)) {
                Response::Opened(opened) => {
                    assert_eq!(opened.settings["allocator"], allocator);
                    let address = worker.serve();
                    assert_eq!(Client::new(&address).get("/plaintext").unwrap().1, "Hello, World!");
                    worker.stop().unwrap();
                    worker.close();
                }
                Response::Failure(failure) => {
                    let message = reason(&failure);
                    assert!(message.contains(&format!("apt-get install {package}")), "{message}");
                }
                other => panic!("{other:?}"),
            }
        }
    }
}
