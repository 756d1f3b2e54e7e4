//! So many at once and no more: what waits for somebody else's server must not take every thread.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Places for work that may take long.
pub struct Places {
    most: usize,
    taken: AtomicUsize,
}

/// A place that was taken; dropping it gives it back.
pub struct Place<'a>(&'a Places);

impl Places {
    /// So many of them.
    pub const fn new(most: usize) -> Self {
        Self { most, taken: AtomicUsize::new(0) }
    }

    /// Takes one, if one is left.
    pub fn take(&self) -> Option<Place<'_>> {
        let one_more = |taken: usize| (taken < self.most).then_some(taken + 1);
        self.taken.fetch_update(Ordering::AcqRel, Ordering::Acquire, one_more).ok().map(|_| Place(self))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.taken.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_is_left_is_taken_again() {
        let places = Places::new(2);
        let (first, second) = (places.take(), places.take());
        assert!(first.is_some() && second.is_some() && places.take().is_none());
        drop(first);
        assert!(places.take().is_some());
    }
}
