//! Agents that wait for jobs are woken by one look at the store for all of them.

use super::Api;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// How often the store is asked while somebody waits.
const EVERY: Duration = Duration::from_millis(200);

/// Who waits, by machine.
#[derive(Default)]
pub struct Wakers {
    machines: Mutex<HashMap<String, Arc<Notify>>>,
}

impl Wakers {
    /// What wakes the agent of a machine.
    pub fn of(&self, machine: &str) -> Arc<Notify> {
        let mut machines = self.machines.lock().unwrap_or_else(PoisonError::into_inner);
        machines.entry(machine.to_owned()).or_default().clone()
    }

    /// Wakes the agents of a machine.
    pub fn wake(&self, machine: &str) {
        let machines = self.machines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(notify) = machines.get(machine) {
            notify.notify_waiters();
        }
    }

    /// Whether anybody waits; those that nobody waits for are forgotten.
    fn any(&self) -> bool {
        let mut machines = self.machines.lock().unwrap_or_else(PoisonError::into_inner);
        machines.retain(|_, notify| Arc::strong_count(notify) > 1);
        !machines.is_empty()
    }
}

/// Looks for jobs for those who wait, until the server stops.
pub async fn watch(api: Arc<Api>) {
    let mut stopping = api.stopping.clone();
    loop {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stopping.wait_for(|stopping| *stopping) => return,
        }
        if !api.wakers.any() {
            continue;
        }
        let own = api.clone();
        let looked = super::gate::waiting(move || own.pool.with(|store| store.waiting_machines())).await;
        // A store that is away is said by the sweeper.
        looked.unwrap_or_default().iter().for_each(|machine| api.wakers.wake(machine));
    }
}
