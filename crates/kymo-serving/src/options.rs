//! What a server can be set to, whatever is behind it.

use crate::allocator;
use kymo_worker::engine::{Chosen, setting};
use kymo_worker::protocol::{Accepts, Setting};

/// Requests that are under way at the same time, as `wasmtime serve` has it.
const MAX_REQUESTS: u32 = 1000;

/// Connections that may wait to be accepted. The 100 of `wasmtime serve` overflow when a load begins with 1000
/// connections at once, and each that overflows waits for a second.
const BACKLOG: u32 = 1024;

/// The settings of a server, for a hello.
pub fn declared() -> Vec<Setting> {
    let integer = |name: &str, default: &str, about: &str| setting(name, default, Accepts::Integer, about);
    vec![
        integer("server-threads", "auto", "Threads of a server; by default one for each processor that it may use."),
        integer(
            "max-concurrent-requests",
            &MAX_REQUESTS.to_string(),
            "Requests of a server that are under way at once.",
        ),
        integer("backlog", &BACKLOG.to_string(), "Connections of a server that may wait to be accepted."),
        allocator::declared(),
    ]
}

/// The number of threads where none is given: the processors that this process may use.
pub fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// What a server is set to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Threads of the server.
    pub threads: usize,
    /// Requests that are under way at once; more wait.
    pub max_requests: usize,
    /// Connections that may wait to be accepted.
    pub backlog: u32,
}

impl Options {
    /// What was chosen of [`declared`]; nothing is less than 1.
    pub fn new(chosen: &Chosen) -> Self {
        let number = |name: &str, default: usize| {
            chosen.integer(name).map_or(default, |given| usize::try_from(given).unwrap_or(usize::MAX).max(1))
        };
        Self {
            threads: number("server-threads", threads()),
            // More than the semaphore has room for is as good as no limit.
            max_requests: number("max-concurrent-requests", MAX_REQUESTS as usize).min(1 << 24),
            backlog: u32::try_from(number("backlog", BACKLOG as usize)).unwrap_or(u32::MAX),
        }
    }

    /// Notes what `auto` stands for.
    pub fn resolve(self, chosen: &mut Chosen) {
        chosen.resolve("server-threads", self.threads);
        chosen.resolve("max-concurrent-requests", self.max_requests);
        chosen.resolve("backlog", self.backlog);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kymo_model::Settings;

    #[test]
    fn what_is_not_given_has_its_default() {
        let defaults = Options::new(&Chosen::new(&declared(), &Settings::new()).unwrap());
        assert_eq!(defaults, Options { threads: threads(), max_requests: 1000, backlog: 1024 });
        let given = [("server-threads", "0"), ("backlog", "99999999999"), ("max-concurrent-requests", "7")];
        let given = given.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let mut chosen = Chosen::new(&declared(), &given).unwrap();
        let options = Options::new(&chosen);
        assert_eq!(options, Options { threads: 1, max_requests: 7, backlog: u32::MAX });
        options.resolve(&mut chosen);
        assert_eq!(chosen.text("server-threads"), "1");
    }
}
