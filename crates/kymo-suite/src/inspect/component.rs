//! The outside of a component.

use super::provided::{self, Provider};
use super::{Import, Surface};
use kymo_model::Feature;
use wasmparser::component_types::ComponentEntityType;
use wasmparser::types::{Types, TypesRef};
use wasmparser::{ComponentExternalKind, ComponentTypeRef, Parser, Payload, TypeBounds};

/// The exports that handle requests of HTTP, up to the last part of their version.
const HANDLERS: [&str; 2] = ["wasi:http/incoming-handler@0.2.", "wasi:http/handler@0.3."];

/// The outside of the validated component that `types` describes.
pub(super) fn surface(bytes: &[u8], types: &Types) -> Result<Surface, wasmparser::Error> {
    let mut surface = Surface::default();
    // The parser walks through nested modules and components, too; theirs are not this component's.
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    let import = import?;
                    add_import(&mut surface, import.name.name, import.ty, types.as_ref());
                }
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                for export in section {
                    let export = export?;
                    add_export(&mut surface, export.name.name, export.kind);
                }
            }
            _ => {}
        }
    }
    Ok(surface)
}

fn add_import(surface: &mut Surface, name: &str, ty: ComponentTypeRef, types: TypesRef<'_>) {
    // An import of a type that equals another one asks for nothing.
    if matches!(ty, ComponentTypeRef::Type(TypeBounds::Eq(_))) {
        return;
    }
    let import = Import { module: String::new(), name: name.to_owned(), kind: kind(ty) };
    match (provided::instance(name), ty) {
        (Provider::Interface(feature), ComponentTypeRef::Instance(_)) => {
            surface.features.insert(feature);
        }
        (Provider::Bench, ComponentTypeRef::Instance(_)) if is_bench(types, name) => {}
        (Provider::Bench, _) => surface
            .unprovided
            .push(format!("{import}: its functions are start and end, without parameters and results")),
        (Provider::Nobody(Some(why)), _) => surface.unprovided.push(format!("{import}: {why}")),
        (Provider::Nobody(None) | Provider::Interface(_) | Provider::Fibers | Provider::Sockets, _) => {
            surface.unprovided.push(import.to_string())
        }
    }
    surface.imports.push(import);
}

fn add_export(surface: &mut Surface, name: &str, kind: ComponentExternalKind) {
    match kind {
        ComponentExternalKind::Func => surface.exports.push(name.to_owned()),
        // What a component exports under a system interface's name, the host has to know how to call.
        ComponentExternalKind::Instance => {
            if let Provider::Interface(feature) = provided::instance(name) {
                surface.has_start |= name.starts_with("wasi:cli/run@0.2.");
                surface.handles_http |= HANDLERS.iter().any(|handler| name.starts_with(handler));
                if feature != Feature::WasiNn {
                    surface.features.insert(feature);
                }
            }
        }
        _ => {}
    }
}

/// Whether the imported instance asks for nothing but `start` and `end`, both `func()`.
fn is_bench(types: TypesRef<'_>, name: &str) -> bool {
    let Some(item) = types.component_item_for_import(name) else {
        return false;
    };
    let ComponentEntityType::Instance(instance) = item.ty else {
        return false;
    };
    types[instance].exports.iter().all(|(name, item)| match item.ty {
        ComponentEntityType::Func(func) => {
            let ty = &types[func];
            (name == "start" || name == "end") && ty.params.is_empty() && ty.result.is_none() && !ty.async_
        }
        _ => false,
    })
}

fn kind(ty: ComponentTypeRef) -> &'static str {
    match ty {
        ComponentTypeRef::Module(_) => "core module",
        ComponentTypeRef::Func(_) => "func",
        ComponentTypeRef::Value(_) => "value",
        ComponentTypeRef::Type(_) => "type",
        ComponentTypeRef::Instance(_) => "instance",
        ComponentTypeRef::Component(_) => "component",
    }
}
