//! What a flavour is compared with, its files looked at.

use crate::error::{Fault, SuiteError};
use crate::resolve::{Place, SuiteFile};
use crate::suite::{Entry, Implementation, baseline_parts};
use kymo_model::{Reference, SizeBaseline};
use std::collections::BTreeMap;
use toml::Spanned;

impl SuiteFile {
    /// What this flavour is compared with; `None` where the suite has no base flavour, or the benchmark lacks it.
    pub(crate) fn reference(
        &self,
        entry: &Entry,
        implementation: &Implementation,
        place: &Place<'_>,
    ) -> Result<Option<Reference>, SuiteError> {
        let Some(base) = &self.suite.base_flavour else { return Ok(None) };
        if !entry.implementations.iter().any(|one| one.flavour.as_ref() == Some(base)) {
            return Ok(None);
        }
        let size_baseline = entry.size_baseline.as_ref().map(|wanted| self.size_baseline(entry, wanted, place));
        Ok(Some(Reference {
            base: base.clone(),
            size_baseline: size_baseline.transpose()?,
            published: implementation.published.iter().map(|figure| figure.get_ref().clone()).collect(),
        }))
    }

    fn size_baseline(
        &self,
        entry: &Entry,
        wanted: &Spanned<String>,
        place: &Place<'_>,
    ) -> Result<SizeBaseline, SuiteError> {
        let (name, flavour) = baseline_parts(wanted.get_ref());
        let baseline = self.suite.entries.iter().find(|entry| entry.name == name).and_then(|entry| {
            let mut all = entry.implementations.iter();
            let module = all.find(|one| flavour.is_none() || one.flavour.as_deref() == flavour)?;
            Some((entry, module))
        });
        let Some((baseline, module)) = baseline else {
            // The text was checked for it when it was read.
            let key = format!("{}.size-baseline", entry.name);
            let fault = Fault::new(wanted.span(), key, format!("there is no {}", wanted.get_ref()));
            return Err(self.document.locate(fault));
        };
        let defaults: BTreeMap<String, String> =
            baseline.parameters.iter().map(|(name, parameter)| (name.clone(), parameter.default.clone())).collect();
        let selected = self.alone(baseline, module, defaults, place)?;
        Ok(SizeBaseline { benchmark: selected.benchmark.name, module_bytes: selected.benchmark.module_bytes })
    }
}
