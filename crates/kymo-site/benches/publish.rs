//! How long a publication takes: everything, and one more run, at 10,000 series of 1,000 points (other sizes as
//! `cargo bench -p kymo-site -- SERIES POINTS`). Prints; decides nothing.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on fails")]

use kymo_site::read::Site;
use kymo_site::synthetic::Synthetic;
use kymo_site::{Options, Published, publish};
use std::path::Path;
use std::time::{Duration, Instant};

fn timed(what: &str, series: usize, points: u32, root: &Path) {
    let options = Options { app: None, url: None, samples: 20, full: false, kymo: "bench".to_owned(), now_unix_s: 0 };
    let start = Instant::now();
    let done: Published = publish(&Synthetic::new(series, points), root, &options).unwrap();
    let took: Duration = start.elapsed();
    println!(
        "{what}: {:.2} s, {} files, {:.2} MB{}",
        took.as_secs_f64(),
        done.files_written,
        done.bytes_written as f64 / 1e6,
        if done.full { ", full" } else { "" }
    );
}

fn main() {
    // `cargo bench` passes --bench, and `cargo test --benches` nothing.
    let numbers: Vec<u32> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let measured = std::env::args().any(|argument| argument == "--bench");
    let (series, points) = match numbers[..] {
        [series, points] => (series as usize, points),
        _ if measured => (10_000, 1000),
        _ => (100, 50),
    };
    let folder = tempfile::tempdir().unwrap();
    println!("{series} series × {points} points");
    timed("everything", series, points, folder.path());
    for more in 1..4 {
        timed("one more run", series, points + more, folder.path());
    }
    let start = Instant::now();
    let checked = Site::open(folder.path()).unwrap().check().unwrap();
    println!("read again: {:.2} s, {checked:?}", start.elapsed().as_secs_f64());
}
