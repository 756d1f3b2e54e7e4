//! The outside of a core module.

use super::provided::{self, Provider};
use super::{Import, Surface, fibers, sockets};
use kymo_model::Feature;
use wasmparser::CompositeInnerType;
use wasmparser::types::{EntityType, Types};

/// The outside of the validated module that `types` describes.
pub(super) fn surface(types: &Types) -> Surface {
    let types = types.as_ref();
    let mut surface = Surface::default();
    for (name, entity) in types.core_exports().into_iter().flatten() {
        if let EntityType::Func(_) | EntityType::FuncExact(_) = entity {
            surface.has_start |= name == "_start";
            surface.exports.push(name.to_owned());
        }
    }
    let on_fibers = types.core_imports().into_iter().flatten().any(|(module, ..)| module == fibers::MODULE);
    for (module, name, entity) in types.core_imports().into_iter().flatten() {
        let import = Import { module: module.to_owned(), name: name.to_owned(), kind: kind(entity) };
        match (provided::function(module, name), entity) {
            (Provider::Interface(feature), EntityType::Func(_)) => {
                surface.features.insert(feature);
            }
            (Provider::Bench, EntityType::Func(id)) if takes_and_gives_nothing(types, id) => {}
            (Provider::Bench, _) => {
                surface.unprovided.push(format!("{import}: bench.{name} is a function without parameters and results"))
            }
            (Provider::Fibers, _) => match fibers::wrong(types, name, entity) {
                None => {
                    surface.features.insert(Feature::HostFibers);
                }
                Some(why) => surface.unprovided.push(format!("{import}: {why}")),
            },
            (Provider::Sockets, _) => match sockets::wrong(types, name, entity) {
                None => {
                    surface.features.insert(Feature::HostSockets);
                }
                Some(why) => surface.unprovided.push(format!("{import}: {why}")),
            },
            (Provider::Nobody(_), EntityType::Memory(memory))
                if on_fibers && (module, name) == fibers::MEMORY && memory.shared => {}
            (Provider::Nobody(Some(why)), _) => surface.unprovided.push(format!("{import}: {why}")),
            (Provider::Nobody(None) | Provider::Interface(_), _) => surface.unprovided.push(import.to_string()),
        }
        surface.imports.push(import);
    }
    surface
}

fn takes_and_gives_nothing(types: wasmparser::types::TypesRef<'_>, id: wasmparser::types::CoreTypeId) -> bool {
    match &types[id].composite_type.inner {
        CompositeInnerType::Func(ty) => ty.params().is_empty() && ty.results().is_empty(),
        _ => false,
    }
}

fn kind(entity: EntityType) -> &'static str {
    match entity {
        EntityType::Func(_) | EntityType::FuncExact(_) => "func",
        EntityType::Table(_) => "table",
        EntityType::Memory(_) => "memory",
        EntityType::Global(_) => "global",
        EntityType::Tag(_) => "tag",
    }
}
