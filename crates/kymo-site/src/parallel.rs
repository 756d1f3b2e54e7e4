//! The same work on many things, on all processors.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Does `work` on each, and gives the results in the order of the things.
pub fn each<T: Sync, R: Send>(things: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let take = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            match things.get(at) {
                Some(thing) => done.push((at, work(thing))),
                None => return done,
            }
        }
    };
    let mut done = std::thread::scope(|scope| {
        let others: Vec<_> = (1..processors.min(things.len())).map(|_| scope.spawn(take)).collect();
        let mut done = take();
        for other in others {
            // A panic of the work is one of the whole.
            done.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_are_in_order() {
        let things: Vec<u32> = (0..1000).collect();
        assert_eq!(super::each(&things, |thing| thing * 2), things.iter().map(|thing| thing * 2).collect::<Vec<_>>());
        assert!(super::each(&[] as &[u32], |thing| *thing).is_empty());
    }
}
