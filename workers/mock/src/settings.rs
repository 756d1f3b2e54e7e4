//! The settings of the mock: what its times, its guest and its traces are to be.

use crate::answer::Guest;
use crate::times::Noise;
use kymo_worker::engine::{Chosen, setting};
use kymo_worker::protocol::{Accepts, Failure, Open, Setting};
use std::path::PathBuf;
use std::time::Duration;

/// The settings as the hello lists them.
pub fn declared() -> Vec<Setting> {
    let text = |name, default, about| setting(name, default, Accepts::Text, about);
    vec![
        text("time", "0.01", "Seconds that an iteration takes; compiling takes a tenth, instantiating a hundredth."),
        text("noise", "0", "Standard deviation of the logarithm of the time, between iterations."),
        text("between", "0", "Standard deviation of the logarithm of the time, between processes."),
        text("drift", "0", "Relative change of the time with each invocation; needs 'state'."),
        setting("seed", "1", Accepts::Integer, "Seed of the noise; without 'state' each process draws its own."),
        text("state", "", "File that counts invocations, so that processes differ and runs are the same."),
        text(
            "script",
            "",
            "JSON file with the samples of each 'MODULE ARGS' or module, phase and metric by invocation.",
        ),
        text("log", "", "File to which each invocation appends 'NAME MODULE STRATEGY'."),
        text("sleep", "0", "Seconds really slept before the answer to 'measure'."),
        text("stdout", "", "What the guest writes on standard output."),
        text("result", "", "What an invoked export returns."),
        setting("exit-code", "0", Accepts::Integer, "The guest's exit code."),
    ]
}

/// The settings of one `open`, checked.
#[derive(Clone, Debug)]
pub struct Mock {
    /// Every setting as text, for the answer.
    pub chosen: Chosen,
    /// The times' parameters.
    pub noise: Noise,
    /// The counter's file.
    pub state: Option<PathBuf>,
    /// The file with exact samples.
    pub script: Option<PathBuf>,
    /// The file for the order of execution.
    pub log: Option<PathBuf>,
    /// How long to sleep.
    pub sleep: Duration,
    /// What the guest gives.
    pub guest: Guest,
}

impl Mock {
    /// Reads the settings of `open`.
    ///
    /// # Errors
    /// `failed`, naming the setting and its value.
    pub fn new(open: &Open) -> Result<Self, Failure> {
        let chosen = Chosen::new(&declared(), &open.settings)?;
        let file = |name| Some(chosen.text(name)).filter(|path| !path.is_empty()).map(PathBuf::from);
        let sleep_s = number(&chosen, "sleep")?;
        Ok(Self {
            noise: Noise {
                time_s: number(&chosen, "time")?,
                within: number(&chosen, "noise")?,
                between: number(&chosen, "between")?,
                drift: number(&chosen, "drift")?,
                seed: chosen.integer("seed").unwrap_or(1),
            },
            state: file("state"),
            script: file("script"),
            log: file("log"),
            sleep: Duration::try_from_secs_f64(sleep_s).map_err(|error| Failure::failed(format!("sleep: {error}")))?,
            guest: Guest {
                stdout: chosen.text("stdout").to_owned(),
                result: chosen.text("result").to_owned(),
                exit_code: number(&chosen, "exit-code")? as i32,
            },
            chosen,
        })
    }
}

fn number(chosen: &Chosen, name: &str) -> Result<f64, Failure> {
    let text = chosen.text(name);
    let finite = text.parse().ok().filter(|number: &f64| number.is_finite());
    finite.ok_or_else(|| Failure::failed(format!("the setting '{name}' takes a number, not '{text}'")))
}
