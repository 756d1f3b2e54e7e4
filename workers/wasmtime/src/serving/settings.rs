//! The settings of a server.

use super::{Generation, readiness};
use kymo_serving::{Options, allocator};
use kymo_worker::engine::{Chosen, setting};
use kymo_worker::protocol::{Accepts, Failure, Setting};
use std::time::Duration;

/// As `wasmtime serve` has it.
const IDLE_MS: u64 = 1000;

/// The settings of a server, for the hello.
pub fn declared() -> Vec<Setting> {
    let integer = |name: &str, default: &str, about: &str| setting(name, default, Accepts::Integer, about);
    let own = vec![
        integer("instance-reuse", "auto", "Requests that an instance gets before another takes its place."),
        integer("instance-concurrency", "auto", "Requests that an instance of WASI 0.3 gets at the same time."),
        integer("idle-instance-ms", &IDLE_MS.to_string(), "Milliseconds that an idle instance is kept for a request."),
        setting(
            readiness::SETTING,
            readiness::POLL,
            Accepts::Choice(vec![readiness::POLL.to_owned(), readiness::EPOLL.to_owned()]),
            "What is behind the `poll` of core modules that are servers: poll(2), which looks at every connection, or \
             epoll(7), which tells of those that are ready.",
        ),
    ];
    [kymo_serving::declared(), own].concat()
}

/// Replaces `auto` by what it stands for. A module that handles no requests is told as one of WASI 0.2.
///
/// # Errors
/// `failed` for a setting that would silently do nothing.
pub fn resolve(chosen: &mut Chosen, generation: Option<Generation>) -> Result<(), Failure> {
    allocator::check(chosen.text(allocator::ALLOCATOR))?;
    Options::new(chosen).resolve(chosen);
    let generation = generation.unwrap_or(Generation::P2);
    let several = chosen.integer("instance-concurrency").is_some_and(|count| count > 1);
    if several && generation == Generation::P2 {
        return Err(Failure::failed(
            "the setting 'instance-concurrency' has no effect here: an instance of WASI 0.2 handles one request at a \
             time; take it away, or use a component that exports wasi:http/handler@0.3",
        ));
    }
    let reuse = Reuse::new(chosen, generation);
    chosen.resolve("instance-reuse", reuse.total);
    chosen.resolve("instance-concurrency", reuse.concurrent);
    chosen.resolve("idle-instance-ms", reuse.idle.as_millis());
    Ok(())
}

/// How long an instance is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reuse {
    /// Requests that it gets at most.
    pub total: u64,
    /// Requests that it gets at the same time.
    pub concurrent: u64,
    /// How long it is kept without any.
    pub idle: Duration,
}

impl Reuse {
    /// What was chosen, for a component of a generation. There is no instance without a request.
    pub fn new(chosen: &Chosen, generation: Generation) -> Self {
        let number = |name: &str, default: u64| chosen.integer(name).unwrap_or(default).max(1);
        Self {
            total: number("instance-reuse", generation.usual_reuse()),
            concurrent: number("instance-concurrency", generation.usual_concurrency()),
            idle: Duration::from_millis(chosen.integer("idle-instance-ms").unwrap_or(IDLE_MS)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(given: &[(&str, &str)]) -> Chosen {
        let given = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Chosen::new(&declared(), &given).unwrap()
    }

    fn reuse(given: &[(&str, &str)], generation: Option<Generation>) -> (String, String) {
        let mut chosen = chosen(given);
        resolve(&mut chosen, generation).unwrap();
        (chosen.text("instance-reuse").to_owned(), chosen.text("instance-concurrency").to_owned())
    }

    #[test]
    fn defaults_are_those_of_wasmtime_serve() {
        let pair = |one: &str, other: &str| (one.to_owned(), other.to_owned());
        assert_eq!(reuse(&[], None), pair("1", "1"));
        assert_eq!(reuse(&[], Some(Generation::P2)), pair("1", "1"));
        assert_eq!(reuse(&[], Some(Generation::P3)), pair("128", "16"));
        assert_eq!(reuse(&[("instance-reuse", "0")], Some(Generation::P3)), pair("1", "16"));
    }

    #[test]
    fn requests_at_the_same_time_are_refused_where_there_can_be_none() {
        let mut four = chosen(&[("instance-concurrency", "4")]);
        assert!(resolve(&mut four, Some(Generation::P2)).is_err());
        assert!(resolve(&mut four, Some(Generation::P3)).is_ok());
        assert!(resolve(&mut chosen(&[("instance-concurrency", "1")]), Some(Generation::P2)).is_ok());
    }
}
