//! The imports by which a core module is a server on sockets of the host; `docs/src/worker-protocol.md` describes them.

use wasmparser::types::{EntityType, TypesRef};
use wasmparser::{CompositeInnerType, FuncType, ValType};

/// The module that they are imported from.
pub(super) const MODULE: &str = "kymo_socket";

/// What is wrong with an import of [`MODULE`]; `None` if it is one of those that there are.
pub(super) fn wrong(types: TypesRef<'_>, name: &str, entity: EntityType) -> Option<&'static str> {
    const I32: ValType = ValType::I32;
    let (params, results, wanted): (&[ValType], &[ValType], _) = match name {
        "listen" => (&[I32], &[I32], "kymo_socket.listen takes an i32 and gives an i32"),
        "accept" => (&[I32], &[I32], "kymo_socket.accept takes an i32 and gives an i32"),
        "close" => (&[I32], &[I32], "kymo_socket.close takes an i32 and gives an i32"),
        "recv" => (&[I32, I32, I32], &[I32], "kymo_socket.recv takes three i32 and gives an i32"),
        "send" => (&[I32, I32, I32], &[I32], "kymo_socket.send takes three i32 and gives an i32"),
        "poll" => (&[I32, I32, I32], &[I32], "kymo_socket.poll takes three i32 and gives an i32"),
        "stopping" => (&[], &[I32], "kymo_socket.stopping takes nothing and gives an i32"),
        "now" => (&[], &[ValType::I64], "kymo_socket.now takes nothing and gives an i64"),
        _ => return Some("kymo_socket has only listen, accept, recv, send, close, poll, stopping and now"),
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
