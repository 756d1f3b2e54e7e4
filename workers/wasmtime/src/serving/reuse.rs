//! How long an instance lives: the policy that Wasmtime's handler asks for.

use super::host::Host;
use super::settings::Reuse;
use crate::faults;
use kymo_serving::Failures;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};
use tokio::time::Sleep;
use wasmtime::component::GuestTaskId;
use wasmtime::{Store, StoreContextMut};
use wasmtime_wasi_http::handler::{ShouldAccept, WorkerExpiration, WorkerState, WorkerStatus};

/// An idle instance goes after a while; a busy one may take as long as it likes, since the client has a time limit.
pub struct Expiration {
    idle: Duration,
    /// The end of the present idleness; made only for instances that ever are idle.
    end: Option<Pin<Box<Sleep>>>,
}

impl Expiration {
    pub fn new(idle: Duration) -> Self {
        Self { idle, end: None }
    }
}

impl WorkerExpiration for Expiration {
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>, status: WorkerStatus, since: Instant) -> Poll<()> {
        if status != WorkerStatus::Idle {
            return Poll::Pending;
        }
        let deadline = tokio::time::Instant::from_std(since + self.idle);
        let end = self.end.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        if end.deadline() != deadline {
            end.as_mut().reset(deadline);
        }
        ready!(end.as_mut().poll(cx));
        Poll::Ready(())
    }
}

/// Which requests an instance takes.
pub struct Policy {
    pub reuse: Reuse,
    pub failures: Failures,
}

impl WorkerState for Policy {
    type StoreData = Host;
    type RequestData = ();

    fn should_accept_request(&self, concurrent: usize, total: usize) -> ShouldAccept {
        if total as u64 >= self.reuse.total {
            ShouldAccept::Never
        } else if concurrent as u64 >= self.reuse.concurrent {
            ShouldAccept::No
        } else {
            ShouldAccept::Yes
        }
    }

    fn on_request_start(
        &self,
        _: StoreContextMut<'_, Host>,
        (): (),
        _: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + Sync>> {
        Box::pin(std::future::pending())
    }

    /// The request of a guest that trapped is counted where it is answered, if its client still waits.
    fn drop(&self, _: Store<Host>, result: wasmtime::Result<()>) {
        if let Err(error) = result {
            self.failures.note(faults::described(&error));
        }
    }
}
