//! What the agent says of its machine.

use crate::calibration::Calibrated;
use crate::disk::Space;
use kymo_model::Machine;
use kymo_model::watch::MachineReport;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// Reports of this machine as it is now.
pub(crate) struct Reporter {
    machine: Machine,
    agent: String,
    session: String,
    folder: PathBuf,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    paused_because: Vec<String>,
    calibrated: Option<Calibrated>,
}

impl Reporter {
    /// A new session.
    pub(crate) fn new(agent: String, folder: PathBuf, calibrated: Option<Calibrated>) -> Self {
        let session = format!("{:032x}", rand::random::<u128>());
        let state = Mutex::new(State { paused_because: Vec::new(), calibrated });
        Self { machine: kymo_measure::fingerprint::machine(), agent, session, folder, state }
    }

    /// The machine, outside of any sandbox.
    pub(crate) fn machine(&self) -> &Machine {
        &self.machine
    }

    /// Says why no jobs are taken; nothing for that they are.
    pub(crate) fn pause(&self, because: Vec<String>) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).paused_because = because;
    }

    /// Says that an A/A run ended.
    pub(crate) fn calibrated(&self, calibrated: Calibrated) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).calibrated = Some(calibrated);
    }

    /// The report.
    pub(crate) fn report(&self) -> MachineReport {
        let space = Space::at(&self.folder).unwrap_or_default();
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        MachineReport {
            machine: self.machine.clone(),
            agent: self.agent.clone(),
            session: self.session.clone(),
            disk_free: space.free,
            disk_size: space.size,
            paused_because: state.paused_because.clone(),
            calibrated_unix_s: state.calibrated.as_ref().map(|one| one.ended_unix_s),
            floor_permille: state.calibrated.as_ref().map(|one| one.floor_permille),
        }
    }
}
