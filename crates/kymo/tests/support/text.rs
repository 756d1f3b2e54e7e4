//! Texts without what differs from run to run and from machine to machine.

use std::path::Path;

/// Replaces places and ids of runs, and leaves out what is said of the state of the machine.
pub fn plain(text: &str, places: &[(&Path, &str)]) -> String {
    let mut text = text.to_owned();
    for (path, name) in places {
        text = text.replace(&*path.to_string_lossy(), name);
    }
    let lines = text.lines().filter(|line| !line.starts_with("noisy: "));
    lines.map(|line| ids_replaced(line) + "\n").collect()
}

/// `20261122-015451-0a1b2` becomes `RUN`.
fn ids_replaced(line: &str) -> String {
    masked(line, "dddddddd-dddddd-hhhhh", "RUN")
}

/// Replaces what has a shape, in which `d` is a digit, `h` one of hexadecimal, and everything else itself.
pub fn masked(text: &str, shape: &str, name: &str) -> String {
    let fits = |text: &str| {
        let fit = |(byte, shape): (u8, u8)| match shape {
            b'd' => byte.is_ascii_digit(),
            b'h' => byte.is_ascii_hexdigit(),
            other => byte == other,
        };
        text.len() >= shape.len() && text.bytes().zip(shape.bytes()).all(fit)
    };
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if fits(rest) {
            out.push_str(name);
            rest = &rest[shape.len()..];
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    out
}
