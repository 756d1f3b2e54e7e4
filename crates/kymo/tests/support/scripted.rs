//! Two sides of the mock worker whose times are known.

use super::home::Home;
use super::module::program;
use serde_json::json;

/// The first side.
pub const A: &str = "mock[script=a.json,state=a.state]";

/// The second side, which takes about 1.1 times what the first takes.
pub const B: &str = "mock[other,script=b.json,state=b.state]";

/// A home with two programs and a script for each side. The small spread is a table of remainders, so that it is the same
/// on every machine.
pub fn scripted() -> Home {
    let home = Home::new();
    program(&home, "fib");
    program(&home, "sort");
    for (name, factor, step) in [("a", 1.0, 5), ("b", 1.1, 3)] {
        let spread = |round: u32| 1.0 + 0.001 * f64::from(round * step % 7);
        let times = |time_s: f64| (0..13).map(|round| [time_s * factor * spread(round)]).collect::<Vec<_>>();
        let of = |time_s: f64| json!({"execute": {"wall_time": times(time_s)}});
        home.write(&format!("{name}.json"), json!({"fib": of(0.01), "sort": of(0.25)}).to_string());
    }
    home
}
