//! A component that handles requests, behind the server.

use super::Generation;
use super::guests::Guests;
use super::host::Host;
use super::settings::Reuse;
use crate::config::Prepared;
use crate::faults;
use crate::wasi::Output;
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::{Request, Response, StatusCode};
use kymo_serving::{Failures, Handler, Options, Server, listen};
use kymo_worker::protocol::{Failure, Serve, Served};
use wasmtime::component::{Component, InstancePre, Linker};
use wasmtime_wasi_http::handler::{ProxyHandler, ProxyPre};
use wasmtime_wasi_http::{Error, WasiBody, p2, p3};

/// A running server whose requests a component handles.
pub struct HttpServer(Server);

impl HttpServer {
    /// Starts it.
    ///
    /// # Errors
    /// `invalid` for a component that handles no requests or imports what nobody provides; `failed` where the address
    /// or a setting is of no use.
    pub fn start(prepared: &Prepared, component: &Component, ask: &Serve) -> Result<Self, Failure> {
        let Prepared { engine, chosen, open, .. } = prepared;
        let generation = Generation::of(&prepared.module).ok_or_else(|| {
            Failure::invalid(
                "the component handles no requests: it exports neither wasi:http/incoming-handler@0.2 nor \
                 wasi:http/handler@0.3",
            )
        })?;
        if !chosen.is_on("concurrency-support") {
            return Err(Failure::failed("Wasmtime's handler of requests wants 'concurrency-support' on"));
        }
        let mut linker = Linker::new(engine);
        define_imports(&mut linker).map_err(faults::failed)?;
        let linked = linker.instantiate_pre(component).map_err(faults::unlinkable)?;
        let sockets = |(name, _): (&str, _)| name.starts_with("wasi:sockets/");
        let failures = Failures::default();
        let guests = Guests {
            engine: engine.clone(),
            component: handler(linked, generation).map_err(|error| Failure::invalid(format!("{error:#}")))?,
            open: open.clone(),
            output: Output::create(open)?,
            has_network: component.component_type().imports(engine).any(sockets),
            reuse: Reuse::new(chosen, generation),
            failures: failures.clone(),
        };
        let options = Options::new(chosen);
        let listener = listen(&ask.address, options.backlog)?;
        let answers = Answers { guests: ProxyHandler::new(guests), failures: failures.clone() };
        Server::start(listener, options, failures, async { Ok(answers) }).map(Self)
    }

    /// The address that it listens on, with its port.
    pub fn address(&self) -> String {
        self.0.address().to_string()
    }

    /// Stops it.
    pub fn stop(self) -> Served {
        self.0.stop()
    }
}

/// All that WASI has: the interfaces of a command beside those of a proxy, since guests of languages with a large
/// runtime import them all.
fn define_imports(linker: &mut Linker<Host>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)?;
    p2::add_only_http_to_linker_async(linker)?;
    wasmtime_wasi::p3::add_to_linker(linker)?;
    p3::add_to_linker(linker)
}

fn handler(linked: InstancePre<Host>, generation: Generation) -> wasmtime::Result<ProxyPre<Host>> {
    Ok(match generation {
        Generation::P2 => ProxyPre::P2(p2::bindings::ProxyPre::new(linked)?),
        Generation::P3 => ProxyPre::P3(p3::bindings::ServicePre::new(linked)?),
    })
}

/// Answers by the guest.
struct Answers {
    guests: ProxyHandler<Guests>,
    failures: Failures,
}

impl Handler for Answers {
    type Body = WasiBody;

    async fn handle(&self, request: Request<Incoming>) -> Response<WasiBody> {
        let request = request.map(|body| body.map_err(Error::from).boxed_unsync());
        match self.guests.handle((), request).await {
            Ok(response) => response,
            Err(error) => {
                self.failures.count(faults::described(&error));
                let mut response = Response::new(Empty::new().map_err(Error::from).boxed_unsync());
                *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                response
            }
        }
    }
}
