//! The filter of system calls: two programs for the kernel, made anew for each sandbox. Every call is allowed that is
//! not in [`lists`].

mod lists;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen as Length, SeccompCmpOp as Compare, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, sock_filter,
};
use std::collections::BTreeMap;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// The numbers of x32 calls begin here; they bypass lists of plain numbers where a kernel knows them.
const X32_START: u32 = 0x4000_0000;

/// The programs in the order in which they are loaded, as the kernel reads them.
///
/// # Errors
/// A sentence, on a processor that the filters are not written for.
pub(crate) fn programs() -> Result<[Vec<u8>; 2], String> {
    let arch = TargetArch::try_from(std::env::consts::ARCH)
        .map_err(|_| format!("no filter of system calls is known for {}", std::env::consts::ARCH))?;
    let refused = compile(refused_rules()?, libc::EPERM, arch)?;
    let missing = compile(plain(lists::MISSING), libc::ENOSYS, arch)?;
    let mut second = if cfg!(target_arch = "x86_64") { x32_is_missing() } else { Vec::new() };
    second.extend(missing);
    Ok([bytes(&refused), bytes(&second)])
}

/// Bytes of one program as the kernel reads them: instructions of 8 bytes in the machine's own order.
fn bytes(program: &[sock_filter]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(program.len() * 8);
    for one in program {
        bytes.extend(one.code.to_ne_bytes());
        bytes.extend([one.jt, one.jf]);
        bytes.extend(one.k.to_ne_bytes());
    }
    bytes
}

fn compile(rules: Rules, errno: i32, arch: TargetArch) -> Result<BpfProgram, String> {
    let action = SeccompAction::Errno(errno.unsigned_abs());
    SeccompFilter::new(rules, SeccompAction::Allow, action, arch)
        .and_then(BpfProgram::try_from)
        .map_err(|error| format!("the filter of system calls cannot be made: {error}"))
}

/// An empty list of rules matches whatever the arguments are.
fn plain(numbers: &[i64]) -> Rules {
    numbers.iter().map(|number| (*number, Vec::new())).collect()
}

fn refused_rules() -> Result<Rules, String> {
    let mut rules = plain(lists::REFUSED);
    #[cfg(target_arch = "x86_64")]
    rules.extend(plain(lists::REFUSED_X86_64));

    let mut namespaces = Vec::new();
    for flag in lists::NAMESPACE_FLAGS {
        namespaces.push(rule(&[(0, Length::Qword, Compare::MaskedEq(*flag), *flag)])?);
    }
    rules.insert(libc::SYS_clone, namespaces);

    let mut terminals = Vec::new();
    for request in lists::TERMINAL_REQUESTS {
        terminals.push(rule(&[(1, Length::Dword, Compare::Eq, *request)])?);
    }
    rules.insert(libc::SYS_ioctl, terminals);

    let others: Vec<_> = lists::SOCKET_FAMILIES.iter().map(|one| (0, Length::Dword, Compare::Ne, *one)).collect();
    rules.insert(libc::SYS_socket, vec![rule(&others)?]);
    rules.insert(libc::SYS_socketpair, vec![rule(&others)?]);

    #[cfg(target_arch = "x86_64")]
    rules.insert(libc::SYS_mknod, devices(1)?);
    rules.insert(libc::SYS_mknodat, devices(2)?);
    Ok(rules)
}

/// Devices alone: valgrind makes pipes by the same call.
fn devices(mode_at: u8) -> Result<Vec<SeccompRule>, String> {
    let mask = Compare::MaskedEq(u64::from(libc::S_IFMT));
    [libc::S_IFCHR, libc::S_IFBLK]
        .into_iter()
        .map(|kind| rule(&[(mode_at, Length::Dword, mask.clone(), u64::from(kind))]))
        .collect()
}

fn rule(conditions: &[(u8, Length, Compare, u64)]) -> Result<SeccompRule, String> {
    conditions
        .iter()
        .map(|(at, length, compare, value)| SeccompCondition::new(*at, length.clone(), compare.clone(), *value))
        .collect::<Result<Vec<_>, _>>()
        .and_then(SeccompRule::new)
        .map_err(|error| format!("the filter of system calls cannot be made: {error}"))
}

/// Three instructions before a program: the call's number is loaded; from [`X32_START`] on it is answered "no such
/// call", else the program goes on.
fn x32_is_missing() -> BpfProgram {
    const LOAD_WORD: u16 = 0x20;
    const JUMP_IF_GREATER_OR_EQUAL: u16 = 0x35;
    const RETURN: u16 = 0x06;
    const ANSWER_ERRNO: u32 = 0x0005_0000;
    vec![
        sock_filter { code: LOAD_WORD, jt: 0, jf: 0, k: 0 },
        sock_filter { code: JUMP_IF_GREATER_OR_EQUAL, jt: 0, jf: 1, k: X32_START },
        sock_filter { code: RETURN, jt: 0, jf: 0, k: ANSWER_ERRNO | libc::ENOSYS.unsigned_abs() },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_whole_instructions_and_fit_the_kernel() {
        const INSTRUCTIONS_MAX: usize = 4096;
        for program in programs().unwrap() {
            assert_eq!(program.len() % 8, 0);
            assert!((10..INSTRUCTIONS_MAX).contains(&(program.len() / 8)), "{}", program.len() / 8);
        }
    }

    #[test]
    fn no_call_is_in_two_lists() {
        let refused = refused_rules().unwrap();
        for number in lists::MISSING {
            assert!(!refused.contains_key(number), "{number}");
        }
    }
}
