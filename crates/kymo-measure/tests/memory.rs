//! Memory of real processes. The child is a shell, which every Linux has, so that no helper program is needed.
#![cfg(target_os = "linux")]

use kymo_measure::memory::{PssSampler, peak_rss_bytes, pss_bytes_tree, reset_own_peak_rss, rss_bytes};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const MIB: u64 = 1024 * 1024;

/// A shell whose child holds 64 MiB: a text doubled 26 times, written, hence its own. It ends after a line of input.
fn shell_with_a_child_of_64_mib() -> Child {
    // A shell gives its background children no input, so they read the shell's through another descriptor.
    let script = "exec 3<&0; \
        (x=0; i=0; while [ $i -lt 26 ]; do x=$x$x; i=$((i+1)); done; echo ready; read line <&3) & wait";
    Command::new("sh")
        .arg("-c")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("there is a shell")
}

#[test]
fn a_grandchild_s_64_mib_are_seen_in_its_tree() {
    let mut child = shell_with_a_child_of_64_mib();
    let sampler = PssSampler::start(child.id(), Duration::from_millis(5));
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");

    let (tree, shell) = (pss_bytes_tree(child.id()), rss_bytes(child.id()));
    let seen = sampler.stop();
    child.stdin.take().unwrap().write_all(b"done\n").unwrap();
    assert!(child.wait().unwrap().success());

    // Kernels without smaps_rollup and sandboxes give nothing; they must then give nothing at all.
    let Some(tree) = tree else {
        return assert_eq!(seen.peak_bytes, None);
    };
    assert!((64 * MIB..400 * MIB).contains(&tree), "{tree} B in the tree");
    assert!(shell.unwrap() < 32 * MIB, "the shell itself is small");
    assert!(seen.peak_bytes.unwrap() >= 64 * MIB && seen.samples >= 1, "{seen:?}");
    assert_eq!(rss_bytes(child.id()), None, "an ended process has no memory");
}

#[test]
fn the_high_water_mark_rises_and_can_be_reset() {
    let own = std::process::id();
    let Some(before) = peak_rss_bytes(own) else { return };
    let memory = std::hint::black_box(vec![1u8; 48 * MIB as usize]);
    let high = peak_rss_bytes(own).unwrap();
    assert!(high >= before.max(48 * MIB), "{before} {high}");
    drop(memory);
    if reset_own_peak_rss() {
        let reset = peak_rss_bytes(own).unwrap();
        assert!(reset + 24 * MIB < high, "{high} {reset}");
    }
}
