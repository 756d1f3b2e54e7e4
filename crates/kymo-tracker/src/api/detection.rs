//! Looks for changes once results came in, one project at a time: what comes meanwhile is looked at once, afterwards.

use kymo_model::ProjectName;
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Who is to be looked at, and whether somebody is at it.
#[derive(Default)]
pub struct Detection {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    wanted: BTreeSet<ProjectName>,
    busy: bool,
}

impl Detection {
    /// Sees to it that this project is looked at, by this thread or by the one that is at it.
    pub fn look(&self, project: &ProjectName, detect: impl Fn(&ProjectName)) {
        {
            let mut state = self.lock();
            state.wanted.insert(project.clone());
            if std::mem::replace(&mut state.busy, true) {
                return;
            }
        }
        let _busy = Busy(self);
        loop {
            let mut state = self.lock();
            let Some(next) = state.wanted.pop_first() else {
                // Under the same lock that found nothing: who comes now looks for itself.
                state.busy = false;
                return;
            };
            drop(state);
            detect(&next);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets others at it also where an analysis panics.
struct Busy<'a>(&'a Detection);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.lock().busy = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn name(text: &str) -> ProjectName {
        text.parse().unwrap()
    }

    #[test]
    fn what_comes_meanwhile_is_looked_at_once_by_the_same() {
        let detection = Detection::default();
        let looked = Mutex::new(Vec::new());
        detection.look(&name("a"), |project| {
            looked.lock().unwrap().push(project.to_string());
            if looked.lock().unwrap().len() == 1 {
                // As other threads would, while this one is at it.
                for other in ["b", "c", "b", "a"] {
                    detection.look(&name(other), |_| panic!("two at once"));
                }
            }
        });
        assert_eq!(*looked.lock().unwrap(), ["a", "a", "b", "c"]);
    }

    #[test]
    fn a_panic_keeps_nobody_out() {
        let detection = Detection::default();
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            detection.look(&name("a"), |_| panic!("a fault in an analysis"));
        }));
        assert!(panicked.is_err());
        let count = AtomicUsize::new(0);
        detection.look(&name("b"), |_| _ = count.fetch_add(1, Ordering::Relaxed));
        assert_eq!(count.into_inner(), 1);
    }
}
