//! The server: accepts, hands requests to what is behind it, and stops when asked.

use crate::{Failures, Options};
use bytes::Bytes;
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use kymo_worker::protocol::{Failure, Served};
use std::convert::Infallible;
use std::error::Error;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::sync::{Semaphore, mpsc, watch};

/// How long connections may take to their end when the server is to stop.
const STOPPING: Duration = Duration::from_millis(1500);

/// How long threads that are in the middle of something are waited for after that.
const ABANDONING: Duration = Duration::from_millis(300);

/// How long no connection is accepted after the system refused one, as it does when there are too many open files.
const REFUSED: Duration = Duration::from_millis(5);

/// What answers requests.
pub trait Handler: Send + Sync + 'static {
    /// The answers' bodies.
    type Body: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static;

    /// Answers a request. What cannot be answered gets the status 500, and is counted by the handler.
    fn handle(&self, request: Request<Incoming>) -> impl Future<Output = Response<Self::Body>> + Send;
}

/// A running server.
pub struct Server {
    runtime: Runtime,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    /// Ends when the last connection does.
    connections: mpsc::Receiver<()>,
    failures: Failures,
}

/// What every connection needs.
struct Shared<H> {
    handler: H,
    failures: Failures,
    permits: Semaphore,
}

impl Server {
    /// Starts to accept connections. `make` makes the handler on the server's own runtime.
    ///
    /// # Errors
    /// `failed`, when threads cannot be made, and what `make` says.
    pub fn start<H: Handler>(
        listener: TcpListener,
        options: Options,
        failures: Failures,
        make: impl Future<Output = Result<H, Failure>>,
    ) -> Result<Self, Failure> {
        crate::raise_descriptors();
        let unusable = |error: io::Error| Failure::failed(format!("cannot start the server: {error}"));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(options.threads)
            .thread_name("server")
            .enable_all()
            .build()
            .map_err(unusable)?;
        let address = listener.local_addr().map_err(unusable)?;
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener).map_err(unusable)?
        };
        let handler = runtime.block_on(make)?;
        let permits = Semaphore::new(options.max_requests);
        let shared = Arc::new(Shared { handler, failures: failures.clone(), permits });
        let (stop, stopped) = watch::channel(false);
        let (alive, connections) = mpsc::channel(1);
        runtime.spawn(accept(listener, shared, stopped, alive));
        Ok(Self { runtime, address, stop, connections, failures })
    }

    /// The address that it listens on, with its port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Accepts no more connections, lets requests under way come to their end for a second or two, and tells what
    /// failed.
    pub fn stop(mut self) -> Served {
        let _ = self.stop.send(true);
        self.runtime.block_on(async {
            // Nobody sends: this waits for the last connection to let go.
            let _ = tokio::time::timeout(STOPPING, self.connections.recv()).await;
        });
        // What is dropped from here on, an idle instance or an answer that takes too long, is no failure.
        let served = self.failures.told();
        self.runtime.shutdown_timeout(ABANDONING);
        served
    }
}

async fn accept<H: Handler>(
    listener: tokio::net::TcpListener,
    shared: Arc<Shared<H>>,
    mut stopped: watch::Receiver<bool>,
    alive: mpsc::Sender<()>,
) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopped.changed() => return,
        };
        match accepted {
            Ok((stream, _)) => {
                tokio::spawn(converse(stream, shared.clone(), stopped.clone(), alive.clone()));
            }
            Err(error) => {
                shared.failures.note(format!("a connection could not be accepted: {error}"));
                tokio::time::sleep(REFUSED).await;
            }
        }
    }
}

/// Answers the requests of a connection until it ends or the server is to stop.
async fn converse<H: Handler>(
    stream: TcpStream,
    shared: Arc<Shared<H>>,
    mut stopped: watch::Receiver<bool>,
    _alive: mpsc::Sender<()>,
) {
    // An answer is small and goes out at once, as in every server that is measured here.
    if let Err(error) = stream.set_nodelay(true) {
        shared.failures.note(format!("a connection cannot have TCP_NODELAY: {error}"));
    }
    let answer = service_fn(|request| {
        let shared = &shared;
        async move {
            let Ok(_permit) = shared.permits.acquire().await else { std::future::pending().await };
            Ok::<_, Infallible>(shared.handler.handle(request).await)
        }
    });
    let connection = http1::Builder::new().pipeline_flush(true).serve_connection(TokioIo::new(stream), answer);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    // Clients may go when they like; a body that breaks off is the guest's failure.
    if let Err(error) = ended
        && error.is_user()
    {
        let reason = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        shared.failures.count(format!("an answer broke off: {reason}"));
    }
}
