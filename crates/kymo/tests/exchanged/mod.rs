//! Texts as other tools write them, made up with figures that are known.

/// Raw rows of two engines, one of them with flags, so many processes each; the second takes a tenth more time. The
/// processes of the two alternate, as sightglass draws them.
pub fn sightglass(processes: u32) -> String {
    let mut text = "arch,engine,engine_flags,wasm,process,iteration,phase,event,count\n".to_owned();
    for process in 0..processes {
        for (index, (engine, flags, scale)) in
            [("old.so", "", 100_u64), ("new.so", "--opt", 110)].into_iter().enumerate()
        {
            let pid = 8000 + 2 * process + index as u32;
            for iteration in 0..3 {
                for (phase, base) in [("Compilation", 5000_u64), ("Instantiation", 200), ("Execution", 90_000)] {
                    // Remainders for spread, the same on every machine.
                    let spread = 1000 + process * (5 + index as u32) % 7 + iteration;
                    let count = base * scale * u64::from(spread) / 1000;
                    text.push_str(&format!(
                        "x86_64,{engine},{flags},noop.wasm,{pid},{iteration},{phase},nanoseconds,{count}\n"
                    ));
                    text.push_str(&format!(
                        "x86_64,{engine},{flags},noop.wasm,{pid},{iteration},{phase},cycles,{}\n",
                        3 * count
                    ));
                }
            }
        }
    }
    text
}

/// Rows of an old version: no flags, the old name of ticks, and an event that kymo does not know.
pub const SIGHTGLASS_OLD: &str = "\
arch,engine,wasm,process,iteration,phase,event,count
x86_64,wasmtime,noop.wasm,7,0,Compilation,wall-cycles,7000
x86_64,wasmtime,noop.wasm,7,0,Execution,wall-cycles,70
x86_64,wasmtime,noop.wasm,7,0,Execution,cache-misses,3
x86_64,wasmtime,noop.wasm,7,2,Compilation,wall-cycles,6000
x86_64,wasmtime,noop.wasm,7,2,Execution,wall-cycles,60
";

/// An export of hyperfine: commands with their time, so many processes each; those of the command `false` give `code`.
pub fn hyperfine(commands: &[(&str, f64)], processes: u32, code: i32) -> String {
    let result = |(command, time): &(&str, f64)| {
        let code = if *command == "false" { code } else { 0 };
        let times: Vec<f64> = (0..processes).map(|number| time * (1.0 + 0.001 * f64::from(number * 5 % 7))).collect();
        let codes = vec![code; times.len()];
        serde_json::json!({"command": command, "mean": time, "user": 0.0, "times": times, "exit_codes": codes})
    };
    serde_json::json!({"results": commands.iter().map(result).collect::<Vec<_>>()}).to_string()
}

/// Batches of 10.5 ns an iteration in the mean.
pub const CRITERION_SAMPLE: &str = r#"{"sampling_mode":"Linear","iters":[1000.0,2000.0],"times":[10000.0,22000.0]}"#;

/// The benchmark of those batches.
pub const CRITERION_BENCHMARK: &str = r#"{"group_id":"sums","function_id":"fold","value_str":null,
"throughput":{"Bytes":1024},"full_id":"sums/fold","directory_name":"sums/fold","title":"sums/fold"}"#;

/// Two programs of benchmarks, run twice; both have a benchmark of one name.
pub const LIBTEST: &str = "
   Compiling sums v0.1.0
     Running unittests src/lib.rs (target/release/deps/sums-0123456789abcdef)

running 2 tests
test checks ... ignored
test tests::bench_fold ... bench:       1,234 ns/iter (+/- 56)

test result: ok. 0 passed; 0 failed; 1 ignored; 1 measured; 0 filtered out; finished in 0.31s

     Running benches/more.rs (target/release/deps/more-0123456789abcdef)

running 3 tests
test tests::bench_fold ... bench:          12.50 ns/iter (+/- 0.31) = 80 MB/s
test broken ... FAILED
test other ... bench:           5 ns/iter (+/- 1)
     Running unittests src/lib.rs (target/release/deps/sums-0123456789abcdef)
test tests::bench_fold ... bench:       1,240 ns/iter (+/- 60)
";

/// Two packages, the second one run twice; one benchmark repeated within its process, one that failed.
pub const GO: &str = "\
goos: linux
goarch: amd64
pkg: example.org/sums
cpu: Example CPU @ 3.00GHz
BenchmarkFold-8   \t 1000000\t      1234 ns/op\t      56 B/op\t       2 allocs/op
BenchmarkFold-8   \t 1000000\t      1240 ns/op\t      56 B/op\t       2 allocs/op
BenchmarkTiny-8   \t1000000000\t         0.2534 ns/op
PASS
ok  \texample.org/sums\t3.215s
goos: linux
goarch: amd64
pkg: example.org/more
cpu: Example CPU @ 3.00GHz
BenchmarkCopy
BenchmarkCopy-8   \t    5000\t    200000 ns/op\t5242.88 MB/s
--- FAIL: BenchmarkBroken
FAIL
goos: linux
goarch: amd64
pkg: example.org/more
cpu: Example CPU @ 3.00GHz
BenchmarkCopy-8   \t    5000\t    201000 ns/op\t5216.80 MB/s
PASS
";
