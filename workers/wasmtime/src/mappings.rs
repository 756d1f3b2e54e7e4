//! Memory that the system refuses, and the bound that stacks commonly run into: each takes two of a process's mappings.

use std::fs::File;
use std::io::Read;
use std::sync::Once;
use wasmparser::{CompositeInnerType, Parser, Payload};
use wasmtime::Error;

/// The error number of a system call that got no memory.
const ENOMEM: i32 = 12;

/// A process that has all but so many of its mappings was refused for want of them: those who ask want two or three.
const NEARLY: u64 = 16;

/// Mappings of the process that are left to everything else than stacks.
const OTHERS: u64 = 2048;

/// How many more stacks the system has room for: each takes two mappings. To be asked before there are any.
pub fn room_for_stacks() -> usize {
    let left = limit().zip(count()).map(|(limit, count)| limit.saturating_sub(count + OTHERS) / 2);
    left.map_or(usize::MAX, |left| usize::try_from(left).unwrap_or(usize::MAX))
}

/// What the system would say.
pub fn none_left() -> Error {
    Error::new(std::io::Error::from_raw_os_error(ENOMEM))
}

/// Whether the system refused memory.
pub fn refused(error: &Error) -> bool {
    // Wasmtime's crates have the number in errors of several types, which all are told alike.
    let told = std::io::Error::from_raw_os_error(ENOMEM).to_string();
    error.chain().any(|cause| cause.to_string() == told)
}

/// Why it does, and what can be done about it. To be asked while what was mapped is still there.
pub fn reason() -> String {
    match (count(), limit()) {
        (Some(count), Some(limit)) if count + NEARLY >= limit => format!(
            "this process has {count} memory mappings, and vm.max_map_count allows {limit}; the stack of each \
             continuation or fiber takes two, and a continuation's is kept until its store is dropped, so use \
             continuations again in the guest (a pool), or raise vm.max_map_count"
        ),
        (Some(count), Some(limit)) => format!(
            "the system has no more memory or address space for this process, which has {count} of the {limit} \
             mappings that vm.max_map_count allows"
        ),
        _ => "the system has no more memory or address space for this process".to_owned(),
    }
}

/// Says beforehand why the process may end without a word from the engine: where mappings run out, the next to want one
/// may be Rust's allocator, which ends the process. This is shown with its last words, and not otherwise.
pub fn announce(module: &[u8]) {
    static ONCE: Once = Once::new();
    if has_continuations(module) {
        let limit = limit().map_or_else(|| "some".to_owned(), |limit| limit.to_string());
        ONCE.call_once(|| {
            eprintln!(
                "Should memory be refused here: each continuation takes two memory mappings, of which vm.max_map_count \
                 allows a process {limit}, and keeps them until its store is dropped: use continuations again in the \
                 guest (a pool), or raise vm.max_map_count."
            );
        });
    }
}

fn has_continuations(module: &[u8]) -> bool {
    let types = Parser::new(0).parse_all(module).find_map(|payload| match payload {
        Ok(Payload::TypeSection(types)) => Some(types),
        _ => None,
    });
    let groups = types.into_iter().flat_map(|types| types.into_iter().flatten());
    groups.flat_map(|group| group.into_types()).any(|ty| matches!(ty.composite_type.inner, CompositeInnerType::Cont(_)))
}

/// The largest number of mappings that a process may have.
fn limit() -> Option<u64> {
    std::fs::read_to_string("/proc/sys/vm/max_map_count").ok()?.trim().parse().ok()
}

/// How many mappings this process has: the kernel tells each in a line. Read piecewise, since a buffer for all of them
/// would want a mapping itself.
fn count() -> Option<u64> {
    let mut file = File::open("/proc/self/maps").ok()?;
    let mut piece = [0; 4096];
    let mut lines = 0;
    loop {
        match file.read(&mut piece).ok()? {
            0 => return Some(lines),
            length => lines += piece[..length].iter().filter(|byte| **byte == b'\n').count() as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_s_refusal_is_known_whatever_is_said_around_it() {
        let system = Error::new(std::io::Error::from_raw_os_error(ENOMEM));
        assert!(refused(&system.context("cannot make a stack")));
        assert!(!refused(&Error::new(std::io::Error::from_raw_os_error(2))));
        assert!(!refused(&wasmtime::Trap::UnreachableCodeReached.into()));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn far_below_the_limit_the_reason_is_another() {
        let text = std::fs::read_to_string("/proc/self/maps").unwrap();
        assert!(count().unwrap().abs_diff(text.lines().count() as u64) < 10);
        assert!(count().unwrap() < limit().unwrap());
        assert!(reason().starts_with("the system has no more memory"), "{}", reason());
    }
}
