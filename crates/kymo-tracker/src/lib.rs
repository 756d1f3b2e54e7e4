//! The server: the site over a live store, read-only. It publishes into a folder of its own and serves the files of
//! that folder, so that what it shows is what `kymo site build` would write.

mod files;
mod keeper;
mod metrics;
mod respond;

pub use kymo_site::{Options, PublishError, Source};

use keeper::Keeper;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How long open requests may take after a signal to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(3);

/// How to serve.
pub struct ServeOptions {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The folder that is published into and served. It is the server's own.
    pub folder: PathBuf,
    /// How to publish; the time is the server's to say.
    pub publish: Options,
    /// Is told what happens.
    pub announce: Box<dyn Fn(&Event) + Send + Sync>,
}

/// What happens while serving.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Something was published.
    Published(kymo_site::Published),
    /// Something could not be published; what was before is served.
    NotPublished(String),
    /// The server takes requests at this address.
    Listening(SocketAddr),
    /// A signal said to stop.
    Stopping,
}

/// Why the server does not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Somebody has the port.
    #[error("port {} of {} is taken; give another one by --listen, or 0 for any that is free", .0.port(), .0.ip())]
    Taken(SocketAddr),
    /// The address cannot be had.
    #[error("cannot listen at {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
    /// The first publication failed.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// The system refused.
    #[error("cannot serve: {0}")]
    System(#[from] std::io::Error),
}

/// Serves until SIGINT or SIGTERM.
///
/// # Errors
/// When the port is taken, the first publication fails, or the system refuses.
pub fn serve(source: Arc<dyn Source>, options: ServeOptions) -> Result<(), ServeError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(run(source, options));
    // A publication that is under way is not waited for: whatever happens, the folder stays whole.
    runtime.shutdown_background();
    done
}

async fn run(source: Arc<dyn Source>, options: ServeOptions) -> Result<(), ServeError> {
    // First the port, so that a taken one is said before anything is written.
    let wanted = options.listen;
    let listener = tokio::net::TcpListener::bind(wanted).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => ServeError::Taken(wanted),
        _ => ServeError::Listen(wanted, error),
    })?;
    let address = listener.local_addr()?;
    let mut stop = Stop::new()?;
    let keeper = Arc::new(Keeper::new(source, options));
    let first = tokio::task::spawn_blocking({
        let keeper = keeper.clone();
        move || keeper.publish_first()
    });
    tokio::select! {
        first = first => first.map_err(std::io::Error::other)??,
        () = stop.wait() => return Ok(()),
    }
    let app = axum::Router::new().fallback(respond::respond).with_state(keeper.clone());
    keeper.announce(&Event::Listening(address));
    let (said, heard) = tokio::sync::oneshot::channel::<()>();
    let server = axum::serve(listener, app).with_graceful_shutdown(async move {
        // A sender that is gone says the same.
        let _ = heard.await;
    });
    let server = tokio::spawn(async move { server.await });
    stop.wait().await;
    keeper.announce(&Event::Stopping);
    drop(said);
    match tokio::time::timeout(LAST_REQUESTS, server).await {
        Ok(ended) => Ok(ended.map_err(std::io::Error::other)??),
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
