//! What Wasmer is and can do, strategy by strategy.

use crate::session::CoreSession;
use crate::settings;
use kymo_model::{Feature, Metric, ModuleKind};
use kymo_worker::engine::{Chosen, Engine, Meter, Session};
use kymo_worker::protocol::{Failure, Hello, Open, PROTOCOL, Strategy};

/// What every compiler of Wasmer supports.
const COMMON: &[Feature] = &[
    Feature::MutableGlobals,
    Feature::SaturatingFloatToInt,
    Feature::SignExtension,
    Feature::ReferenceTypes,
    Feature::MultiValue,
    Feature::BulkMemory,
    Feature::MultiMemory,
    Feature::Threads,
    Feature::ExtendedConst,
    Feature::WasiP1,
];

/// What the optimizing compilers support besides.
const OPTIMIZING: &[Feature] = &[Feature::Simd, Feature::RelaxedSimd, Feature::Exceptions, Feature::WideArithmetic];

/// The strategies of this build, the default first.
pub const STRATEGIES: &[&str] =
    if cfg!(feature = "llvm") { &["cranelift", "singlepass", "llvm"] } else { &["cranelift", "singlepass"] };

/// What a strategy claims.
pub fn features(strategy: &str) -> Vec<Feature> {
    let mut features = COMMON.to_vec();
    if strategy != "singlepass" {
        features.extend(OPTIMIZING);
    }
    if strategy == "llvm" {
        features.push(Feature::TailCall);
    }
    features
}

/// Wasmer, as a worker presents it.
pub struct Wasmer;

impl Engine for Wasmer {
    fn hello(&self) -> Hello {
        let strategy = |name: &&str| {
            let features = features(name).iter().map(|feature| feature.name().to_owned()).collect();
            Strategy::new(*name, features, vec![ModuleKind::Core])
        };
        Hello {
            protocol: PROTOCOL,
            name: "wasmer".to_owned(),
            engine_version: env!("ENGINE_VERSION").to_owned(),
            build_id: env!("ENGINE_BUILD").to_owned(),
            strategies: STRATEGIES.iter().map(strategy).collect(),
            settings: settings::declared(),
            metrics: Metric::of_programs().map(|metric| metric.name().to_owned()).collect(),
        }
    }

    fn open(&self, open: &Open, module: Vec<u8>, meter: Meter) -> Result<Box<dyn Session>, Failure> {
        let chosen = Chosen::new(&settings::declared(), &open.settings)?;
        Ok(Box::new(CoreSession::new(open.clone(), module, meter, chosen)?))
    }
}
