//! A core module that is a server itself: a program that serves until it is told to stop, on sockets of the host.

use super::readiness::{self, Readiness};
use super::sockets::{self, HasSockets, Sockets, Stop};
use crate::code::Code;
use crate::config::Prepared;
use crate::faults;
use crate::wasi::{self, Output};
use kymo_serving::raise_descriptors;
use kymo_worker::protocol::{Failure, Serve, Served};
use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;
use wasmtime::{Engine, Linker, Memory, Module, Store};
use wasmtime_wasi::p1::{WasiP1Ctx, add_to_linker_sync};

/// The stack of the program's thread. WebAssembly may use 6 MiB of it, as on the main thread; the rest is for the host.
const STACK_BYTES: usize = 8 << 20;

/// How long a program that is to stop may take for it.
const STOPPING: Duration = Duration::from_secs(2);

/// What a program says while it runs.
enum Event {
    Listens(SocketAddr),
    /// With its exit code.
    Ended(Result<i32, Failure>),
}

/// What the store of the program holds.
struct Data {
    system: WasiP1Ctx,
    sockets: Sockets,
    memory: Option<Memory>,
}

impl HasSockets for Data {
    fn sockets(&mut self) -> &mut Sockets {
        &mut self.sockets
    }

    fn memory(&self) -> Option<Memory> {
        self.memory
    }
}

/// A running program.
pub struct ProgramServer {
    address: SocketAddr,
    events: Receiver<Event>,
    stop: Stop,
}

impl ProgramServer {
    /// Starts the program, on a thread of its own, and waits until it listens.
    ///
    /// # Errors
    /// `invalid` for a module that is no server, or that ends before it listens; what the guest does wrong; `failed`
    /// where the address is of no use.
    pub fn start(prepared: &Prepared, code: &Code, ask: &Serve) -> Result<Self, Failure> {
        if !code.module.imports().any(|import| import.module() == sockets::MODULE) {
            let message = "the module is no server: it imports nothing from kymo_socket, and only components export \
                           handlers of wasi:http";
            return Err(Failure::invalid(message));
        }
        raise_descriptors();
        let unusable = |error: std::io::Error| Failure::failed(format!("cannot start the server: {error}"));
        let stop = Stop::new().map_err(unusable)?;
        let (say, events) = channel();
        // The guest says how many connections may wait, unless somebody has set it.
        let backlog = prepared.open.settings.get("backlog").and_then(|text| text.parse().ok());
        let listening = {
            let say = say.clone();
            move |address| {
                let _ = say.send(Event::Listens(address));
            }
        };
        let how = prepared.open.settings.get(readiness::SETTING).map_or(readiness::POLL, String::as_str);
        let readiness = Readiness::new(how, stop.waker()).map_err(unusable)?;
        let data = Data {
            system: wasi::complete(&prepared.open, &Output::create(&prepared.open)?)?.build_p1(),
            sockets: Sockets::new(&ask.address, backlog, stop.clone(), readiness, listening),
            memory: None,
        };
        let (engine, module) = (prepared.engine.clone(), code.module.clone());
        let thread = std::thread::Builder::new().name("program".to_owned()).stack_size(STACK_BYTES);
        thread.spawn(move || run(&engine, &module, data, &say)).map_err(unusable)?;
        match events.recv() {
            Ok(Event::Listens(address)) => Ok(Self { address, events, stop }),
            Ok(Event::Ended(Ok(code))) => {
                Err(Failure::invalid(format!("the program ended with code {code} and never called kymo_socket.listen")))
            }
            Ok(Event::Ended(Err(failure))) => Err(failure),
            Err(_) => Err(Failure::failed("the thread of the program has panicked")),
        }
    }

    /// The address that it listens on, with its port.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// Tells the program to stop, and waits until it has returned.
    ///
    /// # Errors
    /// What ended the program while it was to serve; `failed` where it does not stop.
    pub fn stop(self) -> Result<Served, Failure> {
        if let Ok(Event::Ended(ended)) = self.events.try_recv() {
            let code = ended?;
            return Err(Failure::failed(format!("the program ended with code {code} before it was to stop")));
        }
        self.stop.ask();
        match self.events.recv_timeout(STOPPING) {
            Ok(Event::Ended(Ok(0))) => Ok(Served::default()),
            Ok(Event::Ended(Ok(code))) => {
                Err(Failure::failed(format!("the program ended with code {code} when it was to stop")))
            }
            Ok(Event::Ended(Err(failure))) => Err(failure),
            Ok(Event::Listens(_)) => Err(Failure::failed("the program listened twice")),
            Err(RecvTimeoutError::Timeout) => Err(Failure::failed(format!(
                "the program has not returned {} s after kymo_socket.stopping gave 1",
                STOPPING.as_secs()
            ))),
            Err(RecvTimeoutError::Disconnected) => Err(Failure::failed("the thread of the program has panicked")),
        }
    }
}

fn run(engine: &Engine, module: &Module, data: Data, say: &Sender<Event>) {
    let mut store = Store::new(engine, data);
    let ended = program(&mut store, module);
    // A guest that could not listen ends somehow; the reason is what matters.
    let ended = store.data_mut().sockets.problem.take().map_or(ended, Err);
    // Its sockets close before anybody hears that it has ended.
    drop(store);
    let _ = say.send(Event::Ended(ended));
}

fn program(store: &mut Store<Data>, module: &Module) -> Result<i32, Failure> {
    let engine = store.engine().clone();
    if engine.get_consume_fuel() {
        store.set_fuel(u64::MAX).map_err(faults::failed)?;
    }
    if engine.get_epoch_interruption() {
        // Nobody ever increments the epoch.
        store.set_epoch_deadline(1);
    }
    let mut linker = Linker::new(&engine);
    define_imports(&mut linker).map_err(faults::failed)?;
    let linked = linker.instantiate_pre(module).map_err(faults::unlinkable)?;
    let instance = linked.instantiate(&mut *store).or_else(faults::left_early)?;
    store.data_mut().memory = instance.get_memory(&mut *store, "memory");
    let start = instance.get_typed_func::<(), ()>(&mut *store, "_start");
    let start = start.map_err(|error| Failure::invalid(format!("there is no program at '_start': {error:#}")))?;
    start.call(&mut *store, ()).map(|()| 0).or_else(faults::left)
}

fn define_imports(linker: &mut Linker<Data>) -> wasmtime::Result<()> {
    add_to_linker_sync(linker, |data: &mut Data| &mut data.system)?;
    // Nothing is bracketed here.
    linker.func_wrap("bench", "start", || ())?;
    linker.func_wrap("bench", "end", || ())?;
    sockets::define(linker)
}
