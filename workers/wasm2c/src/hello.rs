//! What wasm2c is and can do.

use crate::session::CoreSession;
use crate::settings;
use crate::tools::Tools;
use kymo_model::{Feature, Metric, ModuleKind};
use kymo_worker::engine::{Chosen, Engine, Meter, Session};
use kymo_worker::protocol::{Failure, Hello, Open, PROTOCOL, Strategy};

/// What wasm2c makes C of since version 1.0.32. Later ones know more, which they would have to be asked for. It knows the
/// earlier exceptions, too, but a module with those has tags, and so requires the later ones as well.
const FEATURES: &[Feature] = &[
    Feature::MutableGlobals,
    Feature::SaturatingFloatToInt,
    Feature::SignExtension,
    Feature::ReferenceTypes,
    Feature::MultiValue,
    Feature::BulkMemory,
    Feature::WasiP1,
];

/// The strategies, the default first: how hard the C compiler optimizes.
const STRATEGIES: [&str; 4] = ["o2", "o0", "o1", "o3"];

/// Not offered: the simulation follows no child processes, and here the compilers are some.
const NOT_OFFERED: [Metric; 2] = [Metric::InstructionsSimulated, Metric::Fuel];

/// wasm2c, as a worker presents it.
pub struct Wasm2c {
    pub tools: Tools,
}

impl Engine for Wasm2c {
    fn hello(&self) -> Hello {
        let features: Vec<String> = FEATURES.iter().map(|feature| feature.name().to_owned()).collect();
        let offered = Metric::of_programs().filter(|metric| !NOT_OFFERED.contains(metric));
        Hello {
            protocol: PROTOCOL,
            name: "wasm2c".to_owned(),
            engine_version: self.tools.version.clone(),
            build_id: self.tools.build.clone(),
            strategies: STRATEGIES.map(|name| Strategy::new(name, features.clone(), vec![ModuleKind::Core])).to_vec(),
            settings: settings::declared(),
            metrics: offered.map(|metric| metric.name().to_owned()).collect(),
        }
    }

    fn open(&self, open: &Open, module: Vec<u8>, meter: Meter) -> Result<Box<dyn Session>, Failure> {
        let chosen = Chosen::new(&settings::declared(), &open.settings)?;
        Ok(Box::new(CoreSession::new(open.clone(), &module, meter, chosen, self.tools.clone())?))
    }
}
