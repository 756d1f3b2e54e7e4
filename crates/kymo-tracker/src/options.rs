//! How to serve, and what happens meanwhile.

use crate::api::login::Provider;
use crate::results::Points;
use kymo_model::ProjectName;
use kymo_site::{Options, PublishError};
use kymo_store::{Store, StoreAddress, StoreError};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// How to serve.
pub struct ServeOptions {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The folder that is published into and served. It is the server's own.
    pub folder: PathBuf,
    /// How to publish; the time is the server's to say.
    pub publish: Options,
    /// The API; `None` serves the site alone.
    pub api: Option<ApiOptions>,
    /// Connections at once, at most; fewer where the process may not have so many files.
    pub connections: usize,
    /// How long the head of a request may take to come, and how long a connection may be idle.
    pub head_within: Duration,
    /// Is told what happens.
    pub announce: Arc<dyn Fn(&Event) + Send + Sync>,
}

/// How changes of a project are looked for; what cannot be, in words.
pub type Detect = fn(&mut Store, &ProjectName) -> Result<(), String>;

/// How to serve the API.
#[derive(Clone)]
pub struct ApiOptions {
    /// Where the store is.
    pub store: StoreAddress,
    /// Connections to the store at most.
    pub connections_to_store: usize,
    /// A folder of this server's own, for the projects' histories. What is in it can be made again.
    pub data: PathBuf,
    /// Makes the points of a run.
    pub points: Points,
    /// Looks for changes of a project once results came in.
    pub detect: Detect,
    /// Where people see the server, as `https://perf.example.org`. It decides on cookies, on which pages may change
    /// something, and on where a provider sends people back to.
    pub public_url: Option<Url>,
    /// Whether only accounts may read.
    pub private: bool,
    /// Whether a proxy in front of the server says who asks, by `X-Forwarded-For`.
    pub behind_proxy: bool,
    /// Whether projects may have `file://` remotes.
    pub allow_file_remotes: bool,
    /// Requests a second for each token, and for each address without one; four times as many at once.
    pub requests_per_second: f64,
    /// How long the body of a request may take to come.
    pub body_within: Duration,
    /// How long a job is lent to an agent that is not heard of, in seconds.
    pub lease_s: u32,
    /// Providers of log-ins.
    pub providers: Vec<Provider>,
    /// The version, as the API says it.
    pub version: String,
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
    /// A request, or something that the server does by itself, failed.
    Failed(String),
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
    /// The options contradict each other.
    #[error("{0}")]
    Options(String),
    /// The first publication failed.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// The store cannot be had.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system refused.
    #[error("cannot serve: {0}")]
    System(#[from] std::io::Error),
}
