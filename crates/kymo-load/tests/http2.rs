//! HTTP/2 against a server that is not ours.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use h2::server::SendResponse;
use h2::{Reason, RecvStream};
use kymo_load::{Expect, HttpVersion, LoadSpec, run};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::Duration;
use support::{HELLO, answering, get, put, spec};

/// A server that answers by path: `/stuck` never, `/reset` with a reset, `/echo` with the request's body, anything else
/// with a greeting. It allows four streams at a time, and 100 bytes of a body before it has read them.
fn server() -> SocketAddr {
    let (told, address) = std::sync::mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            told.send(listener.local_addr().unwrap()).unwrap();
            let tasks = tokio::task::LocalSet::new();
            let accept = async {
                loop {
                    let (socket, _) = listener.accept().await.unwrap();
                    socket.set_nodelay(true).unwrap();
                    tokio::task::spawn_local(connection(socket));
                }
            };
            tasks.run_until(accept).await;
        });
    });
    address.recv().unwrap()
}

async fn connection(socket: tokio::net::TcpStream) {
    let mut builder = h2::server::Builder::new();
    builder.max_concurrent_streams(4).initial_window_size(100);
    let Ok(mut connection) = builder.handshake::<_, bytes::Bytes>(socket).await else { return };
    while let Some(Ok((request, respond))) = connection.accept().await {
        let path = request.uri().path().to_owned();
        tokio::task::spawn_local(answer(path, request.into_body(), respond));
    }
}

async fn answer(path: String, mut body: RecvStream, mut respond: SendResponse<bytes::Bytes>) {
    let mut read = Vec::new();
    while let Some(Ok(part)) = body.data().await {
        body.flow_control().release_capacity(part.len()).unwrap();
        read.extend_from_slice(&part);
    }
    match path.as_str() {
        "/stuck" => tokio::time::sleep(Duration::from_secs(30)).await,
        "/reset" => respond.send_reset(Reason::REFUSED_STREAM),
        _ => {
            let status = if path == "/teapot" { 418 } else { 200 };
            let body = if path == "/echo" { read } else { b"Hello, World!".to_vec() };
            let response = http::Response::builder().status(status).header("x-a", "b").body(()).unwrap();
            if let Ok(mut stream) = respond.send_response(response, false) {
                let _ = stream.send_data(body.into(), true);
            }
        }
    }
}

fn http2(paths: &[&str], rate: f64) -> LoadSpec {
    let asking = |path: &&str| {
        let mut request = get(path);
        let body = if *path == "/echo" { vec![b'x'; 3000] } else { Vec::new() };
        let expected = if *path == "/echo" { body.clone() } else { b"Hello, World!".to_vec() };
        request.method = if *path == "/echo" { "POST" } else { "GET" }.to_owned();
        request.body = body;
        request.expect = Expect { body: Some(expected), ..Expect::default() };
        request
    };
    let requests = paths.iter().map(asking).collect();
    LoadSpec { http: HttpVersion::Http2, connections: 2, depth: 10, requests, ..spec(server(), rate, 0.5) }
}

#[test]
fn streams_are_answered_with_bodies_under_flow_control_both_ways() {
    let load = put(&http2(&["/", "/echo", "/teapot"], 400.0));
    let (requests, errors) = (load.report.requests, load.report.errors);
    assert_eq!(requests.planned, 200);
    assert_eq!(requests.failed, errors.status, "{errors:?} {:?}", load.report.notes);
    let statuses: HashMap<u16, u64> = load.report.statuses.into_iter().collect();
    assert_eq!((statuses[&418], statuses[&200]), (errors.status, requests.completed));
    assert!(errors.status > 20, "a third of 200: {errors:?}");
    assert_eq!(load.report.connections.made, 2);
}

#[test]
fn a_stream_that_is_reset_or_late_fails_alone() {
    let reset = put(&http2(&["/", "/reset"], 200.0));
    assert_eq!(reset.report.requests.failed, reset.report.errors.read, "{:?}", reset.report.errors);
    assert!(reset.report.errors.read > 20 && reset.report.requests.completed > 20, "{:?}", reset.report.requests);
    assert_eq!(reset.report.connections.made, 2);
    let late = put(&LoadSpec { timeout: Duration::from_millis(100), ..http2(&["/", "/stuck"], 40.0) });
    assert_eq!(late.report.requests.failed, late.report.errors.timeout, "{:?}", late.report.errors);
    assert_eq!(late.report.requests.unsent, 0, "{:?}", late.report.requests);
    assert!(late.report.errors.timeout > 2, "{:?}", late.report.errors);
    assert_eq!(late.report.connections.made, 2, "the connection goes on");
}

#[test]
fn a_server_of_http1_is_no_server_of_http2() {
    let address = answering(|_| HELLO.to_vec());
    let drain = Duration::from_millis(100);
    let wrong = LoadSpec { http: HttpVersion::Http2, drain, ..spec(address, 50.0, 0.3) };
    let load = run(&wrong, &mut (), &AtomicBool::new(false)).unwrap();
    assert_eq!(load.report.requests.completed, 0);
    assert!(load.report.notes.iter().any(|note| note.contains("is that HTTP/2?")), "{:?}", load.report.notes);
}
