//! The twins call `bench_start` and `bench_end` of the program that loads them: it must export them.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-link-arg-bins=-rdynamic");
}
