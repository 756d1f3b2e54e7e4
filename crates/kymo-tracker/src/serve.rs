//! The server from its start to its end.

use crate::api::wakers;
use crate::api::{self, Api};
use crate::listen::{Connections, accept};
use crate::site::keeper::Keeper;
use crate::site::respond;
use crate::{Event, ServeError, ServeOptions, Source, sweeper};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How long open requests may take after a signal to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(3);

/// Serves until SIGINT or SIGTERM.
///
/// # Errors
/// When the port is taken, the store cannot be had, the first publication fails, or the system refuses.
pub fn serve(source: Arc<dyn Source>, mut options: ServeOptions) -> Result<(), ServeError> {
    let (stopping, stopped) = watch::channel(false);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    // First the port, so that a taken one is said before anything is written.
    let wanted = options.listen;
    let bound = runtime.block_on(tokio::net::TcpListener::bind(wanted));
    let listener = bound.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => ServeError::Taken(wanted),
        _ => ServeError::Listen(wanted, error),
    })?;
    // Outside of the runtime: opening a store and closing it waits.
    let api = options.api.take().map(|api| Api::new(api, stopped.clone(), options.announce.clone())).transpose()?;
    let kept = source.clone();
    let done = runtime.block_on(run(source, options, api.clone(), listener, (stopping, stopped)));
    // A publication that is under way is not waited for: whatever happens, the folder stays whole.
    runtime.shutdown_background();
    drop((api, kept));
    done
}

type Stopping = (watch::Sender<bool>, watch::Receiver<bool>);

async fn run(
    source: Arc<dyn Source>,
    options: ServeOptions,
    api: Option<Arc<Api>>,
    listener: tokio::net::TcpListener,
    (stopping, stopped): Stopping,
) -> Result<(), ServeError> {
    let address = listener.local_addr()?;
    let mut stop = Stop::new()?;
    let connections = Connections { at_once: options.connections, head_within: options.head_within }.within_files();
    let keeper = Arc::new(Keeper::new(source, options));
    let first = tokio::task::spawn_blocking({
        let keeper = keeper.clone();
        move || keeper.publish_first()
    });
    tokio::select! {
        first = first => first.map_err(std::io::Error::other)??,
        () = stop.wait() => return Ok(()),
    }
    let site = axum::Router::new().fallback(respond::respond);
    let site = site.with_state(respond::Shown { keeper: keeper.clone(), api: api.clone() });
    let app = match &api {
        Some(api) => api::router(api).merge(site),
        None => site,
    };
    if let Some(api) = &api {
        tokio::spawn(sweeper::sweep(api.clone()));
        tokio::spawn(wakers::watch(api.clone()));
        tokio::spawn(api::sync_all(api.clone()));
    }
    keeper.announce(&Event::Listening(address));
    let server = tokio::spawn(accept(listener, app, connections, stopped));
    stop.wait().await;
    keeper.announce(&Event::Stopping);
    // Nobody listens when the server has ended by itself.
    let _ = stopping.send(true);
    match tokio::time::timeout(LAST_REQUESTS, server).await {
        Ok(ended) => Ok(ended.map_err(std::io::Error::other)?),
        // Somebody holds a connection open.
        Err(_) => Ok(()),
    }
}

/// The signals that end a server.
struct Stop {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

impl Stop {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
