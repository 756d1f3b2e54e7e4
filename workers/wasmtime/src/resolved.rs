//! The settings that an engine really has, asked of the engine itself.

use kymo_worker::engine::Chosen;
use wasmtime::{Collector, Enabled, Engine, Inlining, OptLevel, RegallocAlgorithm};

/// Settings that exist only as flags of the code generator, with those flags.
pub const SPECTRE: [(&str, &str); 2] = [
    ("spectre-heap", "enable_heap_access_spectre_mitigation"),
    ("spectre-table", "enable_table_access_spectre_mitigation"),
];

/// Replaces what was asked by what the engine has.
pub fn resolve(engine: &Engine, chosen: &mut Chosen) {
    compiler(engine, chosen);
    checks(engine, chosen);
    memory(engine, chosen);
    pooling(engine, chosen);
    chosen.resolve("max-wasm-stack", engine.get_max_wasm_stack());
    chosen.resolve("async-stack-size", engine.get_async_stack_size());
    chosen.resolve("async-stack-zeroing", on(engine.get_async_stack_zeroing()));
    chosen.resolve("backtrace", on(engine.get_wasm_backtrace_max_frames() > 0));
    chosen.resolve("concurrency-support", on(engine.get_concurrency_support()));
}

fn on(value: bool) -> &'static str {
    if value { "on" } else { "off" }
}

fn compiler(engine: &Engine, chosen: &mut Chosen) {
    match engine.get_cranelift_opt_level() {
        Some(OptLevel::None) => chosen.resolve("opt", "none"),
        Some(OptLevel::Speed) => chosen.resolve("opt", "speed"),
        Some(OptLevel::SpeedAndSize) => chosen.resolve("opt", "speed_and_size"),
        _ => {}
    }
    match engine.get_cranelift_regalloc_algorithm() {
        Some(RegallocAlgorithm::Backtracking) => chosen.resolve("regalloc", "backtracking"),
        Some(RegallocAlgorithm::SinglePass) => chosen.resolve("regalloc", "single_pass"),
        _ => {}
    }
    let inlining = match engine.get_compiler_inlining() {
        Inlining::No => "no",
        Inlining::Intrinsics => "intrinsics",
        Inlining::InterModule => "inter-module",
        Inlining::InterModuleAndIntraGc => "gc",
        Inlining::Yes => "yes",
    };
    chosen.resolve("inlining", inlining);
    chosen.resolve("parallel-compilation", on(engine.get_parallel_compilation()));
    chosen.resolve("address-map", on(engine.get_generate_address_map()));
    if let Some(unwind_info) = engine.get_native_unwind_info() {
        chosen.resolve("unwind-info", on(unwind_info));
    }
}

fn checks(engine: &Engine, chosen: &mut Chosen) {
    let signals = engine.get_signals_based_traps();
    chosen.resolve("signals-based-traps", on(signals));
    for (name, _) in SPECTRE {
        // On by default; Wasmtime switches them off, and refuses them, without signals.
        if chosen.text(name) == "auto" {
            chosen.resolve(name, on(signals));
        }
    }
    if let Some(canonical) = engine.get_cranelift_nan_canonicalization() {
        chosen.resolve("nan-canonicalization", on(canonical));
    }
    chosen.resolve("fuel", on(engine.get_consume_fuel()));
    chosen.resolve("epoch-interruption", on(engine.get_epoch_interruption()));
}

fn memory(engine: &Engine, chosen: &mut Chosen) {
    chosen.resolve("memory-reservation", engine.get_memory_reservation());
    chosen.resolve("memory-reservation-for-growth", engine.get_memory_reservation_for_growth());
    chosen.resolve("memory-guard-size", engine.get_memory_guard_size());
    chosen.resolve("memory-may-move", on(engine.get_memory_may_move()));
    chosen.resolve("guard-before-linear-memory", on(engine.get_guard_before_linear_memory()));
    chosen.resolve("memory-init-cow", on(engine.get_memory_init_cow()));
    chosen.resolve("dense-image-size", engine.get_memory_guaranteed_dense_image_size());
    chosen.resolve("table-lazy-init", on(engine.get_table_lazy_init()));
    match engine.get_collector() {
        // What `auto` stands for in an engine that has this collector compiled in.
        Some(Collector::Auto | Collector::Copying) => chosen.resolve("gc-collector", "copying"),
        Some(Collector::DeferredReferenceCounting) => chosen.resolve("gc-collector", "drc"),
        Some(Collector::Null) => chosen.resolve("gc-collector", "null"),
        _ => {}
    }
    chosen.resolve("gc-heap-initial-size", engine.get_gc_heap_initial_size());
    chosen.resolve("gc-heap-reservation", engine.get_gc_heap_reservation());
}

fn pooling(engine: &Engine, chosen: &mut Chosen) {
    let pool = engine.get_pooling_config();
    chosen.resolve("pooling", on(pool.is_some()));
    let Some(pool) = pool else { return };
    chosen.resolve("pooling-slots", pool.get_total_core_instances());
    chosen.resolve("pooling-memories-per-module", pool.get_max_memories_per_module());
    chosen.resolve("pooling-tables-per-module", pool.get_max_tables_per_module());
    chosen.resolve("pooling-memory-size", pool.get_max_memory_size());
    chosen.resolve("pooling-table-elements", pool.get_table_elements());
    chosen.resolve("pooling-memory-keep-resident", pool.get_memory_keep_resident());
    chosen.resolve("pooling-table-keep-resident", pool.get_table_keep_resident());
    chosen.resolve("pooling-stack-keep-resident", pool.get_async_stack_keep_resident());
    chosen.resolve("pooling-decommit-batch-size", pool.get_decommit_batch_size());
    chosen.resolve("pooling-max-unused-warm-slots", pool.get_max_unused_warm_slots());
    match pool.get_pagemap_scan() {
        Enabled::Yes => chosen.resolve("pooling-pagemap-scan", "on"),
        Enabled::No => chosen.resolve("pooling-pagemap-scan", "off"),
        Enabled::Auto => chosen.resolve("pooling-pagemap-scan", "auto"),
    }
}
