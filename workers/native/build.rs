//! The twins call `bench_start` and `bench_end` of the program that loads them: it must export them, and nothing else
//! by which a twin's own functions could be replaced.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    for symbol in ["bench_start", "bench_end"] {
        let apple = std::env::var("CARGO_CFG_TARGET_VENDOR").is_ok_and(|vendor| vendor == "apple");
        let option =
            if apple { format!("-exported_symbol,_{symbol}") } else { format!("--export-dynamic-symbol={symbol}") };
        println!("cargo::rustc-link-arg-bins=-Wl,{option}");
    }
}
