//! What is counted is exact, whatever the server does.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use kymo_load::{ConnectionUse, Expect, LoadError, LoadSpec, Schedule, Waiting, run};
use socket2::SockRef;
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;
use support::{HELLO, Requests, answering, flat, get, put, server, spec};

/// A server that answers, but treats every tenth request that reaches it, over all connections, as `tenth` does; and the
/// count of all.
fn spoiling(tenth: impl Fn(&mut std::net::TcpStream) + Send + Sync + 'static) -> (SocketAddr, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let address = server(move |mut stream, _| {
        let mut requests = Requests::default();
        while requests.next(&mut stream) {
            if counted.fetch_add(1, Ordering::SeqCst) % 10 == 9 {
                tenth(&mut stream);
                return;
            }
            if stream.write_all(HELLO).is_err() {
                return;
            }
        }
    });
    (address, count)
}

#[test]
fn every_planned_request_is_sent_and_answered() {
    let address = answering(|_| HELLO.to_vec());
    let load = put(&spec(address, 500.0, 1.0));
    assert_eq!(load.report.requests.planned, 500);
    assert_eq!(load.report.requests.completed, 500);
    assert_eq!(load.report.statuses.into_iter().collect::<Vec<_>>(), [(200, 500)]);
    assert_eq!((load.report.connections.made, load.report.connections.again), (16, 0));
    assert_eq!(load.report.connections.connect.count, 16);
    assert_eq!(load.report.bytes_read, 500 * HELLO.len() as u64);
    assert_eq!(load.report.series.iter().map(|interval| interval.completed).sum::<u64>(), 500);
    assert_eq!(load.report.series.iter().map(|interval| interval.planned).sum::<u64>(), 500);
    assert_eq!(load.histograms.lateness.len(), 500);
}

#[test]
fn the_warm_up_is_sent_and_does_not_count() {
    let (address, count) = spoiling(|_| {});
    let warm = LoadSpec { warmup: Duration::from_millis(300), ..spec(address, 10.0, 0.5) };
    let load = put(&warm);
    assert_eq!(load.report.requests.planned, 5);
    assert_eq!(count.load(Ordering::SeqCst), 8, "three in the warm-up");
    assert_eq!(load.report.response.count, 5);
    assert!(load.report.series[0].start < -0.2, "{:?}", load.report.series[0]);
}

#[test]
fn threads_share_one_plan_of_a_poisson_process() {
    // A server that closes without a word may be sent one more request just then, which is lost.
    let last = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    let (address, count) = spoiling(|stream| drop(stream.write_all(last)));
    let mut planned = Vec::new();
    for threads in [1, 3] {
        let before = count.load(Ordering::SeqCst);
        let schedule = Schedule::Poisson(flat(400.0));
        let load = put(&LoadSpec { threads, connections: 10, schedule, ..spec(address, 0.0, 0.5) });
        assert_eq!(load.report.requests.completed, load.report.requests.planned, "{:?}", load.report.notes);
        assert_eq!(count.load(Ordering::SeqCst) - before, load.report.requests.planned as usize);
        assert!(load.report.connections.again > 0, "every tenth answer was the connection's last");
        assert_eq!(load.report.client.threads.len(), threads as usize);
        planned.push(load.report.requests.planned);
    }
    assert_eq!(planned[0], planned[1], "the plan is the seed's, whoever sends it");
}

#[test]
fn statuses_and_bodies_that_are_not_expected_are_errors() {
    let number = AtomicUsize::new(0);
    let address = answering(move |_| match number.fetch_add(1, Ordering::SeqCst) % 10 {
        0 => b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n".to_vec(),
        1 => b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\nHello, Moon!!".to_vec(),
        _ => HELLO.to_vec(),
    });
    let mut request = get("/");
    request.expect = Expect { body: Some(b"Hello, World!".to_vec()), ..Expect::default() };
    let load = put(&LoadSpec { requests: vec![request], ..spec(address, 200.0, 0.5) });
    assert_eq!((load.report.errors.status, load.report.errors.body), (10, 10));
    assert_eq!((load.report.requests.failed, load.report.requests.completed), (20, 80));
    assert_eq!(load.report.failed_response.count, 20);
    assert_eq!(load.report.statuses.into_iter().collect::<Vec<_>>(), [(200, 90), (500, 10)]);
}

#[test]
fn connections_dropped_reset_or_garbled_are_errors_of_their_kind_and_are_made_again() {
    let cases: [(&str, fn(&mut std::net::TcpStream)); 4] = [
        ("drop", |_| {}),
        ("reset", |stream| SockRef::from(&*stream).set_linger(Some(Duration::ZERO)).unwrap()),
        ("cut", |stream| stream.write_all(&HELLO[..30]).unwrap()),
        ("garbage", |stream| stream.write_all(b"SSH-2.0-OpenSSH\r\n\r\n").unwrap()),
    ];
    for (name, tenth) in cases {
        let (address, count) = spoiling(tenth);
        let load = put(&spec(address, 200.0, 0.5));
        let errors = load.report.errors;
        let expected = if name == "garbage" { (0, 10) } else { (10, 0) };
        assert_eq!((errors.read, errors.protocol), expected, "{name}: {errors:?} {:?}", load.report.notes);
        assert_eq!(load.report.requests.failed, 10, "{name}");
        // The last one comes with the last request, after which none is needed.
        assert!((9..=10).contains(&load.report.connections.again), "{name}: {:?}", load.report.connections);
        assert_eq!(count.load(Ordering::SeqCst), 100, "{name}");
        assert_eq!(load.report.notes.len(), 1, "{name}: {:?}", load.report.notes);
    }
}

#[test]
fn answers_that_never_end_or_never_come_are_cut_off_by_the_time_out() {
    let cases: [(&str, fn(&mut std::net::TcpStream)); 3] = [
        ("endless body", |stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
            while stream.write_all(&[b'x'; 1000]).is_ok() {
                thread::sleep(Duration::from_millis(5));
            }
        }),
        ("slow loris", |stream| {
            for byte in HELLO.iter().cycle() {
                if stream.write_all(&[*byte]).is_err() {
                    return;
                }
                thread::sleep(Duration::from_millis(50));
            }
        }),
        ("silence", |_| thread::sleep(Duration::from_secs(30))),
    ];
    for (name, answer) in cases {
        let address = server(move |mut stream, _| {
            if Requests::default().next(&mut stream) {
                answer(&mut stream);
            }
        });
        let load = put(&LoadSpec { timeout: Duration::from_millis(200), ..spec(address, 20.0, 0.5) });
        assert_eq!(load.report.errors.timeout, 10, "{name}: {:?}", load.report.errors);
        assert_eq!(load.report.requests.failed, 10, "{name}");
    }
}

#[test]
fn what_is_in_flight_or_unsent_at_the_end_is_counted_with_its_age() {
    let address = answering(|number| match number {
        0 => HELLO.to_vec(),
        _ => {
            thread::sleep(Duration::from_secs(30));
            Vec::new()
        }
    });
    let brief = LoadSpec { connections: 4, drain: Duration::from_millis(200), ..spec(address, 100.0, 0.5) };
    let load = put(&brief);
    let requests = load.report.requests;
    assert_eq!(requests.planned, 50);
    assert_eq!((requests.completed, requests.in_flight, requests.unsent), (4, 4, 42));
    // The fifth request was due after 40 ms, and the drain ended 660 ms later.
    let censored = load.report.censored;
    assert!((0.6..2.0).contains(&censored.age_max), "{censored:?}");
    assert!((censored.percentile - 8.0).abs() < 1e-9, "{censored:?}");
    assert!(load.report.rates.achieved <= 8.0, "{:?}", load.report.rates);
    let last = load.report.series.last().unwrap();
    assert_eq!((last.in_flight, last.unsent), (4, 42));
}

#[test]
fn an_offer_above_the_capacity_adds_up() {
    let address = answering(|_| {
        thread::sleep(Duration::from_millis(10));
        HELLO.to_vec()
    });
    for threads in [1, 2] {
        let over =
            LoadSpec { connections: 2, threads, drain: Duration::from_millis(100), ..spec(address, 1000.0, 0.7) };
        let load = put(&over);
        assert_eq!(load.report.requests.planned, 700);
        assert!(load.report.requests.unsent > 500, "{:?}", load.report.requests);
        assert!(load.report.rates.achieved < 210.0, "{:?}", load.report.rates);
        assert!(load.report.response.max > 5.0 * load.report.service.p50, "{:?}", load.report.response);
    }
}

#[test]
fn the_same_holds_for_plans_of_connections_and_for_closed_loops() {
    let address = answering(|_| {
        thread::sleep(Duration::from_millis(2));
        HELLO.to_vec()
    });
    let own = put(&LoadSpec { schedule: Schedule::PerConnection { rate: 200.0 }, ..spec(address, 0.0, 0.5) });
    assert_eq!((own.report.requests.planned, own.report.requests.completed), (100, 100));
    let stuck = Schedule::PerConnection { rate: 4000.0 };
    let over = LoadSpec { schedule: stuck, drain: Duration::from_millis(50), ..spec(address, 0.0, 0.5) };
    let over = put(&LoadSpec { connections: 2, ..over });
    assert_eq!(over.report.requests.planned, 2000);
    assert!(over.report.requests.unsent > 1000, "{:?}", over.report.requests);
    let closed = put(&LoadSpec { schedule: Schedule::Closed, connections: 3, threads: 2, ..spec(address, 0.0, 0.5) });
    assert!(closed.report.requests.completed > 3, "{:?}", closed.report.requests);
    assert_eq!((closed.report.requests.unsent, closed.report.requests.in_flight), (0, 0));
    assert_eq!(closed.histograms.response, closed.histograms.service);
}

#[test]
fn a_connection_for_each_request_is_made_for_it() {
    let address = server(|mut stream, _| {
        if Requests::default().next(&mut stream) {
            let _ = stream.write_all(HELLO);
        }
    });
    let single = LoadSpec { connection_use: ConnectionUse::PerRequest, ..spec(address, 200.0, 0.5) };
    let load = put(&single);
    assert_eq!((load.report.requests.completed, load.report.connections.made), (100, 100));
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let load = put(&LoadSpec { addresses: vec![free], ..single });
    assert_eq!(load.report.errors.connect, load.report.requests.failed);
    assert!(load.report.requests.failed > 0, "{:?}", load.report.requests);
}

#[test]
fn pipelined_answers_belong_to_their_requests() {
    let address = server(|mut stream, _| {
        let mut requests = Requests::default();
        while let Some(path) = requests.next_path(&mut stream) {
            let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{path}", path.len());
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    });
    let asking = |path: &str, weight| {
        let mut request = get(path);
        request.weight = weight;
        request.expect = Expect { status: Some(200), body: Some(path.as_bytes().to_vec()), contains: None };
        request
    };
    let requests = vec![asking("/a", 1.0), asking("/bcd", 2.0), asking("/", 0.5)];
    for waiting in [Waiting::Sleep, Waiting::Spin, Waiting::SleepThenSpin(Duration::from_micros(50))] {
        let deep =
            LoadSpec { requests: requests.clone(), connections: 2, depth: 8, waiting, ..spec(address, 2000.0, 0.3) };
        let load = put(&deep);
        assert_eq!(load.report.requests.completed, 600, "{:?}", load.report.errors);
    }
}

#[test]
fn a_load_that_is_broken_off_reports_what_was() {
    let address = answering(|_| HELLO.to_vec());
    let interrupt = Arc::new(AtomicBool::new(false));
    let later = Arc::clone(&interrupt);
    thread::spawn(move || {
        thread::sleep(Duration::from_millis(400));
        later.store(true, Ordering::Relaxed);
    });
    let load = run(&spec(address, 100.0, 600.0), &mut (), &interrupt).unwrap();
    let requests = load.report.requests;
    assert!(load.report.window_s < 300.0 && requests.completed >= 30, "{requests:?}");
    assert_eq!(requests.planned, requests.completed + requests.failed + requests.in_flight + requests.unsent);
    assert!(load.report.notes[0].starts_with("The load was broken off"), "{:?}", load.report.notes);
}

#[test]
fn what_cannot_be_done_is_said() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let said = |spec: &LoadSpec| run(spec, &mut (), &AtomicBool::new(false)).unwrap_err();
    let refused = said(&spec(free, 10.0, 0.1));
    assert!(matches!(&refused, LoadError::Unreachable { address, .. } if *address == free), "{refused}");
    assert!(refused.to_string().contains("refused"), "{refused}");
    let both = said(&LoadSpec { addresses: vec![free, free], ..spec(free, 10.0, 0.1) });
    assert!(matches!(both, LoadError::Unreachable { .. }), "{both}");
    let few = said(&LoadSpec { connections: 1, threads: 2, ..spec(free, 10.0, 0.1) });
    assert_eq!(few.to_string(), "1 connections are too few for 2 threads: every thread needs one at least");
    let none = said(&spec(free, 0.0, 0.1));
    assert_eq!(none.to_string(), "the rate is never above zero: there is nothing to send");
    let mut request = get("/");
    request.headers = vec![("X".to_owned(), "a\r\nb".to_owned())];
    let split = said(&LoadSpec { requests: vec![request], ..spec(free, 10.0, 0.1) });
    assert_eq!(split.to_string(), "the header field 'X' has a control character in its value");
    let address = answering(|_| HELLO.to_vec());
    let far = said(&LoadSpec { cpus: vec![100_000], ..spec(address, 10.0, 0.1) });
    assert!(far.to_string().starts_with("processor 100000: a thread cannot be kept to it"), "{far}");
}
