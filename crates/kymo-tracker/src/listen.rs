//! The loop that takes connections: so many at most, each with a limit of time for the head of a request.

use crate::api::Peer;
use axum::Router;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

/// Bytes of a request's head at most.
const HEAD_MAX: usize = 16 << 10;

/// Headers of a request at most.
const HEADERS_MAX: usize = 64;

/// Files that a server needs beside its connections: the store, the site, git.
const FILES_BESIDE: usize = 256;

/// Limits of connections.
#[derive(Clone, Copy, Debug)]
pub struct Connections {
    /// So many at once; more wait to be taken.
    pub at_once: usize,
    /// How long the head of a request may take, and how long a connection may be idle.
    pub head_within: Duration,
}

impl Connections {
    /// As many of them as the process may have files.
    pub fn within_files(self) -> Self {
        let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
        let line = limits.lines().find(|line| line.starts_with("Max open files"));
        let files =
            line.and_then(|line| line.split_whitespace().nth(3)).and_then(|number| number.parse::<usize>().ok());
        let most = files.map_or(self.at_once, |files| files.saturating_sub(FILES_BESIDE).max(64));
        Self { at_once: self.at_once.min(most), ..self }
    }
}

/// Takes connections until the server stops, then waits for the requests under way.
pub async fn accept(listener: TcpListener, app: Router, limits: Connections, mut stopping: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(limits.at_once));
    let stop = stopping.clone();
    loop {
        let place = tokio::select! {
            place = places.clone().acquire_owned() => place,
            _ = stopping.wait_for(|stopping| *stopping) => break,
        };
        let Ok(place) = place else { break };
        let taken = tokio::select! {
            taken = listener.accept() => taken,
            _ = stopping.wait_for(|stopping| *stopping) => break,
        };
        let (stream, address) = match taken {
            Ok(taken) => taken,
            Err(_) => {
                // No more files, or a connection that was given up: neither ends the server.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        // Answers are small and whole: waiting to fill a packet only delays them.
        let _ = stream.set_nodelay(true);
        let app = TowerToHyperService::new(app.clone());
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(address));
            app.call(request)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head_within)
            .max_headers(HEADERS_MAX)
            .max_buf_size(HEAD_MAX)
            .serve_connection(TokioIo::new(stream), service);
        let mut stop = stop.clone();
        tokio::spawn(async move {
            let _place = place;
            let mut connection = std::pin::pin!(connection);
            let asked_to_stop = async {
                let _ = stop.wait_for(|stopping| *stopping).await;
            };
            // A client that went away or sent nonsense is its own affair.
            tokio::select! {
                _ = connection.as_mut() => return,
                () = asked_to_stop => connection.as_mut().graceful_shutdown(),
            }
            let _ = connection.await;
        });
    }
    // Each connection has a place until its request is answered.
    let all = u32::try_from(limits.at_once).unwrap_or(u32::MAX);
    let _ = places.acquire_many(all).await;
}
