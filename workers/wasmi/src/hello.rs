//! What wasmi is and can do.

use crate::session::CoreSession;
use crate::settings;
use kymo_model::{Feature, Metric, ModuleKind};
use kymo_worker::engine::{Chosen, Engine, Meter, Session};
use kymo_worker::protocol::{Failure, Hello, Open, PROTOCOL, Strategy};

const FEATURES: &[Feature] = &[
    Feature::MutableGlobals,
    Feature::SaturatingFloatToInt,
    Feature::SignExtension,
    Feature::ReferenceTypes,
    Feature::MultiValue,
    Feature::BulkMemory,
    Feature::Simd,
    Feature::RelaxedSimd,
    Feature::TailCall,
    Feature::MultiMemory,
    Feature::Memory64,
    Feature::ExtendedConst,
    Feature::WideArithmetic,
    Feature::CustomPageSizes,
    Feature::WasiP1,
];

/// wasmi, as a worker presents it.
pub struct Wasmi;

impl Engine for Wasmi {
    fn hello(&self) -> Hello {
        Hello {
            protocol: PROTOCOL,
            name: "wasmi".to_owned(),
            engine_version: env!("ENGINE_VERSION").to_owned(),
            // How instructions are dispatched is decided when wasmi is compiled: by tail calls where the processor's
            // architecture has them, else by a loop.
            build_id: concat!(env!("ENGINE_BUILD"), "-auto-dispatch").to_owned(),
            strategies: vec![Strategy::new(
                "interpreter",
                FEATURES.iter().map(|feature| feature.name().to_owned()).collect(),
                vec![ModuleKind::Core],
            )],
            settings: settings::declared(),
            // wasmi keeps the size of its bytecode to itself.
            metrics: Metric::of_programs().filter(|m| *m != Metric::CodeSize).map(|m| m.name().to_owned()).collect(),
        }
    }

    fn open(&self, open: &Open, module: Vec<u8>, meter: Meter) -> Result<Box<dyn Session>, Failure> {
        let chosen = Chosen::new(&settings::declared(), &open.settings)?;
        Ok(Box::new(CoreSession::new(open.clone(), module, meter, chosen)?))
    }
}
