//! Figures of the store: append, load, size.

fn main() {}
