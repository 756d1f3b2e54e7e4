//! What the store of a handler's instance holds.

use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{
    Error, RequestOptions, Result, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView,
};

/// The system interface of an instance.
pub struct Host {
    system: WasiCtx,
    table: ResourceTable,
    http: WasiHttpCtx,
    hooks: NoClient,
}

impl Host {
    pub fn new(system: WasiCtx) -> Self {
        Self { system, table: ResourceTable::new(), http: WasiHttpCtx::new(), hooks: NoClient }
    }
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.system, table: &mut self.table }
    }
}

impl WasiHttpView for Host {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { hooks: &mut self.hooks, table: &mut self.table, ctx: &mut self.http }
    }
}

/// A guest is a server here and no client: what it asks of others is denied.
struct NoClient;

/// What becomes of the bytes of a request or an answer.
type Transfer = Box<dyn Future<Output = Result<()>> + Send>;

impl WasiHttpHooks for NoClient {
    fn send_request(
        &mut self,
        _: hyper::Request<WasiBody>,
        _: Option<RequestOptions>,
        _: Transfer,
    ) -> Box<dyn Future<Output = Result<(hyper::Response<WasiBody>, Transfer)>> + Send> {
        Box::new(std::future::ready(Err(Error::HttpRequestDenied)))
    }
}
