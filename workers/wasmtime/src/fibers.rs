//! Fibers of the host: the imports of `kymo_fiber`, by Wasmtime's asynchronous calls.
//!
//! A store runs one call at a time, so each fiber is an instance of the guest's module in a store of its own. What they
//! have in common is the memory, which is shared. `resume` polls the fiber's call from whichever store it is called in;
//! `yield` is an asynchronous function that is pending once. `docs/src/host-fibers.md` describes what the guest sees.

use crate::fiber_world::{Data, Template};
use crate::mappings;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use wasmtime::{Caller, Error, Linker, PoolConcurrencyLimitError, Store, TypedFunc, WasmBacktrace};

/// The module that the functions are imported from.
pub const MODULE: &str = "kymo_fiber";

/// The export that a fiber begins in.
pub const ENTER: &str = "kymo_fiber_enter";

/// The largest slot: the table of fibers is as long as the largest one used.
const SLOT_MAX: i32 = 1 << 24;

/// What `resume` returns: the fiber has ended, it yields, there can be no other fiber.
const ENDED: i32 = 0;
const YIELDED: i32 = 1;
const NONE_LEFT: i32 = -1;

/// A use of fibers that has no meaning; the guest's fault.
#[derive(Debug)]
pub struct Misuse(pub String);

impl std::fmt::Display for Misuse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Misuse {}

fn misuse(what: impl Into<String>) -> Error {
    Error::new(Misuse(what.into()))
}

/// Defines the imports.
pub fn define(linker: &mut Linker<Data>) -> wasmtime::Result<()> {
    linker.func_wrap(MODULE, "resume", |caller: Caller<'_, Data>, slot: i32| caller.data().wasi.fibers.resume(slot))?;
    linker.func_wrap(MODULE, "drop", |caller: Caller<'_, Data>, slot: i32| caller.data().wasi.fibers.forget(slot))?;
    linker.func_wrap_async(MODULE, "yield", |caller: Caller<'_, Data>, ()| {
        Box::new(Suspension { in_fiber: caller.data().wasi.is_fiber, begun: false })
    })?;
    Ok(())
}

/// A `yield` that waits to be resumed.
struct Suspension {
    in_fiber: bool,
    begun: bool,
}

impl Future for Suspension {
    type Output = wasmtime::Result<()>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        if !self.in_fiber {
            Poll::Ready(Err(misuse("kymo_fiber.yield was called outside of a fiber")))
        } else if std::mem::replace(&mut self.begun, true) {
            Poll::Ready(Ok(()))
        } else {
            Poll::Pending
        }
    }
}

/// The fibers of one program; every clone is the same ones.
#[derive(Clone)]
pub struct Fibers {
    template: Arc<Template>,
    table: Arc<Mutex<Table>>,
    /// How many instances for fibers there are, and how many the system has room for.
    made: Arc<AtomicUsize>,
    most: usize,
}

#[derive(Default)]
struct Table {
    /// By slot.
    fibers: Vec<Fiber>,
    /// Instances whose fiber has ended: the next one takes them, with their stack.
    idle: Vec<Member>,
}

#[derive(Default)]
enum Fiber {
    #[default]
    None,
    Suspended(Run),
    /// It, or one that it resumed.
    Running,
}

/// The call of a fiber's entry.
type Run = Pin<Box<dyn Future<Output = (Member, wasmtime::Result<()>)> + Send>>;

/// An instance of the guest for one fiber at a time.
struct Member {
    store: Store<Data>,
    enter: TypedFunc<i32, ()>,
    _counted: Counted,
}

/// One of the instances that are counted, as long as it is there.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    /// One more, where there is room for it. Beyond, the system would refuse memory to whoever wants some next, and that
    /// may be an allocator that ends the process.
    fn new(fibers: &Fibers) -> wasmtime::Result<Self> {
        if fibers.made.fetch_add(1, Ordering::Relaxed) >= fibers.most {
            fibers.made.fetch_sub(1, Ordering::Relaxed);
            return Err(mappings::none_left());
        }
        Ok(Self(fibers.made.clone()))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Member {
    fn new(fibers: &Fibers) -> wasmtime::Result<Self> {
        let _counted = Counted::new(fibers)?;
        let (mut store, linked) = fibers.template.store(fibers)?;
        let instance = poll_once(linked.instantiate_async(&mut store))
            .unwrap_or_else(|| Err(misuse("kymo_fiber.yield was called by the module's start function")))?;
        let enter = instance.get_typed_func(&mut store, ENTER)?;
        Ok(Self { store, enter, _counted })
    }

    async fn run(mut self, slot: i32) -> (Self, wasmtime::Result<()>) {
        let result = self.enter.call_async(&mut self.store, slot).await;
        (self, result)
    }
}

impl Fibers {
    /// No fibers yet, for instances by this template.
    pub fn new(template: Arc<Template>) -> Self {
        Self { template, table: Arc::default(), made: Arc::default(), most: mappings::room_for_stacks() }
    }

    /// What instances are made of.
    pub fn template(&self) -> &Template {
        &self.template
    }

    /// Runs a fiber until it yields or ends, from the start where it is not suspended.
    fn resume(&self, slot: i32) -> wasmtime::Result<i32> {
        let index = index(slot)?;
        let (mut run, is_new) = match self.replace(index, Fiber::Running) {
            Fiber::Suspended(run) => (run, false),
            Fiber::Running => return Err(misuse(format!("kymo_fiber.resume({slot}): this fiber is running"))),
            Fiber::None => match self.begin(slot) {
                Ok(run) => (run, true),
                Err(error) => return self.none_left(index, error),
            },
        };
        // Nobody is to be woken: a fiber goes on when the guest says so.
        match run.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => {
                self.replace(index, Fiber::Suspended(run));
                Ok(YIELDED)
            }
            Poll::Ready((member, Ok(()))) => {
                let mut table = self.table();
                table.fibers[index] = Fiber::None;
                table.idle.push(member);
                Ok(ENDED)
            }
            // A stack is made at the first poll, before the guest runs on it.
            Poll::Ready((_, Err(error))) if is_new && !error.is::<WasmBacktrace>() => self.none_left(index, error),
            Poll::Ready((_, Err(error))) => {
                self.replace(index, Fiber::None);
                Err(error)
            }
        }
    }

    fn begin(&self, slot: i32) -> wasmtime::Result<Run> {
        // By itself: the table must not be locked while an instance is made.
        let idle = self.table().idle.pop();
        let member = idle.map_or_else(|| Member::new(self), Ok)?;
        Ok(Box::pin(member.run(slot)))
    }

    /// A fiber could not be made: the guest is told where memory was refused, or the stacks of the pool are all taken.
    fn none_left(&self, index: usize, error: Error) -> wasmtime::Result<i32> {
        self.replace(index, Fiber::None);
        let none_left = mappings::refused(&error) || error.is::<PoolConcurrencyLimitError>();
        if none_left { Ok(NONE_LEFT) } else { Err(error) }
    }

    /// Forgets a suspended fiber; one that is not there needs no forgetting.
    fn forget(&self, slot: i32) -> wasmtime::Result<()> {
        let index = index(slot)?;
        match self.replace(index, Fiber::None) {
            Fiber::Running => {
                self.replace(index, Fiber::Running);
                Err(misuse(format!("kymo_fiber.drop({slot}): this fiber is running")))
            }
            // Its guest's frames are unwound here; no code of the guest's runs.
            Fiber::Suspended(run) => {
                drop(run);
                Ok(())
            }
            Fiber::None => Ok(()),
        }
    }

    /// Gives back all instances. They hold the table, as it does them, so none would ever go by itself.
    pub fn clear(&self) {
        let Table { fibers, idle } = std::mem::take(&mut *self.table());
        drop((fibers, idle));
    }

    fn replace(&self, index: usize, fiber: Fiber) -> Fiber {
        let mut table = self.table();
        if index >= table.fibers.len() {
            table.fibers.resize_with(index + 1, Fiber::default);
        }
        std::mem::replace(&mut table.fibers[index], fiber)
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn index(slot: i32) -> wasmtime::Result<usize> {
    let index = usize::try_from(slot).ok().filter(|_| (1..=SLOT_MAX).contains(&slot));
    index.ok_or_else(|| misuse(format!("kymo_fiber: slots are 1 to {SLOT_MAX}, not {slot}")))
}

/// The output of a future that is not to be pending.
fn poll_once<F: Future>(future: F) -> Option<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}
