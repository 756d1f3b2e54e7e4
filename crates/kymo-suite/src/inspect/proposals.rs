//! Which proposals a module cannot do without.
//!
//! The validator is asked with as few proposals as possible, and names most of those it misses; each of these
//! failures ends at the first use. So a module costs one whole validation, and one that is cut short for each
//! proposal it requires. Where the validator names none ("data count section requires the bulk-memory proposal" is
//! one such place), the missing ones are searched for by halves.

use kymo_model::{Feature, ModuleKind};
use std::collections::BTreeSet;
use wasmparser::types::Types;
use wasmparser::{Validator, WasmFeatures};

/// A proposal as the validator knows it, and Kymograph's name for it, where it has one.
struct Proposal {
    flags: WasmFeatures,
    name: &'static str,
    feature: Option<Feature>,
}

const fn named(flags: WasmFeatures, feature: Feature) -> Proposal {
    Proposal { flags, name: feature.name(), feature: Some(feature) }
}

const fn unnamed(flags: WasmFeatures, name: &'static str) -> Proposal {
    Proposal { flags, name, feature: None }
}

/// Every proposal, the commonest first: where either of two would do, the search keeps the earlier one.
const PROPOSALS: &[Proposal] = &[
    named(WasmFeatures::MUTABLE_GLOBAL, Feature::MutableGlobals),
    named(WasmFeatures::SIGN_EXTENSION, Feature::SignExtension),
    named(WasmFeatures::BULK_MEMORY, Feature::BulkMemory),
    named(WasmFeatures::SATURATING_FLOAT_TO_INT, Feature::SaturatingFloatToInt),
    named(WasmFeatures::MULTI_VALUE, Feature::MultiValue),
    named(WasmFeatures::REFERENCE_TYPES, Feature::ReferenceTypes),
    named(WasmFeatures::SIMD, Feature::Simd),
    named(WasmFeatures::RELAXED_SIMD, Feature::RelaxedSimd),
    named(WasmFeatures::THREADS, Feature::Threads),
    named(WasmFeatures::TAIL_CALL, Feature::TailCall),
    named(WasmFeatures::EXTENDED_CONST, Feature::ExtendedConst),
    named(WasmFeatures::EXCEPTIONS, Feature::Exceptions),
    named(WasmFeatures::GC, Feature::Gc),
    named(WasmFeatures::FUNCTION_REFERENCES, Feature::FunctionReferences),
    named(WasmFeatures::MEMORY64, Feature::Memory64),
    named(WasmFeatures::MULTI_MEMORY, Feature::MultiMemory),
    named(WasmFeatures::WIDE_ARITHMETIC, Feature::WideArithmetic),
    named(WasmFeatures::LEGACY_EXCEPTIONS, Feature::LegacyExceptions),
    named(WasmFeatures::STACK_SWITCHING, Feature::StackSwitching),
    named(WasmFeatures::CUSTOM_PAGE_SIZES, Feature::CustomPageSizes),
    named(WasmFeatures::COMPONENT_MODEL, Feature::ComponentModel),
    named(WasmFeatures::CM_ASYNC, Feature::ComponentModelAsync),
    named(WasmFeatures::CM_ASYNC_STACKFUL, Feature::ComponentModelAsync),
    named(WasmFeatures::CM_MORE_ASYNC_BUILTINS, Feature::ComponentModelAsync),
    named(WasmFeatures::CM_ERROR_CONTEXT, Feature::ComponentModelAsync),
    named(WasmFeatures::CM_FORWARD, Feature::ComponentModelAsync),
    unnamed(WasmFeatures::CM_THREADING, "component-model-threading"),
    unnamed(WasmFeatures::CM_MAP, "component-model-map"),
    unnamed(WasmFeatures::CM_IMPLEMENTS, "component-model-implements"),
    unnamed(WasmFeatures::CM_VALUES, "component-model-values"),
    unnamed(WasmFeatures::CM_NESTED_NAMES, "component-model-nested-names"),
    unnamed(WasmFeatures::CM_FIXED_LENGTH_LISTS, "component-model-fixed-length-lists"),
    unnamed(WasmFeatures::CM_GC, "component-model-gc"),
    unnamed(WasmFeatures::CM64, "component-model-64-bit"),
    unnamed(WasmFeatures::CM_CANON_NAMES, "component-model-canonical-names"),
    unnamed(WasmFeatures::CM_ACCESSORS, "component-model-accessors"),
    unnamed(WasmFeatures::COMPACT_IMPORTS, "compact-imports"),
    unnamed(WasmFeatures::SHARED_EVERYTHING_THREADS, "shared-everything-threads"),
    unnamed(WasmFeatures::MEMORY_CONTROL, "memory-control"),
    unnamed(WasmFeatures::CUSTOM_DESCRIPTORS, "custom-descriptors"),
    unnamed(WasmFeatures::ACQUIRE_RELEASE_ATOMICS, "acquire-release-atomics"),
    unnamed(WasmFeatures::MULTIBYTE_ARRAY_ACCESS, "multibyte-array-access"),
];

/// What validating a module tells.
pub(super) struct Required {
    /// The features without which it is not valid.
    pub(super) features: BTreeSet<Feature>,
    /// Proposals it needs that are no [`Feature`].
    pub(super) unnamed: Vec<&'static str>,
    /// Types of its imports and exports.
    pub(super) types: Types,
}

/// The proposals that the module requires; an error when it is invalid with all of them.
pub(super) fn required(bytes: &[u8], kind: ModuleKind) -> Result<Required, wasmparser::Error> {
    // MVP holds the switches that stand for no proposal (floating point, garbage-collected types).
    let mut on = WasmFeatures::MVP;
    if kind == ModuleKind::Component {
        on |= WasmFeatures::COMPONENT_MODEL;
    }
    let types = loop {
        match validate(bytes, on) {
            Ok(types) => break types,
            Err(error) => on |= missing(bytes, on, &error)?,
        }
    };
    let mut required = Required { features: BTreeSet::new(), unnamed: Vec::new(), types };
    for proposal in PROPOSALS.iter().filter(|proposal| on.contains(proposal.flags)) {
        match proposal.feature {
            Some(feature) => {
                required.features.insert(feature);
            }
            None => required.unnamed.push(proposal.name),
        }
    }
    if required.features.contains(&Feature::Gc) {
        // The gc proposal contains this one, and the validator takes either for a reference to a type: which one it
        // asks for depends on what comes first in the module.
        required.features.remove(&Feature::FunctionReferences);
    }
    Ok(required)
}

fn validate(bytes: &[u8], on: WasmFeatures) -> Result<Types, wasmparser::Error> {
    Validator::new_with_features(on).validate_all(bytes)
}

/// What has to be switched on beside `on`, with which the module failed.
fn missing(bytes: &[u8], on: WasmFeatures, error: &wasmparser::Error) -> Result<WasmFeatures, wasmparser::Error> {
    let off = |proposal: &&Proposal| !on.contains(proposal.flags);
    let hint = error
        .missing_wasm_feature()
        .and_then(|flags| PROPOSALS.iter().filter(off).find(|proposal| proposal.flags.contains(flags)));
    if let Some(proposal) = hint {
        return Ok(proposal.flags);
    }
    validate(bytes, WasmFeatures::all())?;
    let candidates: Vec<&Proposal> = PROPOSALS.iter().filter(off).collect();
    Ok(search(bytes, on, &candidates))
}

/// A smallest set out of `candidates` that makes the module valid beside `on`, given that all of them do and none
/// does not. What is valid with fewer proposals is valid with more, so whole halves can be left out at once.
fn search(bytes: &[u8], on: WasmFeatures, candidates: &[&Proposal]) -> WasmFeatures {
    if candidates.len() <= 1 {
        return flags(candidates);
    }
    let (first, second) = candidates.split_at(candidates.len() / 2);
    let from_second = search_unless_valid(bytes, on | flags(first), second);
    let from_first = search_unless_valid(bytes, on | from_second, first);
    from_first | from_second
}

fn search_unless_valid(bytes: &[u8], on: WasmFeatures, candidates: &[&Proposal]) -> WasmFeatures {
    if validate(bytes, on).is_ok() { WasmFeatures::empty() } else { search(bytes, on, candidates) }
}

fn flags(proposals: &[&Proposal]) -> WasmFeatures {
    proposals.iter().fold(WasmFeatures::empty(), |all, proposal| all | proposal.flags)
}

#[cfg(test)]
#[path = "proposals_tests.rs"]
mod tests;
