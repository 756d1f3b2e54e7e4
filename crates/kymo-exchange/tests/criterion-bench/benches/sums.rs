//! Benchmarks of every shape of name that Criterion has, short enough for a test.

#![allow(missing_docs, reason = "the macros of Criterion make public items")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::time::Duration;

fn sum(n: u64) -> u64 {
    (0..black_box(n)).fold(0, |sum, number| sum ^ number.wrapping_mul(31))
}

fn sums(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sums/of numbers");
    for n in [100, 1000] {
        group.throughput(Throughput::Elements(n));
        group.bench_with_input(BenchmarkId::new("fold", n), &n, |bencher, n| bencher.iter(|| sum(*n)));
    }
    group.finish();
    criterion.bench_function("alone", |bencher| bencher.iter(|| sum(10)));
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(20))
        .measurement_time(Duration::from_millis(60))
        .sample_size(10)
        .nresamples(1000);
    targets = sums
}
criterion_main!(benches);
