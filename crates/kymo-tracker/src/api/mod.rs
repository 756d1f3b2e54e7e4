//! The API below `/api/v1`.

pub mod access;
mod accounts;
pub use accounts::check_external;
pub use projects::{check as check_policy, sync_all};
mod agent;
pub mod answer;
mod audit;
pub mod call;
mod credentials;
pub mod detection;
pub mod gate;
mod index;
mod jobs;
mod lease;
pub mod limiter;
pub mod login;
mod machines;
pub mod openapi;
pub mod problem;
mod projects;
mod request;
pub mod route;
mod session;
pub mod table;
pub mod wakers;
pub mod wire;

use crate::mirror::Mirrors;
use crate::pool::Pool;
use crate::{ApiOptions, Event};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::routing::{MethodFilter, on};
use problem::{Kind, Problem};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::{Semaphore, watch};

/// Where the API is.
pub const BASE: &str = "/api/v1";

/// Reports of whole jobs that are checked at once: each may hold much memory.
const ENDS_AT_ONCE: usize = 2;

/// What the routes work with. Nothing that matters is kept here: any number of servers may share a store.
pub struct Api {
    /// Connections to the store.
    pub pool: Pool,
    /// How it was asked to work.
    pub options: ApiOptions,
    /// The projects' repositories.
    pub mirrors: Mirrors,
    /// How often one may ask.
    pub limiter: limiter::Limiter,
    /// Agents that wait for jobs.
    pub wakers: wakers::Wakers,
    /// Providers of log-ins.
    pub login: login::Providers,
    /// Says when the server stops.
    pub stopping: watch::Receiver<bool>,
    /// Is told what happens.
    pub announce: Arc<dyn Fn(&Event) + Send + Sync>,
    /// Looks for changes.
    pub detection: detection::Detection,
    /// Holds reports back while others are checked.
    pub ends: Arc<Semaphore>,
}

impl Api {
    /// With connections to the store.
    ///
    /// # Errors
    /// When the store or a provider cannot be had as it was named.
    pub fn new(
        options: ApiOptions,
        stopping: watch::Receiver<bool>,
        announce: Arc<dyn Fn(&Event) + Send + Sync>,
    ) -> Result<Arc<Self>, crate::ServeError> {
        let pool = Pool::new(options.store.clone(), options.connections_to_store)?;
        let mirrors = Mirrors::new(&options.data, options.allow_file_remotes);
        let burst = options.requests_per_second * 4.0;
        let limiter = limiter::Limiter::new(options.requests_per_second, burst);
        let login = login::Providers::new(&options)?;
        let (wakers, ends) = (wakers::Wakers::default(), Arc::new(Semaphore::new(ENDS_AT_ONCE)));
        let detection = detection::Detection::default();
        Ok(Arc::new(Self { pool, options, mirrors, limiter, wakers, login, stopping, announce, detection, ends }))
    }

    /// Where people see the server, as `https://perf.example.org`; without it, each request's own `Host` says.
    pub fn is_https(&self) -> bool {
        self.options.public_url.as_ref().is_some_and(|url| url.scheme() == "https")
    }

    /// Says what failed to whoever runs the server.
    pub fn log(&self, text: &str) {
        (self.announce)(&Event::Failed(crate::clean::line(text, 1000)));
    }
}

/// The routes.
pub fn router(api: &Arc<Api>) -> Router {
    let mut router = Router::new();
    for route in table::routes() {
        let path = format!("{BASE}{}", route.path.trim_end_matches('/'));
        let Ok(filter) = MethodFilter::try_from(route.method.clone()) else { continue };
        let (api, route) = (api.clone(), Arc::new(route));
        router = router.route(&path, on(filter, move |request| gate::answer(api.clone(), route.clone(), request)));
    }
    let unknown = |_: Request<Body>| async {
        answer::problem(&Problem::new(Kind::NotFound, "there is nothing at this address; /api/v1 lists what there is"))
    };
    router
        .route(&format!("{BASE}/"), axum::routing::any(unknown))
        .route("/api", axum::routing::any(unknown))
        .route("/api/{*rest}", axum::routing::any(unknown))
        .method_not_allowed_fallback(|| async {
            answer::problem(&Problem::new(Kind::MethodNotAllowed, "the address has no such method"))
        })
}

/// Where a request comes from: the other end of the connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// The parameters of a route's path, as they were decoded.
pub type Parameters = BTreeMap<String, String>;
