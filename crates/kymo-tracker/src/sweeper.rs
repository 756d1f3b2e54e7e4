//! What a server does by itself each second: leases that expired go back to the queue.

use crate::api::Api;
use crate::api::gate::waiting;
use std::sync::Arc;
use std::time::Duration;

/// How often.
const EVERY: Duration = Duration::from_secs(1);

/// A failure that goes on is said again after so many.
const SAID_AGAIN: u32 = 60;

/// Sweeps until the server stops.
pub async fn sweep(api: Arc<Api>) {
    let mut stopping = api.stopping.clone();
    let mut failures = 0;
    loop {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stopping.wait_for(|stopping| *stopping) => return,
        }
        let own = api.clone();
        match waiting(move || own.pool.with(|store| store.expire_leases())).await {
            Ok(_) => failures = 0,
            Err(problem) => {
                if failures % SAID_AGAIN == 0 {
                    api.log(&problem.log.unwrap_or(problem.detail));
                }
                failures += 1;
            }
        }
    }
}
