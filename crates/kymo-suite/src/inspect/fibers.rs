//! The imports by which a guest has its fibers made and switched by the host; `docs/src/host-fibers.md` describes them.

use wasmparser::types::{EntityType, TypesRef};
use wasmparser::{CompositeInnerType, FuncType, ValType};

/// The module that they are imported from.
pub(super) const MODULE: &str = "kymo_fiber";

/// The import that such a guest's memory is: on some engines each fiber is an instance of its own, and the memory is
/// what they have in common.
pub(super) const MEMORY: (&str, &str) = ("env", "memory");

/// What is wrong with an import of [`MODULE`]; `None` if it is one of those that there are.
pub(super) fn wrong(types: TypesRef<'_>, name: &str, entity: EntityType) -> Option<&'static str> {
    let (params, results, wanted): (&[ValType], &[ValType], _) = match name {
        "resume" => (&[ValType::I32], &[ValType::I32], "kymo_fiber.resume takes an i32 and gives an i32"),
        "yield" => (&[], &[], "kymo_fiber.yield is a function without parameters and results"),
        "drop" => (&[ValType::I32], &[], "kymo_fiber.drop takes an i32 and gives nothing"),
        _ => return Some("kymo_fiber has only resume, yield and drop"),
    };
    let is_wanted = |ty: &FuncType| ty.params() == params && ty.results() == results;
    let right = match entity {
        EntityType::Func(id) => {
            matches!(&types[id].composite_type.inner, CompositeInnerType::Func(ty) if is_wanted(ty))
        }
        _ => false,
    };
    (!right).then_some(wanted)
}
