//! The nightly A/A run: what this machine sees where there is nothing to see.

use crate::folder::Folder;
use crate::halt;
use crate::options::AgentOptions;
use crate::plain;
use crate::record;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Seconds that lie between two calibrations at least: less than a day, so that the hour decides.
const LEAST_BETWEEN_S: u64 = 20 * 3600;

/// How often the run is looked after.
const SLICE: Duration = Duration::from_millis(200);

/// What the last calibration said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Calibrated {
    /// When it ended, as seconds since 1970-01-01 UTC.
    pub(crate) ended_unix_s: u64,
    /// The largest noise floor of a benchmark and phase, in thousandths.
    pub(crate) floor_permille: u32,
}

/// What `kymo doctor --calibrate --format json` writes, as far as it is needed.
#[derive(Deserialize)]
struct Document {
    floors: Vec<Floor>,
}

#[derive(Deserialize)]
struct Floor {
    floor: Option<f64>,
}

impl Calibrated {
    /// The last one, if there was one.
    pub(crate) fn last(folder: &Folder) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(folder.join("calibration.json")).ok()?).ok()
    }
}

/// Whether it is time: at that hour of the night, and not yet in this one.
pub(crate) fn is_due(now_unix_s: u64, last: Option<&Calibrated>, hour: u32) -> bool {
    let now_hour = now_unix_s / 3600 % 24;
    // A date in the future is of a clock that was wrong.
    let lately =
        last.is_some_and(|last| last.ended_unix_s <= now_unix_s && now_unix_s - last.ended_unix_s < LEAST_BETWEEN_S);
    now_hour == u64::from(hour) && !lately
}

/// Measures, until it is done or the agent is to end.
///
/// # Errors
/// Why there is no calibration, in words.
pub(crate) fn calibrate(options: &AgentOptions, folder: &Folder, now: impl Fn() -> u64) -> Result<Calibrated, String> {
    let asked = &options.settings.calibration;
    let out = folder.join("calibration.out");
    let file = |name: &str| File::create(folder.join(name)).map_err(|error| format!("{name}: {error}"));
    let cpus = options.cpus.clone().unwrap_or_else(|| options.settings.cpus.clone());
    let mut command = match cpus.as_slice() {
        [] => Command::new(&options.programs.kymo),
        cpus => {
            let list: Vec<String> = cpus.iter().map(u32::to_string).collect();
            let mut pinned = Command::new("taskset");
            pinned.arg("--cpu-list").arg(list.join(",")).arg(&options.programs.kymo);
            pinned
        }
    };
    command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("HOME", folder.path());
    command.arg("--store").arg(folder.join("calibration.db"));
    command.arg("--workers").arg(&options.programs.workers).arg("--suites").arg(&options.programs.suites);
    command.args(["doctor", "--calibrate", "--format", "json"]);
    command.args(["--engine", &asked.engine, "--suite", &asked.suite]);
    command.arg("--budget").arg(format!("{}s", asked.budget.get()));
    command.stdin(Stdio::null()).stdout(file("calibration.out")?).stderr(file("calibration.err")?);
    let mut child = command.spawn().map_err(|error| format!("{}: {error}", options.programs.kymo.display()))?;
    let status = loop {
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) => break status,
            None if halt::wait(&options.stop, SLICE) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err("the agent is to end".to_owned());
            }
            None => {}
        }
    };
    if !status.success() {
        let said = std::fs::read(folder.join("calibration.err")).unwrap_or_default();
        let said = String::from_utf8_lossy(&said);
        return Err(plain::line(said.lines().next().unwrap_or("it failed and did not say why"), 200));
    }
    let text = std::fs::read(out).map_err(|error| error.to_string())?;
    let calibrated = Calibrated { ended_unix_s: now(), floor_permille: largest(&text)? };
    let kept = serde_json::to_vec(&calibrated).map_err(|error| error.to_string())?;
    record::write(&folder.join("calibration.json"), &kept).map_err(|error| format!("calibration.json: {error}"))?;
    Ok(calibrated)
}

/// The largest floor of the document, in thousandths, rounded up: a machine is no better than it was seen to be.
fn largest(text: &[u8]) -> Result<u32, String> {
    let document: Document = serde_json::from_slice(text).map_err(|error| format!("kymo doctor: {error}"))?;
    let largest = document.floors.iter().filter_map(|one| one.floor).fold(0.0, f64::max);
    Ok((largest * 1000.0).ceil() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_due_once_a_night() {
        let day = 20_000 * 86_400;
        let at = |hour: u64| day + hour * 3600 + 60;
        let last = |ended_unix_s: u64| Calibrated { ended_unix_s, floor_permille: 1 };
        assert!(is_due(at(3), None, 3));
        assert!(!is_due(at(4), None, 3));
        assert!(!is_due(at(3), Some(&last(at(3) - 30)), 3), "it was just done");
        assert!(is_due(at(3), Some(&last(at(3) - 86_400)), 3));
        assert!(is_due(at(3), Some(&last(at(3) + 86_400 * 365)), 3), "the clock was wrong then");
    }

    #[test]
    fn the_largest_floor_counts() {
        let text = br#"{"machine":{},"floors":[{"floor":0.0021},{"floor":0.0123},{"floor":null}]}"#;
        assert_eq!(largest(text), Ok(13));
        assert!(largest(b"{").is_err());
    }
}
