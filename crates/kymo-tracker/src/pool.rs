//! Connections to the store, lent to one request at a time.

use crate::api::problem::{Kind, Problem};
use kymo_store::{Refusal, Store, StoreAddress, StoreError, WatchError};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a request waits for a connection.
const PATIENCE: Duration = Duration::from_secs(10);

/// A pool of connections to one store.
pub struct Pool {
    address: StoreAddress,
    state: Mutex<State>,
    freed: Condvar,
    size_max: usize,
}

#[derive(Default)]
struct State {
    idle: Vec<Store>,
    open: usize,
}

impl Pool {
    /// A pool of at most so many connections; the first is made now, so that a store that cannot be had is said at once.
    ///
    /// # Errors
    /// Those of [`Store::connect`].
    pub fn new(address: StoreAddress, size_max: usize) -> Result<Self, StoreError> {
        let first = Store::connect(&address)?;
        let state = Mutex::new(State { idle: vec![first], open: 1 });
        Ok(Self { address, state, freed: Condvar::new(), size_max: size_max.max(1) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in it is half done at a panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Result<Lent<'_>, Problem> {
        let mut state = self.state();
        loop {
            if let Some(store) = state.idle.pop() {
                return Ok(Lent { pool: self, store: Some(store) });
            }
            if state.open < self.size_max {
                state.open += 1;
                break;
            }
            let (again, waited) = self.freed.wait_timeout(state, PATIENCE).unwrap_or_else(PoisonError::into_inner);
            state = again;
            if waited.timed_out() && state.idle.is_empty() {
                return Err(Problem::unavailable("every connection to the store is busy for long"));
            }
        }
        drop(state);
        // Counted as open already: given back by the drop of what is lent, whatever comes of it.
        let mut lent = Lent { pool: self, store: None };
        lent.store = Some(Store::connect(&self.address).map_err(Problem::unavailable)?);
        Ok(lent)
    }

    /// Does something with a connection. One that failed is not used again: its database may be gone or back.
    ///
    /// # Errors
    /// What the store refused, as the API says it; what it failed in goes to the log.
    pub fn with<T>(&self, work: impl FnOnce(&mut Store) -> Result<T, WatchError>) -> Result<T, Problem> {
        let mut lent = self.take()?;
        // Out of what is lent meanwhile: a panic in the work leaves it out.
        let Some(mut store) = lent.store.take() else { return Err(Problem::internal("a connection without a store")) };
        match work(&mut store) {
            Ok(value) => {
                lent.store = Some(store);
                Ok(value)
            }
            Err(WatchError::Refused(refusal)) => {
                lent.store = Some(store);
                Err(refused(&refusal))
            }
            Err(WatchError::Store(error)) => Err(failed(&error)),
        }
    }
}

/// A connection in use.
struct Lent<'a> {
    pool: &'a Pool,
    store: Option<Store>,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut state = self.pool.state();
        match self.store.take() {
            Some(store) => state.idle.push(store),
            None => state.open -= 1,
        }
        drop(state);
        self.pool.freed.notify_one();
    }
}

fn refused(refusal: &Refusal) -> Problem {
    let kind = match refusal {
        Refusal::NoSuch { .. } => Kind::NotFound,
        Refusal::Exists { .. } | Refusal::NotNow { .. } => Kind::Conflict,
        Refusal::Invalid { .. } => Kind::Invalid,
    };
    Problem::new(kind, refusal.to_string())
}

fn failed(error: &StoreError) -> Problem {
    match error {
        StoreError::Busy { .. } | StoreError::Unreachable { .. } | StoreError::Full { .. } => {
            Problem::unavailable(error)
        }
        error => Problem::internal(error),
    }
}
