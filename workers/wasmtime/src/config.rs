//! From a strategy and settings to an engine.

use crate::hello::features;
use crate::serving::{self, Generation};
use crate::{compiler_flags, resolved, settings};
use kymo_model::{Feature, ModuleHash, Settings};
use kymo_worker::engine::{Chosen, Meter};
use kymo_worker::protocol::{Failure, Open};
use sha2::{Digest, Sha256};
use std::num::NonZeroUsize;
use wasmtime::{
    Collector, Config, Enabled, Engine, Inlining, OptLevel, PoolingAllocationConfig, RegallocAlgorithm, Strategy,
};

/// Guests run on the worker's main thread, whose stack is commonly 8 MiB; the rest is for host functions.
const WASM_STACK_MAX: u64 = 6 << 20;

/// All that both kinds of session need.
pub struct Prepared {
    pub engine: Engine,
    pub chosen: Chosen,
    pub open: Open,
    pub module: Vec<u8>,
    pub meter: Meter,
}

impl Prepared {
    pub fn new(open: &Open, module: Vec<u8>, meter: Meter) -> Result<Self, Failure> {
        let (engine, mut chosen) = Self::configure(&open.strategy, &open.settings)?;
        serving::resolve(&mut chosen, Generation::of(&module))?;
        Ok(Self { engine, chosen, open: open.clone(), module, meter })
    }

    /// What tells this machine code from other code. The text section holds no addresses: what it refers to is relative.
    /// Pulley's bytecode is no machine code, so it says nothing about the speed of another build.
    pub fn code_sha256(&self, text: &[u8]) -> Option<ModuleHash> {
        (self.open.strategy != "pulley").then(|| ModuleHash::from_bytes(Sha256::digest(text).into()))
    }

    /// An engine, and the settings that it really has.
    pub fn configure(strategy: &str, given: &Settings) -> Result<(Engine, Chosen), Failure> {
        let declared = settings::declared();
        let mut chosen = Chosen::new(&declared, given)?;
        // What has its default is left alone, so that an engine without settings is Wasmtime as it comes.
        let changed = Changed { chosen: &chosen, given };
        changed.check()?;
        let mut config = Config::new();
        changed.strategy(&mut config, strategy)?;
        changed.proposals(&mut config, strategy);
        changed.compiler(&mut config)?;
        changed.checks(&mut config);
        changed.memory(&mut config);
        changed.gc(&mut config);
        changed.runtime(&mut config)?;
        changed.pooling(&mut config)?;
        let engine = Engine::new(&config).map_err(|error| Failure::failed(format!("{error:#}")))?;
        resolved::resolve(&engine, &mut chosen);
        Ok((engine, chosen))
    }
}

/// The settings that were given, as the types that Wasmtime wants; `None` where one was not.
struct Changed<'a> {
    chosen: &'a Chosen,
    given: &'a Settings,
}

impl Changed<'_> {
    fn text(&self, name: &str) -> Option<&str> {
        self.given.get(name).map(String::as_str).filter(|value| *value != "auto")
    }

    fn flag(&self, name: &str) -> Option<bool> {
        self.text(name).map(|value| value == "on")
    }

    fn integer(&self, name: &str) -> Option<u64> {
        self.text(name)?.parse().ok()
    }

    fn size(&self, name: &str) -> Result<Option<usize>, Failure> {
        self.integer(name).map(|value| fit(name, value)).transpose()
    }

    fn count(&self, name: &str) -> Result<Option<u32>, Failure> {
        self.integer(name).map(|value| fit(name, value)).transpose()
    }

    /// Refuses settings that would silently do nothing.
    fn check(&self) -> Result<(), Failure> {
        let of_pool = |name: &&String| name.starts_with("pooling-") || *name == "keep-resident";
        let orphan = self.given.keys().find(of_pool);
        if let Some(name) = orphan.filter(|_| !self.chosen.is_on("pooling")) {
            return Err(Failure::failed(format!("the setting '{name}' has no effect without 'pooling'")));
        }
        if self.given.contains_key("pooling-stack-keep-resident") && !self.chosen.is_on("async-stack-zeroing") {
            return Err(Failure::failed(
                "the setting 'pooling-stack-keep-resident' has no effect without 'async-stack-zeroing'",
            ));
        }
        Ok(())
    }

    fn strategy(&self, config: &mut Config, strategy: &str) -> Result<(), Failure> {
        let baseline = self.text("cpu") == Some("baseline");
        let target = match strategy {
            "winch" => {
                config.strategy(Strategy::Winch);
                baseline.then_some(env!("ENGINE_TARGET"))
            }
            // Pulley is Cranelift with a bytecode as its target; this one fits the host's pointers.
            "pulley" => Some(if cfg!(target_pointer_width = "64") { "pulley64" } else { "pulley32" }),
            // A target that is named, even this one, gets none of the instructions found on this processor.
            _ => baseline.then_some(env!("ENGINE_TARGET")),
        };
        if let Some(target) = target {
            config.target(target).map_err(|error| Failure::failed(format!("{error:#}")))?;
        }
        Ok(())
    }

    /// Switches on what is claimed and not on by default. None of it changes the code of modules that do not use it;
    /// stack switching, however, excludes inlining.
    fn proposals(&self, config: &mut Config, strategy: &str) {
        let claimed = features(strategy);
        let has = |feature| claimed.contains(&feature);
        let inlining = self.text("inlining").is_some_and(|value| value != "no");
        config.wasm_wide_arithmetic(has(Feature::WideArithmetic));
        config.wasm_custom_page_sizes(has(Feature::CustomPageSizes));
        config.wasm_stack_switching(has(Feature::StackSwitching) && !inlining);
        config.shared_memory(has(Feature::Threads));
    }

    fn compiler(&self, config: &mut Config) -> Result<(), Failure> {
        match self.text("opt") {
            Some("none") => config.cranelift_opt_level(OptLevel::None),
            Some("speed") => config.cranelift_opt_level(OptLevel::Speed),
            Some("speed_and_size") => config.cranelift_opt_level(OptLevel::SpeedAndSize),
            _ => config,
        };
        match self.text("regalloc") {
            Some("backtracking") => config.cranelift_regalloc_algorithm(RegallocAlgorithm::Backtracking),
            Some("single_pass") => config.cranelift_regalloc_algorithm(RegallocAlgorithm::SinglePass),
            _ => config,
        };
        match self.text("inlining") {
            Some("no") => config.compiler_inlining(Inlining::No),
            Some("intrinsics") => config.compiler_inlining(Inlining::Intrinsics),
            Some("inter-module") => config.compiler_inlining(Inlining::InterModule),
            Some("gc") => config.compiler_inlining(Inlining::InterModuleAndIntraGc),
            Some("yes") => config.compiler_inlining(Inlining::Yes),
            _ => config,
        };
        self.flag("parallel-compilation").map(|on| config.parallel_compilation(on));
        self.flag("address-map").map(|on| config.generate_address_map(on));
        self.flag("unwind-info").map(|on| config.native_unwind_info(on));
        if let Some(list) = self.text("cranelift-flags") {
            compiler_flags::pass(config, list);
        }
        Ok(())
    }

    fn checks(&self, config: &mut Config) {
        self.flag("signals-based-traps").map(|on| config.signals_based_traps(on));
        for (name, flag) in resolved::SPECTRE {
            if let Some(on) = self.flag(name) {
                compiler_flags::set(config, flag, if on { "true" } else { "false" });
            }
        }
        self.flag("nan-canonicalization").map(|on| config.cranelift_nan_canonicalization(on));
        self.flag("fuel").map(|on| config.consume_fuel(on));
        self.flag("epoch-interruption").map(|on| config.epoch_interruption(on));
    }

    fn memory(&self, config: &mut Config) {
        self.integer("memory-reservation").map(|bytes| config.memory_reservation(bytes));
        self.integer("memory-reservation-for-growth").map(|bytes| config.memory_reservation_for_growth(bytes));
        self.integer("memory-guard-size").map(|bytes| config.memory_guard_size(bytes));
        self.flag("memory-may-move").map(|on| config.memory_may_move(on));
        self.flag("guard-before-linear-memory").map(|on| config.guard_before_linear_memory(on));
        self.flag("memory-init-cow").map(|on| config.memory_init_cow(on));
        self.integer("dense-image-size").map(|bytes| config.memory_guaranteed_dense_image_size(bytes));
        self.flag("table-lazy-init").map(|on| config.table_lazy_init(on));
    }

    fn gc(&self, config: &mut Config) {
        match self.text("gc-collector") {
            Some("copying") => config.collector(Collector::Copying),
            Some("drc") => config.collector(Collector::DeferredReferenceCounting),
            Some("null") => config.collector(Collector::Null),
            _ => config,
        };
        self.integer("gc-heap-initial-size").map(|bytes| config.gc_heap_initial_size(bytes));
        self.integer("gc-heap-reservation").map(|bytes| config.gc_heap_reservation(bytes));
    }

    /// Calls of WebAssembly may be made on stacks of the one size, of which they may use the other.
    fn check_stacks(&self) -> Result<(), Failure> {
        let bytes = |name: &str| self.chosen.text(name).parse::<u64>().unwrap_or_default();
        let (used, all) = (bytes("max-wasm-stack"), bytes("async-stack-size"));
        if used <= all {
            return Ok(());
        }
        Err(Failure::failed(format!(
            "the setting 'max-wasm-stack' is {used}, which is more than 'async-stack-size', {all}: give both"
        )))
    }

    fn runtime(&self, config: &mut Config) -> Result<(), Failure> {
        if self.integer("max-wasm-stack").is_some_and(|bytes| bytes > WASM_STACK_MAX) {
            return Err(Failure::failed(format!("the setting 'max-wasm-stack' goes up to {WASM_STACK_MAX} here")));
        }
        self.check_stacks()?;
        self.size("max-wasm-stack")?.map(|bytes| config.max_wasm_stack(bytes));
        self.size("async-stack-size")?.map(|bytes| config.async_stack_size(bytes));
        self.flag("async-stack-zeroing").map(|on| config.async_stack_zeroing(on));
        if let Some(on) = self.flag("backtrace") {
            config.wasm_backtrace_max_frames(NonZeroUsize::new(if on { 20 } else { 0 }));
        }
        self.flag("concurrency-support").map(|on| config.concurrency_support(on));
        Ok(())
    }

    fn pooling(&self, config: &mut Config) -> Result<(), Failure> {
        if !self.chosen.is_on("pooling") {
            return Ok(());
        }
        let mut pool = PoolingAllocationConfig::new();
        if let Some(slots) = self.count("pooling-slots")? {
            pool.total_core_instances(slots).total_component_instances(slots).total_memories(slots);
            pool.total_tables(slots).total_stacks(slots).total_gc_heaps(slots);
        }
        self.count("pooling-memories-per-module")?.map(|count| pool.max_memories_per_module(count));
        self.count("pooling-tables-per-module")?.map(|count| pool.max_tables_per_module(count));
        self.size("pooling-memory-size")?.map(|bytes| pool.max_memory_size(bytes));
        self.size("pooling-table-elements")?.map(|count| pool.table_elements(count));
        let all = self.size("keep-resident")?;
        self.size("pooling-memory-keep-resident")?.or(all).map(|bytes| pool.linear_memory_keep_resident(bytes));
        self.size("pooling-table-keep-resident")?.or(all).map(|bytes| pool.table_keep_resident(bytes));
        self.size("pooling-stack-keep-resident")?.or(all).map(|bytes| pool.async_stack_keep_resident(bytes));
        self.size("pooling-decommit-batch-size")?.map(|count| pool.decommit_batch_size(count));
        self.count("pooling-max-unused-warm-slots")?.map(|count| pool.max_unused_warm_slots(count));
        match self.given.get("pooling-pagemap-scan").map(String::as_str) {
            Some("auto") => pool.pagemap_scan(Enabled::Auto),
            Some("on") => pool.pagemap_scan(Enabled::Yes),
            Some("off") => pool.pagemap_scan(Enabled::No),
            _ => &mut pool,
        };
        config.allocation_strategy(pool);
        Ok(())
    }
}

fn fit<T: TryFrom<u64>>(name: &str, value: u64) -> Result<T, Failure> {
    T::try_from(value).map_err(|_| Failure::failed(format!("the setting '{name}' cannot be as large as {value}")))
}
