//! What a sandbox costs: to start one that does nothing, against plain exec; a loop inside against outside; a disk. Needs
//! root. Inside and outside take turns in an order that is drawn for each pair.

use kymo_model::Bytes;
use kymo_model::watch::Limits;
use kymo_sandbox::{Ended, How, Network, Root, Sandbox, SandboxError, Workspace};
use std::collections::BTreeMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

const STARTS: usize = 40;
const PAIRS: usize = 20;
const DISKS: usize = 5;

/// A user that has no files here.
const UID: u32 = 65_532;

/// About a third of a second of arithmetic, which says its own processor time: on a busy machine a group of its own gets
/// another share of the wall clock.
const LOOP: [&str; 3] = [
    "/bin/bash",
    "-c",
    "TIMEFORMAT='%U %S'; time awk 'BEGIN { for (i = 0; i < 4000000; i++) x += i; print x }' > /dev/null",
];

fn main() -> ExitCode {
    match measure() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Result<(), SandboxError> {
    let folder = std::env::temp_dir().join(format!("kymo-bench-{}", std::process::id()));
    std::fs::create_dir(&folder).map_err(|error| SandboxError::Setup(error.to_string()))?;
    let result = starts(&folder).and_then(|()| loops(&folder)).and_then(|()| disks(&folder));
    // It was made above, and holds nothing.
    let _ = std::fs::remove_dir_all(&folder);
    result
}

fn starts(folder: &Path) -> Result<(), SandboxError> {
    let (mut plain, mut sandboxed) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let mut turn = |is_inside: bool| -> Result<(), SandboxError> {
            let start = Instant::now();
            if is_inside {
                inside(folder, &["/usr/bin/true"])?;
                sandboxed.push(start.elapsed().as_secs_f64() * 1000.0);
            } else {
                outside(&["/usr/bin/true"])?;
                plain.push(start.elapsed().as_secs_f64() * 1000.0);
            }
            Ok(())
        };
        in_drawn_order(&mut turn)?;
    }
    println!("start and end of a command that does nothing, {STARTS} each, ms: median / max");
    println!("  plain exec  {:.1} / {:.1}", quantile(&mut plain, 0.5), quantile(&mut plain, 1.0));
    println!("  sandbox     {:.1} / {:.1}", quantile(&mut sandboxed, 0.5), quantile(&mut sandboxed, 1.0));
    Ok(())
}

fn loops(folder: &Path) -> Result<(), SandboxError> {
    let mut ratios = Vec::new();
    for _ in 0..PAIRS {
        let (mut within, mut without) = (0.0, 0.0);
        let mut turn = |is_inside: bool| -> Result<(), SandboxError> {
            if is_inside {
                within = seconds(&inside(folder, &LOOP)?.1)?;
            } else {
                without = seconds(&outside(&LOOP)?)?;
            }
            Ok(())
        };
        in_drawn_order(&mut turn)?;
        ratios.push((within / without - 1.0) * 100.0);
    }
    let quartiles = [0.25, 0.5, 0.75].map(|share| quantile(&mut ratios, share));
    println!("processor time of a loop inside against outside, {PAIRS} pairs, %: quartiles of the difference");
    println!("  {:+.1} {:+.1} {:+.1}", quartiles[0], quartiles[1], quartiles[2]);
    Ok(())
}

fn disks(folder: &Path) -> Result<(), SandboxError> {
    println!("a disk, ms: made / removed, median of {DISKS}");
    for gib in [2, 16] {
        let (mut made, mut removed) = (Vec::new(), Vec::new());
        for _ in 0..DISKS {
            let start = Instant::now();
            let disk = Workspace::create(&folder.join("disk"), Bytes::new(gib << 30), UID)?;
            made.push(start.elapsed().as_secs_f64() * 1000.0);
            let start = Instant::now();
            disk.remove()?;
            removed.push(start.elapsed().as_secs_f64() * 1000.0);
        }
        println!("  {gib} GiB  {:.0} / {:.0}", quantile(&mut made, 0.5), quantile(&mut removed, 0.5));
    }
    Ok(())
}

fn in_drawn_order(turn: &mut dyn FnMut(bool) -> Result<(), SandboxError>) -> Result<(), SandboxError> {
    let inside_first = RandomState::new().hash_one(0).is_multiple_of(2);
    turn(inside_first)?;
    turn(!inside_first)
}

/// The sum of the two numbers that bash wrote.
fn seconds(text: &str) -> Result<f64, SandboxError> {
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|number| number.parse().ok()).collect();
    let [user, system] = numbers[..] else {
        return Err(SandboxError::Setup(format!("bash did not say its time: {text:?}")));
    };
    Ok(user + system)
}

fn outside(command: &[&str]) -> Result<String, SandboxError> {
    let output = Command::new(command[0]).args(&command[1..]).output();
    let output = output.map_err(|error| SandboxError::Setup(format!("{}: {error}", command[0])))?;
    Ok(String::from_utf8_lossy(&output.stderr).into_owned())
}

fn inside(folder: &Path, command: &[&str]) -> Result<(Ended, String), SandboxError> {
    let sandbox = Sandbox {
        root: Root::HostTools,
        mounts: Vec::new(),
        workspace: folder.to_owned(),
        command: command.iter().map(|one| (*one).to_owned()).collect(),
        variables: BTreeMap::new(),
        folder: "/work".into(),
        network: Network::None,
        limits: Limits::default(),
        cpus: None,
        uid: UID,
    };
    let mut said = Vec::new();
    let ended = sandbox.run(&mut |_, bytes| said.extend_from_slice(bytes), &AtomicBool::new(false))?;
    if ended.how == How::Exited(0) {
        return Ok((ended, String::from_utf8_lossy(&said).into_owned()));
    }
    Err(SandboxError::Setup(format!("{command:?} ended as {:?}", ended.how)))
}

fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(((values.len() - 1) as f64 * share).round() as usize).copied().unwrap_or(f64::NAN)
}
