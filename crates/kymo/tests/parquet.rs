//! `kymo export --format parquet`, read back by the engines that people use. Their packages are fetched into the user's
//! cache by tools/python-packages; where that cannot be done the test says so in a line.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::path::PathBuf;
use std::process::Command;
use support::{Home, Ran, repository};

/// A Python with these packages.
fn python(packages: &str) -> Option<PathBuf> {
    let output = Command::new(repository().join("tools/python-packages")).arg(packages).output().unwrap();
    if !output.status.success() {
        eprintln!("skipped: {}", String::from_utf8_lossy(&output.stderr).trim());
        return None;
    }
    Some(PathBuf::from(String::from_utf8(output.stdout).unwrap().trim()))
}

fn asked(home: &Home, python: &PathBuf, program: &str) -> String {
    let mut command = home.command(python);
    command.args(["-c", program]);
    let Ran { stdout, stderr, code, .. } = home.finish(command, &["python"]);
    assert_eq!(code, Some(0), "{stderr}");
    stdout
}

fn files(home: &Home) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![home.path("lake")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                found.push((entry.path().to_string_lossy().into_owned(), std::fs::read(entry.path()).unwrap()));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn the_same_record_gives_the_same_files() {
    let home = Home::new();
    let export = |size: &str| home.ok(&["export", "--format", "parquet", "--out", "lake", "--synthetic", size]);
    assert!(export("100x1500").contains("points: "));
    let first = files(&home);
    assert!(first.len() >= 2, "1500 hours are two months and more: {}", first.len());
    assert!(first.iter().all(|(_, content)| content.starts_with(b"PAR1") && content.ends_with(b"PAR1")));
    home.write("lake/points/project=synthetic/month=1999-01/part-0.parquet", "an old export");
    home.write("lake/points/notes.txt", "mine");
    export("100x1500");
    let names: Vec<String> = files(&home).into_iter().map(|(name, _)| name).collect();
    assert!(names.iter().any(|name| name.ends_with("notes.txt")), "{names:?}");
    assert!(!names.iter().any(|name| name.contains("1999-01")), "{names:?}");
    std::fs::remove_file(home.path("lake/points/notes.txt")).unwrap();
    assert!(files(&home) == first);
}

/// What the engines are asked; both print the same.
const DUCKDB: &str = "
import duckdb
points = \"read_parquet('lake/points/*/*/*.parquet', hive_partitioning = true)\"
def row(q): print(*duckdb.sql(q).fetchall()[0])
row(f'select count(*), count(value), count(distinct month), min(project), max(position) from {points}')
row(f\"select count(*) from {points} where outcome <> 'measured' and value is null\")
row(f\"select bool_and(low < value and value < high) from {points} where metric = 'wall_time' and value is not null\")
row(f\"select sum(value)::bigint from {points} where metric = 'code_size'\")
row(f'select count(*) from {points} where strftime(run_time, $$%Y-%m$$) = month')
row(\"select count(*), max(iteration), max(round) from 'lake/samples/*/*/*.parquet'\")
";

const POLARS: &str = "
import polars as pl
points = pl.scan_parquet('lake/points/**/*.parquet', hive_partitioning=True).collect()
c = pl.col
print(points.height, points['value'].count(), points['month'].n_unique(), points['project'].min(), points['position'].max())
print(points.filter((c('outcome') != 'measured') & c('value').is_null()).height)
wall = points.filter((c('metric') == 'wall_time') & c('value').is_not_null())
print(wall.select(((c('low') < c('value')) & (c('value') < c('high'))).all()).item())
print(int(points.filter(c('metric') == 'code_size')['value'].sum()))
print(points.filter(c('run_time').dt.strftime('%Y-%m') == c('month').cast(pl.String)).height)
samples = pl.read_parquet('lake/samples/**/*.parquet')
print(samples.height, samples['iteration'].max(), samples['round'].max())
";

#[test]
fn duckdb_and_polars_read_every_row() {
    let Some(python) = python("duckdb==2.0.0,polars==2.1.0") else { return };
    let home = Home::new();
    let said = home.ok(&["export", "--format", "parquet", "--out", "lake", "--synthetic", "24x800", "--samples"]);
    let (duckdb, polars) = (asked(&home, &python, DUCKDB), asked(&home, &python, POLARS));
    assert_eq!(duckdb, polars);
    let lines: Vec<&str> = duckdb.lines().collect();
    let rows = |table: &str| -> String {
        let line = said.lines().find_map(|line| line.strip_prefix(&format!("{table}: "))).unwrap();
        line.split(' ').next().unwrap().to_owned()
    };
    assert!(lines[0].starts_with(&format!("{} ", rows("points"))), "{said}\n{duckdb}");
    assert!(lines[0].ends_with(" synthetic 799"), "{duckdb}");
    assert_ne!(lines[1], "0", "{duckdb}");
    assert_eq!(lines[2], "True", "{duckdb}");
    assert_eq!(lines[4], rows("points"), "{duckdb}");
    assert_eq!(lines[5], format!("{} 2 10", rows("samples")), "{duckdb}");
}

#[test]
fn a_real_s3_server_gets_a_site() {
    let Some(python) = python("moto[server]==5.2.5") else { return };
    let home = Home::new();
    home.ok(&["site", "build", "--out", "site", "--synthetic", "30x40", "--data-only"]);
    // The server says its port on standard output, so that no port is guessed.
    home.write("server.py", SERVER);
    let mut command = home.command(&python);
    let log = std::fs::File::create(home.path("log")).unwrap();
    command.arg(home.path("server.py")).stdout(log).stderr(std::process::Stdio::null());
    let mut server = support::Running::new(command.spawn().unwrap());
    let port = || {
        let said = std::fs::read_to_string(home.path("log")).unwrap();
        Some(said.split_once("port ")?.1.split_once(' ')?.0.to_owned())
    };
    server.until(|| port().is_some());
    let port = port().unwrap();
    let push = || {
        let mut command = home.kymo(&["site", "push", "site", "--to", "s3://bucket/some/place"]);
        command.env("AWS_ENDPOINT", format!("http://127.0.0.1:{port}")).env("AWS_ALLOW_HTTP", "true");
        command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test").env("AWS_REGION", "us-east-1");
        let ran = home.finish(command, &["site", "push"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran.stdout
    };
    let first = push();
    assert!(first.ends_with("; 0 were there\n"), "{first}");
    home.ok(&["site", "build", "--out", "site", "--synthetic", "30x41", "--data-only"]);
    let next = push();
    assert!(!next.ends_with("; 0 were there\n"), "{next}");
    let listed = asked(&home, &python, &LIST.replace("PORT", &port));
    server.child.kill().unwrap();
    server.child.wait().unwrap();
    assert!(listed.contains("some/place/data/head.json no-cache application/json"), "{listed}");
    let segments = listed.lines().filter(|line| line.starts_with("some/place/data/segments/"));
    let segments: Vec<&str> = segments.collect();
    assert!(!segments.is_empty(), "{listed}");
    assert!(segments.iter().all(|line| line.contains("immutable application/octet-stream")), "{listed}");
}

const SERVER: &str = "
import os, time
from moto.server import ThreadedMotoServer
import boto3
server = ThreadedMotoServer(ip_address='127.0.0.1', port=0)
server.start()
host, port = server.get_host_and_port()
os.environ.update(AWS_ACCESS_KEY_ID='test', AWS_SECRET_ACCESS_KEY='test')
boto3.client('s3', endpoint_url=f'http://127.0.0.1:{port}', region_name='us-east-1').create_bucket(Bucket='bucket')
print(f'port {port} ', flush=True)
time.sleep(3600)
";

const LIST: &str = "
import os, boto3
os.environ.update(AWS_ACCESS_KEY_ID='test', AWS_SECRET_ACCESS_KEY='test')
s3 = boto3.client('s3', endpoint_url='http://127.0.0.1:PORT', region_name='us-east-1')
for page in s3.get_paginator('list_objects_v2').paginate(Bucket='bucket'):
    for one in page['Contents']:
        head = s3.head_object(Bucket='bucket', Key=one['Key'])
        print(one['Key'], head.get('CacheControl'), head.get('ContentType'))
";
