use super::PROPOSALS;
use crate::inspect::{InspectError, inspect};
use kymo_model::Feature;
use wasmparser::WasmFeatures;

fn features(text: &str) -> Vec<&'static str> {
    let bytes = wat::parse_str(text).unwrap();
    inspect(&bytes).unwrap().features.into_iter().map(Feature::name).collect()
}

fn check(text: &str, expected: &[&str]) {
    assert_eq!(features(text), expected, "required by {text}");
}

#[test]
fn every_switch_of_the_validator_is_accounted_for() {
    let table = PROPOSALS.iter().fold(WasmFeatures::MVP, |all, proposal| all | proposal.flags);
    assert_eq!(table, WasmFeatures::all());
}

#[test]
fn the_first_version_of_webassembly_requires_nothing() {
    check("(module)", &[]);
    check(
        r#"(module (memory (export "memory") 1 2) (table 1 funcref) (global $g (mut i32) (i32.const 1))
             (elem (i32.const 0) $f) (data (i32.const 0) "abc") (type $t (func (param f64) (result i32)))
             (func $f (export "f") (param f64) (result i32)
               (drop (call_indirect (type $t) (f64.sqrt (local.get 0)) (i32.const 0)))
               (block (result i32) (memory.grow (i32.load (global.get $g))))))"#,
        &[],
    );
}

#[test]
fn each_feature_of_core_modules_is_found() {
    check(r#"(module (global (export "g") (mut i32) (i32.const 0)))"#, &["mutable-globals"]);
    check("(module (func (param f32) (result i32) (i32.trunc_sat_f32_s (local.get 0))))", &["saturating-float-to-int"]);
    check("(module (func (param i32) (result i32) (i32.extend8_s (local.get 0))))", &["sign-extension"]);
    check("(module (func (param externref)))", &["reference-types"]);
    check("(module (table 1 funcref) (table 2 funcref))", &["reference-types"]);
    check("(module (func (result i32 i32) (i32.const 0) (i32.const 1)))", &["multi-value"]);
    check("(module (memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0))))", &["bulk-memory"]);
    check(r#"(module (memory 1) (data "passive") (func (data.drop 0)))"#, &["bulk-memory"]);
    check("(module (func (param v128)))", &["simd"]);
    check("(module (memory 1 1 shared))", &["threads"]);
    check("(module (memory 1) (func (drop (i32.atomic.load (i32.const 0)))))", &["threads"]);
    check("(module (func $f (return_call $f)))", &["tail-call"]);
    check("(module (memory 1) (memory 1))", &["multi-memory"]);
    check("(module (tag $t) (func (throw $t)))", &["exceptions"]);
    check("(module (tag $t) (func (try_table)))", &["exceptions"]);
    check("(module (func try catch_all end))", &["legacy-exceptions"]);
    check("(module (memory i64 1))", &["memory64"]);
    check("(module (global i32 (i32.add (i32.const 1) (i32.const 2))))", &["extended-const"]);
    check(
        "(module (func (param i64 i64 i64 i64) (i64.add128 (local.get 0) (local.get 1) (local.get 2) (local.get 3))
           drop drop))",
        &["wide-arithmetic"],
    );
    check("(module (memory 1 (pagesize 1)))", &["custom-page-sizes"]);
}

#[test]
fn what_a_feature_builds_upon_is_found_with_it() {
    check(
        "(module (func (param v128) (result v128) (i8x16.relaxed_swizzle (local.get 0) (local.get 0))))",
        &["simd", "relaxed-simd"],
    );
    check(
        "(module (type $f (func)) (func (param (ref $f)) (call_ref $f (local.get 0))))",
        &["reference-types", "function-references"],
    );
    check("(module (func (param (ref extern))))", &["reference-types", "function-references"]);
    check("(module (func (param exnref)))", &["reference-types", "exceptions"]);
    check(
        "(module (type $f (func)) (type $c (cont $f)) (func $f) (elem declare func $f)
           (func (resume $c (cont.new $c (ref.func $f)))))",
        &["reference-types", "bulk-memory", "stack-switching"],
    );
}

#[test]
fn gc_contains_function_references_whatever_comes_first() {
    check("(module (type $s (struct (field i32))) (func (drop (struct.new_default $s))))", &["gc"]);
    check(
        "(module (type $s (struct (field i32))) (func (param (ref null $s)) (drop (struct.get $s 0 (local.get 0)))))",
        &["reference-types", "gc"],
    );
    check(
        "(module (type $f (func)) (type $g (func (param (ref $f)))) (type $s (struct (field i32)))
           (func (drop (struct.new_default $s))))",
        &["reference-types", "gc"],
    );
    check("(module (func (param (ref i31)) (drop (i31.get_s (local.get 0)))))", &["reference-types", "gc"]);
}

#[test]
fn a_combination_is_found_whole() {
    check(
        r#"(module (memory 1) (memory i64 1) (tag $t)
             (global (export "g") (mut i32) (i32.const 0))
             (func $f (param i32 f32) (result i32 i32)
               (i32.extend16_s (local.get 0)) (i32.trunc_sat_f32_u (local.get 1)))
             (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0)))
             (func (param v128) (throw $t))
             (func $g (return_call $g)))"#,
        &[
            "mutable-globals",
            "saturating-float-to-int",
            "sign-extension",
            "multi-value",
            "bulk-memory",
            "simd",
            "tail-call",
            "multi-memory",
            "exceptions",
            "memory64",
        ],
    );
}

#[test]
fn components_require_what_their_modules_do() {
    check("(component)", &["component-model"]);
    check(
        "(component (core module (func (param v128))) (component (core module (memory i64 1))))",
        &["simd", "memory64", "component-model"],
    );
    check(
        "(component (type $f (future)) (core func (canon future.new $f)))",
        &["component-model", "component-model-async"],
    );
}

#[test]
fn a_proposal_without_a_name_is_not_passed_over() {
    let bytes = wat::parse_str("(module (type (shared (func))))").unwrap();
    insta::assert_snapshot!(
        inspect(&bytes).unwrap().unprovided.join("\n"),
        @"the proposal shared-everything-threads, which Kymograph does not know"
    );
}

#[test]
fn what_is_no_module_says_where_and_why() {
    let error = |bytes: &[u8]| inspect(bytes).unwrap_err().to_string();
    assert_eq!(inspect(b""), Err(InspectError::Empty));
    insta::assert_snapshot!(error(b"\x7fELF\x02"), @"this is not WebAssembly: it begins with 7f 45 4c 46 (a native program or library), a module with 00 61 73 6d");
    insta::assert_snapshot!(error(b"\0asm\x07\0\0\0"), @"this is not a valid module: at byte 4 (0x4): unknown binary version: 0x7");
    let whole = wat::parse_str("(module (func (export \"f\") (result i32) (i32.const 1)))").unwrap();
    insta::assert_snapshot!(error(&whole[..whole.len() - 3]), @"this is not a valid module: at byte 30 (0x1e): unexpected end-of-file");
    let ill_typed = wat::parse_str("(module (func (result i32)))").unwrap();
    insta::assert_snapshot!(error(&ill_typed), @"this is not a valid module: at byte 24 (0x18): type mismatch: expected i32 but nothing on stack");
}

proptest::proptest! {
    /// No bytes make it panic, and cutting a module anywhere is an error or another module.
    #[test]
    fn truncation_never_panics(cut in 0_usize..200) {
        let whole = wat::parse_str(
            r#"(module (import "bench" "start" (func)) (memory 1) (data "x") (func (param v128) (data.drop 0)))"#,
        ).unwrap();
        let _ = inspect(&whole[..cut.min(whole.len())]);
    }

    #[test]
    fn flipped_bytes_never_panic(place in 8_usize..60, value: u8) {
        let mut bytes = wat::parse_str(
            r#"(module (import "bench" "start" (func)) (memory 1) (data "x") (func (param v128) (data.drop 0)))"#,
        ).unwrap();
        if let Some(byte) = bytes.get_mut(place) { *byte = value; }
        let _ = inspect(&bytes);
    }
}
