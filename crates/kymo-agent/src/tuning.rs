//! Sets the machine as agent.toml asks, and sets it back at the end; also what an agent that was killed left set.

use crate::record;
use crate::settings::Hygiene;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const CPU: &str = "sys/devices/system/cpu";
const ASLR: &str = "proc/sys/kernel/randomize_va_space";
const INTEL_NO_TURBO: &str = "sys/devices/system/cpu/intel_pstate/no_turbo";
const BOOST: &str = "sys/devices/system/cpu/cpufreq/boost";

/// What was set; it is set back when this is dropped.
pub(crate) struct Tuning {
    root: PathBuf,
    memo: PathBuf,
    before: BTreeMap<String, String>,
}

impl Tuning {
    /// Sets what is asked for below `root`, the machine's own `/`. What was there is kept in the file `memo` first.
    ///
    /// # Errors
    /// What cannot be set, and why; the rest is set.
    pub(crate) fn apply(hygiene: &Hygiene, root: &Path, memo: &Path) -> (Self, Vec<String>) {
        let mut tuning = Self { root: root.to_owned(), memo: memo.to_owned(), before: BTreeMap::new() };
        let mut problems = tuning.restore_left();
        if let Some(governor) = &hygiene.governor {
            let files = tuning.governors();
            if files.is_empty() {
                problems.push(format!("governor = \"{governor}\": this machine shows no frequency governor"));
            }
            for file in files {
                problems.extend(tuning.set(&file, governor).err().map(|why| format!("governor: {why}")));
            }
        }
        if let Some(aslr) = hygiene.aslr {
            problems.extend(tuning.set(ASLR, if aslr { "2" } else { "0" }).err().map(|why| format!("aslr: {why}")));
        }
        if let Some(turbo) = hygiene.turbo {
            let set = if tuning.root.join(INTEL_NO_TURBO).exists() {
                tuning.set(INTEL_NO_TURBO, if turbo { "0" } else { "1" })
            } else if tuning.root.join(BOOST).exists() {
                tuning.set(BOOST, if turbo { "1" } else { "0" })
            } else {
                Err(format!("turbo = {turbo}: this machine has no switch for it"))
            };
            problems.extend(set.err());
        }
        (tuning, problems)
    }

    fn governors(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.root.join(CPU))
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| {
                name.strip_prefix("cpu").is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
            })
            .map(|name| format!("{CPU}/{name}/cpufreq/scaling_governor"))
            .filter(|file| self.root.join(file).exists())
            .collect();
        names.sort();
        names
    }

    fn set(&mut self, file: &str, value: &str) -> Result<(), String> {
        let path = self.root.join(file);
        let said = |error: std::io::Error| format!("{}: {error}", path.display());
        let now = std::fs::read_to_string(&path).map_err(said)?.trim().to_owned();
        if now == value {
            return Ok(());
        }
        self.before.insert(file.to_owned(), now.clone());
        // What was there is on disk before anything is changed: an agent may be killed in between.
        self.keep().map_err(|error| format!("{}: {error}", self.memo.display()))?;
        let set = std::fs::write(&path, value).map_err(said);
        match std::fs::read_to_string(&path) {
            Ok(text) if text.trim() == value => Ok(()),
            _ => Err(set.err().unwrap_or_else(|| format!("{}: the kernel keeps '{now}'", path.display()))),
        }
    }

    fn keep(&self) -> std::io::Result<()> {
        record::write(&self.memo, &serde_json::to_vec_pretty(&self.before)?)
    }

    /// Sets back what an agent before this one left set.
    fn restore_left(&mut self) -> Vec<String> {
        let Ok(text) = std::fs::read(&self.memo) else { return Vec::new() };
        match serde_json::from_slice(&text) {
            Ok(before) => {
                self.before = before;
                self.restore()
            }
            Err(error) => vec![format!("{}: {error}; what it says was not set back", self.memo.display())],
        }
    }

    /// Sets everything back.
    fn restore(&mut self) -> Vec<String> {
        let mut problems = Vec::new();
        for (file, value) in std::mem::take(&mut self.before) {
            let path = self.root.join(&file);
            if let Err(error) = std::fs::write(&path, &value) {
                problems.push(format!("{}: cannot be set back to {value}: {error}", path.display()));
            }
        }
        let _ = std::fs::remove_file(&self.memo);
        problems
    }
}

impl Drop for Tuning {
    fn drop(&mut self) {
        // There is nobody left to tell; the next start of the machine resets all of these.
        let _ = self.restore();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;

    fn machine() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        let governor = |cpu: u32| format!("{CPU}/cpu{cpu}/cpufreq/scaling_governor");
        for (file, value) in [
            (governor(0), "powersave\n"),
            (governor(1), "performance\n"),
            (ASLR.into(), "2\n"),
            (INTEL_NO_TURBO.into(), "0\n"),
        ] {
            let path = root.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, value).unwrap();
        }
        std::fs::create_dir_all(root.path().join(CPU).join("cpufreq")).unwrap();
        root
    }

    fn state(root: &Path) -> Vec<String> {
        [
            &format!("{CPU}/cpu0/cpufreq/scaling_governor"),
            &format!("{CPU}/cpu1/cpufreq/scaling_governor"),
            ASLR,
            INTEL_NO_TURBO,
        ]
        .iter()
        .map(|file| std::fs::read_to_string(root.join(file)).unwrap().trim().to_owned())
        .collect()
    }

    fn asked() -> Hygiene {
        Hygiene { governor: Some("performance".into()), aslr: Some(false), turbo: Some(false), require: Vec::new() }
    }

    #[test]
    fn what_is_set_is_set_back() {
        let root = machine();
        let memo = root.path().join("tuning.json");
        let (tuning, problems) = Tuning::apply(&asked(), root.path(), &memo);
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(state(root.path()), ["performance", "performance", "0", "1"]);
        drop(tuning);
        assert_eq!(state(root.path()), ["powersave", "performance", "2", "0"]);
        assert!(!memo.exists());
    }

    #[test]
    fn what_a_killed_agent_left_is_set_back() {
        let root = machine();
        let memo = root.path().join("tuning.json");
        std::mem::forget(Tuning::apply(&asked(), root.path(), &memo));
        let (tuning, problems) = Tuning::apply(&Hygiene::default(), root.path(), &memo);
        assert_eq!((problems.len(), state(root.path()).join(" ")), (0, "powersave performance 2 0".to_owned()));
        drop(tuning);
    }

    #[test]
    fn what_a_machine_does_not_have_is_said() {
        let root = tempfile::tempdir().unwrap();
        let (_tuning, problems) = Tuning::apply(&asked(), root.path(), &root.path().join("memo"));
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert!(problems[0].contains("no frequency governor") && problems[2].contains("no switch"), "{problems:?}");
    }
}
