//! Pauses between tries: longer and longer, and by chance, so that a fleet does not come back all at once.

use rand::RngExt;
use std::time::Duration;

/// The first pause is about this long.
const FIRST: Duration = Duration::from_millis(500);

/// Pauses between tries of one thing.
pub(crate) struct Backoff {
    next: Duration,
    most: Duration,
}

impl Backoff {
    /// Pauses that grow to `most`.
    pub(crate) fn new(most: Duration) -> Self {
        Self { next: FIRST.min(most), most }
    }

    /// The next pause: between a half and the whole of one that doubles each time.
    pub(crate) fn pause(&mut self) -> Duration {
        let whole = self.next;
        self.next = (whole * 2).min(self.most);
        whole.mul_f64(rand::rng().random_range(0.5..=1.0))
    }

    /// It went well: the next pause is short again.
    pub(crate) fn reset(&mut self) {
        *self = Self::new(self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_longest_and_start_anew() {
        let most = Duration::from_secs(8);
        let mut backoff = Backoff::new(most);
        let mut whole = FIRST;
        for _ in 0..12 {
            let pause = backoff.pause();
            assert!(pause >= whole / 2 && pause <= whole, "{pause:?} of {whole:?}");
            whole = (whole * 2).min(most);
        }
        backoff.reset();
        assert!(backoff.pause() <= FIRST);
    }
}
