//! What Wasmtime is and can do, strategy by strategy.

use crate::component::ComponentSession;
use crate::config::Prepared;
use crate::core_module::CoreSession;
use crate::fiber_program::{self, FiberProgram};
use crate::settings;
use kymo_model::{Feature, Metric, ModuleKind, Phase};
use kymo_worker::engine::{Engine, Meter, Session};
use kymo_worker::protocol::{Failure, Hello, Open, PROTOCOL, Strategy};

/// What every strategy supports. Winch takes function tables of the reference types and refuses `externref`, with an
/// error that says so: compilers emit the former by default, and that is worth measuring.
const COMMON: &[Feature] = &[
    Feature::MutableGlobals,
    Feature::SaturatingFloatToInt,
    Feature::SignExtension,
    Feature::ReferenceTypes,
    Feature::MultiValue,
    Feature::BulkMemory,
    Feature::MultiMemory,
    Feature::Memory64,
    Feature::ExtendedConst,
    Feature::WideArithmetic,
    Feature::CustomPageSizes,
    Feature::ComponentModel,
    Feature::ComponentModelAsync,
    Feature::WasiP1,
    Feature::WasiP2,
    Feature::WasiHttp,
    Feature::WasiHttpP3,
    Feature::WasiSockets,
    Feature::HostSockets,
];

/// What strategies support that compile with Cranelift, Pulley's bytecode included.
const CRANELIFT: &[Feature] =
    &[Feature::RelaxedSimd, Feature::TailCall, Feature::Exceptions, Feature::FunctionReferences, Feature::Gc];

/// The strategies, the default first.
pub const STRATEGIES: [&str; 3] = ["cranelift", "winch", "pulley"];

/// What a strategy claims on this machine: what Wasmtime says it supports, narrowed to what runs.
pub fn features(strategy: &str) -> Vec<Feature> {
    let mut features = COMMON.to_vec();
    if strategy != "winch" {
        features.extend(CRANELIFT);
    }
    // Winch has these on x86-64 only, and vectors only with AVX2.
    if strategy != "winch" || has_avx2() {
        features.push(Feature::Simd);
    }
    // Pulley refuses shared memories, which the fibers of one program have in common.
    if strategy == "cranelift" || (strategy == "winch" && cfg!(target_arch = "x86_64")) {
        features.extend([Feature::Threads, Feature::HostFibers]);
    }
    if strategy == "cranelift" && cfg!(all(target_arch = "x86_64", any(target_os = "linux", target_os = "macos"))) {
        features.push(Feature::StackSwitching);
    }
    features
}

#[cfg(target_arch = "x86_64")]
fn has_avx2() -> bool {
    std::is_x86_feature_detected!("avx2")
}

#[cfg(not(target_arch = "x86_64"))]
fn has_avx2() -> bool {
    false
}

/// Wasmtime, as a worker presents it.
pub struct Wasmtime;

impl Engine for Wasmtime {
    fn hello(&self) -> Hello {
        let strategy = |name: &str| {
            let features = features(name).iter().map(|feature| feature.name().to_owned()).collect();
            let kinds = vec![ModuleKind::Core, ModuleKind::Component];
            let phases = [&Strategy::PHASES[..], &[Phase::Serve]].concat();
            Strategy { phases, ..Strategy::new(name, features, kinds) }
        };
        Hello {
            protocol: PROTOCOL,
            name: "wasmtime".to_owned(),
            engine_version: env!("ENGINE_VERSION").to_owned(),
            build_id: env!("ENGINE_BUILD").to_owned(),
            strategies: STRATEGIES.map(strategy).to_vec(),
            settings: settings::declared(),
            metrics: Metric::of_programs().map(|metric| metric.name().to_owned()).collect(),
        }
    }

    fn open(&self, open: &Open, module: Vec<u8>, meter: Meter) -> Result<Box<dyn Session>, Failure> {
        let prepared = Prepared::new(open, module, meter)?;
        Ok(match open.kind {
            ModuleKind::Core if fiber_program::is_one(&prepared.module) => Box::new(FiberProgram::new(prepared)?),
            ModuleKind::Core => Box::new(CoreSession::new(prepared)?),
            ModuleKind::Component => Box::new(ComponentSession::new(prepared)?),
        })
    }
}
