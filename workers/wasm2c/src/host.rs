//! The functions of the host: WASI, and the marks of the region, by number.

use crate::guest::Guest;
use crate::wasi::{Left, carried_out};
use wasi_common::snapshots::preview_1::wasi_snapshot_preview1 as preview_1;
use wiggle::GuestMemory;

/// A function of WASI: its name, its parameters and result as C declares them, and what carries it out.
struct SystemCall {
    name: &'static str,
    parameters: &'static [&'static str],
    result: &'static str,
    call: fn(&mut Guest, &mut GuestMemory<'_>, &[u64]) -> Result<u32, Left>,
}

/// The numbers of the marks; the functions of WASI follow.
const START: u32 = 0;
const END: u32 = 1;
const MARKS: usize = 2;

macro_rules! c_type {
    (i32) => {
        "u32"
    };
    (i64) => {
        "u64"
    };
    (()) => {
        "void"
    };
}

macro_rules! returned {
    (i32, $call:expr) => {
        $call.map(|number: i32| number as u32)
    };
    ((), $call:expr) => {
        $call.map(|()| 0)
    };
}

macro_rules! table {
    ($($name:ident($($argument:ident: $type:tt),*) -> $result:tt;)*) => {
        /// All functions of WASI.
        const CALLS: &[SystemCall] = &[$(SystemCall {
            name: stringify!($name),
            parameters: &[$(c_type!($type)),*],
            result: c_type!($result),
            call: |guest, memory, arguments| {
                $(
                    let $argument = arguments.first().copied().unwrap_or_default() as $type;
                    let arguments = arguments.get(1..).unwrap_or_default();
                )*
                let _all_taken = arguments;
                returned!($result, carried_out(preview_1::$name(&mut guest.wasi, memory, $($argument),*)))
            },
        },)*];
    };
}

wasi_functions!(table);

/// The number of a function that modules import, and its parameters and result in C.
pub fn number(module: &str, name: &str) -> Option<(u32, &'static [&'static str], &'static str)> {
    match (module, name) {
        ("bench", "start") => Some((START, &[], "void")),
        ("bench", "end") => Some((END, &[], "void")),
        ("wasi_snapshot_preview1", _) => {
            let at = CALLS.iter().position(|call| call.name == name)?;
            let number = u32::try_from(at + MARKS).ok()?;
            Some((number, CALLS[at].parameters, CALLS[at].result))
        }
        _ => None,
    }
}

/// How many parameters the function of a number has.
pub fn parameters(number: u32) -> usize {
    system_call(number).map_or(0, |call| call.parameters.len())
}

fn system_call(number: u32) -> Option<&'static SystemCall> {
    CALLS.get((number as usize).checked_sub(MARKS)?)
}

/// Carries a call of the guest out.
///
/// # Errors
/// Where the guest is not to be returned to.
pub fn call(guest: &mut Guest, number: u32, arguments: &[u64], memory: &mut [u8]) -> Result<u32, Left> {
    match number {
        START => guest.meter.start(),
        END => guest.meter.end(),
        _ => {
            let call = system_call(number).ok_or_else(|| Left::Failed(format!("there is no function {number}")))?;
            return (call.call)(guest, &mut GuestMemory::Unshared(memory), arguments);
        }
    }
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_have_numbers_and_types() {
        assert_eq!(number("bench", "end"), Some((END, &[][..], "void")));
        let (found, parameters, result) = number("wasi_snapshot_preview1", "fd_seek").unwrap();
        assert_eq!((parameters, result), (&["u32", "u64", "u32", "u32"][..], "u32"));
        assert_eq!(super::parameters(found), 4);
        assert_eq!(number("wasi_snapshot_preview1", "proc_exit").unwrap().2, "void");
        assert_eq!(number("env", "nobody"), None);
    }
}
