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
    let config: Box<dyn CompilerConfig> = match strategy {
        "cranelift" => Box::new(cranelift(chosen)?),
        "singlepass" => Box::new(singlepass(chosen)?),
        #[cfg(feature = "llvm")]
        "llvm" => Box::new(llvm(chosen)?),
        other => return Err(Failure::failed(format!("there is no strategy '{other}' in this build of the worker"))),
    };
    let builder = EngineBuilder::new(config).set_target(Some(target(chosen))).set_features(Some(features(strategy)));
    Ok(builder.engine().into())
}

fn cranelift(chosen: &Chosen) -> Result<Cranelift, Failure> {
    let mut config = Cranelift::new();
    config.num_threads(threads(chosen)?).opt_level(match chosen.text("opt") {
        "none" => CraneliftOptLevel::None,
        "speed_and_size" => CraneliftOptLevel::SpeedAndSize,
        _ => CraneliftOptLevel::Speed,
    });
    Ok(configured(config, chosen))
}

fn singlepass(chosen: &Chosen) -> Result<Singlepass, Failure> {
    let mut config = Singlepass::new();
    config.num_threads(threads(chosen)?);
    Ok(configured(config, chosen))
}

#[cfg(feature = "llvm")]
fn llvm(chosen: &Chosen) -> Result<wasmer::sys::LLVM, Failure> {
    use wasmer::sys::LLVMOptLevel;
    let mut config = wasmer::sys::LLVM::new();
    config.num_threads(threads(chosen)?).opt_level(match chosen.text("llvm-opt") {
        "none" => LLVMOptLevel::None,
        "less" => LLVMOptLevel::Less,
        "default" => LLVMOptLevel::Default,
        _ => LLVMOptLevel::Aggressive,
    });
    config.non_volatile_memops(chosen.is_on("non-volatile-memory"));
    config.readonly_funcref_table(chosen.is_on("readonly-function-tables"));
    Ok(configured(config, chosen))
}

/// Sets what all compilers have.
fn configured<C: CompilerConfig>(mut config: C, chosen: &Chosen) -> C {
    config.canonicalize_nans(chosen.is_on("nan-canonicalization"));
    if chosen.is_on("verifier") {
        config.enable_verifier();
    }
    config.experimental_artifact(chosen.is_on("elf-artifact"));
    if chosen.is_on("fuel") {
        config.push_middleware(Arc::new(Metering::new(FUEL, |_| 1)));
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings;

    #[test]
    fn defaults_are_those_of_wasmer() {
        let stack = wasmer_vm::get_stack_size();
        let resolved = |strategy| {
            let mut chosen = Chosen::new(&settings::declared(), &Default::default()).unwrap();
            resolve(strategy, &mut chosen).unwrap();
            assert_eq!(chosen.integer("stack-size"), Some(stack as u64));
            assert_eq!(format!("{:?}", target(&chosen)), format!("{:?}", Target::default()));
            chosen
        };
        let ours = cranelift(&resolved("cranelift")).unwrap();
        assert_eq!(format!("{ours:?}"), format!("{:?}", Cranelift::new()));
        let ours = singlepass(&resolved("singlepass")).unwrap();
        assert_eq!(format!("{ours:?}"), format!("{:?}", Singlepass::new()));
    }

    #[test]
    fn bad_numbers_are_named() {
        for name in ["stack-size", "compile-threads"] {
            let value = if name == "stack-size" { "auto" } else { "0" };
            let given = [(name.to_owned(), value.to_owned())].into();
            let mut chosen = Chosen::new(&settings::declared(), &given).unwrap();
            let failure = resolve("cranelift", &mut chosen).unwrap_err();
            assert!(failure.outcome.reason().contains(name), "{}", failure.outcome.reason());
        }
    }
}
