//! The settings of Wasmer that change a measured number.
//!
//! Defaults are Wasmer's own; `auto` where Wasmer's choice depends on the compiler or on the machine.

use kymo_worker::engine::{flag, setting};
use kymo_worker::protocol::{Accepts, Setting};

fn choice(name: &str, words: &[&str], about: &str) -> Setting {
    setting(name, words[0], Accepts::Choice(words.iter().map(|word| (*word).to_owned()).collect()), about)
}

/// Every setting, for the hello. The first word of a choice is its default.
pub fn declared() -> Vec<Setting> {
    let mut settings = vec![
        choice("opt", &["speed", "none", "speed_and_size"], "How hard Cranelift optimizes; the others take no notice."),
        choice(
            "cpu",
            &["native", "baseline"],
            "Instructions of this processor, or only those of its whole architecture, which Singlepass refuses.",
        ),
        setting("compile-threads", "auto", Accepts::Integer, "How many threads compile functions."),
        choice(
            "nan-canonicalization",
            &["auto", "on", "off"],
            "Every NaN gets the same bits, at the cost of a check; on by default in Singlepass.",
        ),
        flag("verifier", false, "Cranelift and LLVM check their own intermediate code."),
        flag("elf-artifact", false, "Code is linked into an ELF image, Wasmer's coming format, before it is loaded."),
        flag("fuel", false, "Code counts the instructions that it executes; gives the metric fuel."),
        setting("stack-size", "1048576", Accepts::Integer, "Stack that the guest runs on."),
    ];
    if cfg!(feature = "llvm") {
        settings.extend([
            choice("llvm-opt", &["aggressive", "none", "less", "default"], "How hard LLVM optimizes."),
            flag("non-volatile-memory", false, "LLVM may reorder and drop accesses to memory, against the standard."),
            flag("readonly-function-tables", false, "LLVM puts function tables that never change into constants."),
        ]);
    }
    settings
}
