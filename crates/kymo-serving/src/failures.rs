//! Requests that were not answered properly: how many, and why.

use kymo_worker::protocol::Served;
use std::sync::{Arc, Mutex, PoisonError};

/// How many different messages are kept.
const MESSAGES_MAX: usize = 5;

/// The failed requests of a server; every clone counts into the same.
#[derive(Clone, Debug, Default)]
pub struct Failures(Arc<Mutex<Counted>>);

#[derive(Debug, Default)]
struct Counted {
    failed: u64,
    messages: Vec<String>,
}

impl Failures {
    /// A request failed.
    pub fn count(&self, message: impl Into<String>) {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counted.failed += 1;
        counted.keep(message.into());
    }

    /// Something went wrong that is no request's failure, or of which the request was counted already.
    pub fn note(&self, message: impl Into<String>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).keep(message.into());
    }

    /// What is told when the server has stopped.
    pub fn told(&self) -> Served {
        let counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Served { failed: counted.failed, messages: counted.messages.clone(), code_sha256: None }
    }
}

impl Counted {
    fn keep(&mut self, message: String) {
        if self.messages.len() < MESSAGES_MAX && !self.messages.contains(&message) {
            self.messages.push(message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_all_counted_and_the_first_different_messages_kept() {
        let failures = Failures::default();
        for request in 0..20 {
            failures.clone().count(format!("reason {}", request / 2));
        }
        failures.note("reason 0");
        let told = failures.told();
        assert_eq!(told.failed, 20);
        assert_eq!(told.messages, ["reason 0", "reason 1", "reason 2", "reason 3", "reason 4"]);
    }
}
