//! What became of programs on every engine, by one run of `kymo`.

use super::engines;
use crate::support::Home;
use kymo_model::{Feature, Outcome, Run};
use std::collections::BTreeSet;

/// What became of programs on every engine.
pub struct Outcomes(Run);

/// Runs files on every engine, one round.
pub fn outcomes(home: &Home, files: &[&str], args: &[&str]) -> Outcomes {
    let variants = engines().iter().map(|engine| engine.variant.as_str());
    let mut all = vec!["run"];
    all.extend(files);
    all.extend(variants.flat_map(|variant| ["-e", variant]));
    all.extend(["--phase", "execute", "--rounds", "1", "--seed", "1", "--format", "json", "--no-save", "--quiet"]);
    all.extend(args);
    let ran = home.run(&all);
    let run = serde_json::from_str(&ran.stdout);
    Outcomes(run.unwrap_or_else(|error| panic!("{error}: {ran:#?}")))
}

impl Outcomes {
    /// The features that a file was found to require.
    pub fn requires(&self, file: &str) -> &BTreeSet<Feature> {
        &self.0.plan.benchmarks.iter().find(|one| one.name.as_str() == file).unwrap().requires
    }

    /// The last outcome of a file on a variant, and what an invoked export returned.
    pub fn of(&self, file: &str, variant: &str) -> (Outcome, Option<String>) {
        let plan = &self.0.plan;
        let benchmark = plan.benchmarks.iter().position(|one| one.name.as_str() == file).unwrap();
        let variant = plan.variants.iter().position(|one| one.name == variant).unwrap();
        let of_both = self
            .0
            .invocations
            .iter()
            .rfind(|one| (one.benchmark as usize, one.variant as usize) == (benchmark, variant))
            .unwrap();
        let result = of_both.verification.as_ref().and_then(|verification| verification.result.clone());
        (of_both.outcome.clone(), result)
    }
}
