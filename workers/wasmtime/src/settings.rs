//! The settings of Wasmtime that change a measured number.
//!
//! Defaults are Wasmtime's own on 64-bit Linux; `auto` where Wasmtime's choice depends on the strategy or on another
//! setting. A test holds them to what an engine without any setting says of itself.

use crate::serving;
use kymo_worker::engine::{flag, setting};
use kymo_worker::protocol::{Accepts, Setting};

const AUTO_ON_OFF: &[&str] = &["auto", "on", "off"];

fn choice(name: &str, words: &[&str], about: &str) -> Setting {
    setting(name, words[0], Accepts::Choice(words.iter().map(|word| (*word).to_owned()).collect()), about)
}

fn integer(name: &str, default: &str, about: &str) -> Setting {
    setting(name, default, Accepts::Integer, about)
}

/// Every setting, for the hello. The first word of a choice is its default.
pub fn declared() -> Vec<Setting> {
    [compiler(), checks(), memory(), gc(), pooling(), runtime(), serving::declared()].concat()
}

fn compiler() -> Vec<Setting> {
    vec![
        choice("opt", &["speed", "none", "speed_and_size"], "How hard Cranelift optimizes; Winch takes no notice."),
        choice(
            "regalloc",
            &["backtracking", "single_pass"],
            "Cranelift's register allocator: good code or fast compilation.",
        ),
        choice(
            "inlining",
            &["no", "intrinsics", "inter-module", "gc", "yes"],
            "Which calls Cranelift inlines; any but 'no' gives up stack switching.",
        ),
        choice(
            "cpu",
            &["native", "baseline"],
            "Instructions of this processor, or only those of its whole architecture.",
        ),
        flag("parallel-compilation", true, "Functions are compiled on all processors at once."),
        flag("address-map", true, "Code carries a map back to bytecode offsets, for backtraces."),
        choice("unwind-info", AUTO_ON_OFF, "Code carries the system's unwind tables, for debuggers and profilers."),
        setting("cranelift-flags", "", Accepts::Text, "Further flags of the code generator, as 'name=value;name'."),
    ]
}

fn checks() -> Vec<Setting> {
    vec![
        choice(
            "signals-based-traps",
            AUTO_ON_OFF,
            "Traps are found by signal handlers and guard pages, not by explicit checks.",
        ),
        choice("spectre-heap", AUTO_ON_OFF, "Bounds checks of memories hold under speculation too."),
        choice("spectre-table", AUTO_ON_OFF, "Bounds checks of tables hold under speculation too."),
        flag("nan-canonicalization", false, "Every NaN gets the same bits, at the cost of a check."),
        flag("fuel", false, "Code counts the instructions that it executes; gives the metric fuel."),
        flag("epoch-interruption", false, "Code checks at loops and functions whether it is to stop."),
    ]
}

fn memory() -> Vec<Setting> {
    vec![
        integer("memory-reservation", "4294967296", "Address space reserved for each linear memory."),
        integer(
            "memory-reservation-for-growth",
            "2147483648",
            "Address space kept free behind a memory larger than the reservation.",
        ),
        integer("memory-guard-size", "auto", "Unmapped space behind a memory, which makes bounds checks unnecessary."),
        flag("memory-may-move", true, "A memory that outgrows its reservation is copied elsewhere."),
        flag("guard-before-linear-memory", true, "There is a guard before each memory too."),
        flag("memory-init-cow", true, "Memories start as copy-on-write images of the module's data."),
        integer(
            "dense-image-size",
            "16777216",
            "Memories up to this size always get an image, however sparse their data.",
        ),
        flag("table-lazy-init", true, "Elements of function tables are made when first used."),
    ]
}

fn gc() -> Vec<Setting> {
    vec![
        choice(
            "gc-collector",
            &["auto", "copying", "drc", "null"],
            "The garbage collector; drc counts references, null never frees.",
        ),
        integer("gc-heap-initial-size", "0", "Size with which the garbage-collected heap starts."),
        integer("gc-heap-reservation", "auto", "Address space reserved for the garbage-collected heap."),
    ]
}

fn pooling() -> Vec<Setting> {
    vec![
        flag("pooling", false, "Memories, tables and stacks come from a pool that is reserved in advance."),
        integer(
            "pooling-slots",
            "1000",
            "How many instances, memories, tables, stacks and heaps the pool has room for.",
        ),
        integer("pooling-memories-per-module", "1", "How many memories a module may have."),
        integer("pooling-tables-per-module", "1", "How many tables a module may have."),
        integer("pooling-memory-size", "4294967296", "How large a memory may grow."),
        integer("pooling-table-elements", "20000", "How many elements a table may have."),
        integer(
            "pooling-memory-keep-resident",
            "0",
            "Bytes of each memory that are zeroed by hand rather than given back.",
        ),
        integer(
            "pooling-table-keep-resident",
            "0",
            "Bytes of each table that are zeroed by hand rather than given back.",
        ),
        integer(
            "pooling-stack-keep-resident",
            "0",
            "Bytes of each stack that are zeroed by hand rather than given back, with 'async-stack-zeroing'.",
        ),
        integer("keep-resident", "0", "Short for the three pooling-…-keep-resident, where they are not given."),
        integer("pooling-decommit-batch-size", "1", "How many freed slots are given back to the system at a time."),
        integer("pooling-max-unused-warm-slots", "100", "How many freed slots keep their image for the next instance."),
        choice(
            "pooling-pagemap-scan",
            &["off", "auto", "on"],
            "Dirty pages are found by the kernel, and only they are reset.",
        ),
    ]
}

fn runtime() -> Vec<Setting> {
    vec![
        integer("max-wasm-stack", "524288", "Stack that WebAssembly may use; the worker's own allows up to 6 MiB."),
        integer("async-stack-size", "2097152", "Size of the stacks of continuations."),
        flag("async-stack-zeroing", false, "Stacks of a pool are zeroed before they are used again."),
        flag("backtrace", true, "Traps and exits collect a backtrace."),
        flag("concurrency-support", true, "Stores can run concurrent tasks of components."),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Prepared;
    use crate::resolved;
    use kymo_worker::engine::Chosen;
    use wasmtime::{Config, Engine};

    #[test]
    fn defaults_are_those_of_wasmtime() {
        let engine = Engine::new(&Config::new()).unwrap();
        let mut chosen = Chosen::new(&declared(), &Default::default()).unwrap();
        resolved::resolve(&engine, &mut chosen);
        serving::resolve(&mut chosen, None).unwrap();
        let found = chosen.all();
        for setting in declared().iter().filter(|setting| setting.default != "auto") {
            assert_eq!(found[&setting.name], setting.default, "{}", setting.name);
        }
        assert!(!found.values().any(|value| value == "auto"), "{found:?}");
    }

    #[test]
    fn pooling_defaults_are_those_of_wasmtime() {
        let chosen = Prepared::configure("cranelift", &[("pooling".to_owned(), "on".to_owned())].into()).unwrap().1;
        for setting in pooling().iter().filter(|setting| setting.name != "pooling") {
            assert_eq!(chosen.text(&setting.name), setting.default, "{}", setting.name);
        }
    }
}
