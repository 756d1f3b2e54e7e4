//! What flavours are compared with: the base flavour, published figures and baselines of sizes, as far as the text of a
//! suite can say that they are right.

use super::{Entry, check};
use crate::error::Fault;
use crate::raw::RawPublished;
use kymo_model::{Published, Ratio};
use toml::Spanned;

/// The published figures of a flavour; `key` is the flavour's.
pub(super) fn published(raw: &[RawPublished], key: &str) -> Result<Vec<Spanned<Published>>, Fault> {
    let key = |part: &str| format!("{key}.published.{part}");
    let one = |raw: &RawPublished| {
        let ratio = *raw.ratio.get_ref();
        if !(ratio.is_finite() && ratio > 0.0) {
            let message =
                format!("{ratio} is no ratio: write the flavour's figure divided by that of the base flavour");
            return Err(Fault::new(raw.ratio.span(), key("ratio"), message));
        }
        said(&raw.source, &key("source"), "say where and when it was published")?;
        if let Some(label) = &raw.label {
            said(label, &key("label"), "say which of the figures it is, or leave it out")?;
        }
        let label = raw.label.as_ref().map(|label| label.get_ref().trim().to_owned());
        let source = raw.source.get_ref().trim().to_owned();
        let published = Published { of: raw.of, ratio: Ratio::new(ratio), label, source };
        Ok(Spanned::new(raw.ratio.span(), published))
    };
    raw.iter().map(one).collect()
}

fn said(text: &Spanned<String>, key: &str, message: &str) -> Result<(), Fault> {
    if text.get_ref().trim().is_empty() {
        return Err(Fault::new(text.span(), key, message));
    }
    Ok(())
}

/// Whether the base flavour and what refers to it are there.
pub(super) fn check(base: Option<&Spanned<String>>, entries: &[Entry]) -> Result<(), Fault> {
    if let Some(base) = base {
        check::name(base, "base-flavour")?;
        if !entries.iter().any(|entry| has_flavour(entry, base.get_ref())) {
            let message = format!("no benchmark has the flavour '{}'; name one that some have", base.get_ref());
            return Err(Fault::new(base.span(), "base-flavour", message));
        }
    }
    for entry in entries {
        figures(base, entry)?;
        if let Some(baseline) = &entry.size_baseline {
            size_baseline(base, entry, baseline, entries)?;
        }
    }
    Ok(())
}

fn has_flavour(entry: &Entry, flavour: &str) -> bool {
    entry.implementations.iter().any(|implementation| implementation.flavour.as_deref() == Some(flavour))
}

/// A published ratio is one to the base flavour of its benchmark, so there must be one, and it has none itself.
fn figures(base: Option<&Spanned<String>>, entry: &Entry) -> Result<(), Fault> {
    for implementation in &entry.implementations {
        let Some(figure) = implementation.published.first() else { continue };
        let flavour = implementation.flavour.as_deref().unwrap_or_default();
        let message = match base {
            None => "published figures are ratios to a base flavour; add base-flavour = \"…\" to the suite".to_owned(),
            Some(base) if base.get_ref() == flavour => "the base flavour is compared with nothing".to_owned(),
            Some(base) if !has_flavour(entry, base.get_ref()) => {
                format!("the benchmark has no flavour '{}' that this would be a ratio to", base.get_ref())
            }
            Some(_) => continue,
        };
        let key = format!("{}:{flavour}.published", entry.name);
        return Err(Fault::new(figure.span(), key, message));
    }
    Ok(())
}

fn size_baseline(
    base: Option<&Spanned<String>>,
    entry: &Entry,
    wanted: &Spanned<String>,
    entries: &[Entry],
) -> Result<(), Fault> {
    let fault = |message: String| Err(Fault::new(wanted.span(), format!("{}.size-baseline", entry.name), message));
    match base {
        None => {
            return fault("sizes are compared with a base flavour; add base-flavour = \"…\" to the suite".to_owned());
        }
        Some(base) if !has_flavour(entry, base.get_ref()) => {
            return fault(format!("the benchmark has no flavour '{}' to compare sizes with", base.get_ref()));
        }
        Some(_) => {}
    }
    let (name, flavour) = parts(wanted.get_ref());
    let Some(baseline) = entries.iter().find(|entry| entry.name == name) else {
        return fault(format!("there is no benchmark '{name}' in this suite"));
    };
    let flavours: Vec<&str> = baseline.implementations.iter().filter_map(|one| one.flavour.as_deref()).collect();
    match flavour {
        Some(flavour) if !flavours.contains(&flavour) => fault(format!("{name} has no flavour '{flavour}'")),
        None if flavours.len() > 1 => {
            fault(format!("{name} has several modules; name one: {name}:{}", flavours.join(&format!(" or {name}:"))))
        }
        _ => Ok(()),
    }
}

/// Name and flavour of what a suite calls `NAME` or `NAME:FLAVOUR`.
pub(crate) fn parts(text: &str) -> (&str, Option<&str>) {
    match text.split_once(':') {
        Some((name, flavour)) => (name, Some(flavour)),
        None => (text, None),
    }
}
