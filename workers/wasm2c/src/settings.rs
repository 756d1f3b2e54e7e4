//! The settings of wasm2c and its C compiler that change a measured number.

use kymo_worker::engine::{flag, setting};
use kymo_worker::protocol::{Accepts, Setting};

/// Every setting, for the hello.
pub fn declared() -> Vec<Setting> {
    let cpu = Accepts::Choice(["baseline", "native"].map(str::to_owned).to_vec());
    vec![
        setting("cc", "cc", Accepts::Text, "The C compiler, a name on PATH or a path."),
        setting("cflags", "", Accepts::Text, "Further flags of the C compiler, separated by spaces."),
        setting("cpu", "baseline", cpu, "Instructions of this processor, or only those of its whole architecture."),
        flag("guard-pages", true, "Accesses to memory are checked by unmapped space and signals, not by comparisons."),
        setting(
            "call-depth",
            "10000",
            Accepts::Integer,
            "How deep calls may nest without guard pages; with them the stack is the limit.",
        ),
    ]
}
