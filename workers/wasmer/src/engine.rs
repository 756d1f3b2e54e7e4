//! From settings to an engine of Wasmer.

use crate::guest::FUEL;
use crate::hello;
use kymo_model::Feature;
use kymo_worker::engine::Chosen;
use kymo_worker::protocol::Failure;
use std::num::NonZero;
use std::sync::Arc;
use wasmer::Engine;
use wasmer::sys::{CompilerConfig, CpuFeature, Cranelift, CraneliftOptLevel, EngineBuilder, Features, Singlepass};
use wasmer::sys::{Target, Triple};
use wasmer_middlewares::Metering;

/// Replaces what was asked by what the engine has, and sets what belongs to the whole process.
///
/// # Errors
/// `failed` for a number that the setting cannot have.
pub fn resolve(strategy: &str, chosen: &mut Chosen) -> Result<(), Failure> {
    if chosen.text("nan-canonicalization") == "auto" {
        chosen.resolve("nan-canonicalization", if strategy == "singlepass" { "on" } else { "off" });
    }
    chosen.resolve("compile-threads", threads(chosen)?);
    let stack = chosen.integer("stack-size").and_then(|bytes| usize::try_from(bytes).ok());
    wasmer_vm::set_stack_size(stack.ok_or_else(|| Failure::failed("the setting 'stack-size' takes a whole number"))?);
    // Wasmer keeps it between bounds of its own.
    chosen.resolve("stack-size", wasmer_vm::get_stack_size());
    Ok(())
}

fn threads(chosen: &Chosen) -> Result<NonZero<usize>, Failure> {
    match chosen.text("compile-threads") {
        // As Wasmer does.
        "auto" => Ok(std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN)),
        given => given.parse().map_err(|_| Failure::failed("the setting 'compile-threads' takes a number above 0")),
    }
}

/// An engine for a strategy, with exactly the features that the strategy claims.
///
/// # Errors
/// As [`resolve`].
pub fn build(strategy: &str, chosen: &Chosen) -> Result<Engine, Failure> {
    let mut config = compiler(strategy, chosen)?;
    config.canonicalize_nans(chosen.is_on("nan-canonicalization"));
    if chosen.is_on("verifier") {
        config.enable_verifier();
    }
    config.experimental_artifact(chosen.is_on("elf-artifact"));
    if chosen.is_on("fuel") {
        config.push_middleware(Arc::new(Metering::new(FUEL, |_| 1)));
    }
    let builder = EngineBuilder::new(config).set_target(Some(target(chosen))).set_features(Some(features(strategy)));
    Ok(builder.engine().into())
}

fn compiler(strategy: &str, chosen: &Chosen) -> Result<Box<dyn CompilerConfig>, Failure> {
    let threads = threads(chosen)?;
    match strategy {
        "cranelift" => {
            let mut config = Cranelift::new();
            config.num_threads(threads).opt_level(match chosen.text("opt") {
                "none" => CraneliftOptLevel::None,
                "speed_and_size" => CraneliftOptLevel::SpeedAndSize,
                _ => CraneliftOptLevel::Speed,
            });
            Ok(Box::new(config))
        }
        "singlepass" => {
            let mut config = Singlepass::new();
            config.num_threads(threads);
            Ok(Box::new(config))
        }
        #[cfg(feature = "llvm")]
        "llvm" => Ok(Box::new(llvm(threads, chosen))),
        other => Err(Failure::failed(format!("there is no strategy '{other}' in this build of the worker"))),
    }
}

#[cfg(feature = "llvm")]
fn llvm(threads: NonZero<usize>, chosen: &Chosen) -> wasmer::sys::LLVM {
    use wasmer::sys::LLVMOptLevel;
    let mut config = wasmer::sys::LLVM::new();
    config.num_threads(threads).opt_level(match chosen.text("llvm-opt") {
        "none" => LLVMOptLevel::None,
        "less" => LLVMOptLevel::Less,
        "default" => LLVMOptLevel::Default,
        _ => LLVMOptLevel::Aggressive,
    });
    config.non_volatile_memops(chosen.is_on("non-volatile-memory"));
    config.readonly_funcref_table(chosen.is_on("readonly-function-tables"));
    config
}

fn target(chosen: &Chosen) -> Target {
    if chosen.text("cpu") == "native" {
        return Target::default();
    }
    let least = if cfg!(target_arch = "x86_64") { CpuFeature::SSE2 } else { CpuFeature::NEON };
    Target::new(Triple::host(), least.into())
}

fn features(strategy: &str) -> Features {
    let claimed = hello::features(strategy);
    let has = |feature| claimed.contains(&feature);
    Features {
        threads: has(Feature::Threads),
        reference_types: has(Feature::ReferenceTypes),
        simd: has(Feature::Simd),
        bulk_memory: has(Feature::BulkMemory),
        multi_value: has(Feature::MultiValue),
        tail_call: has(Feature::TailCall),
        module_linking: false,
        multi_memory: has(Feature::MultiMemory),
        memory64: has(Feature::Memory64),
        exceptions: has(Feature::Exceptions),
        relaxed_simd: has(Feature::RelaxedSimd),
        extended_const: has(Feature::ExtendedConst),
        wide_arithmetic: has(Feature::WideArithmetic),
    }
}
