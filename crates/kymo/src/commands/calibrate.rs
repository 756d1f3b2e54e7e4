//! `kymo doctor --calibrate`: the noise floor of this machine, from A/A runs.

use super::measure::{Conduct, drawn_seed, new_run};
use super::variants::{Variants, variants};
use crate::cli::{DoctorArgs, Format};
use crate::columns::columns;
use crate::context::Context;
use crate::error::CliError;
use kymo_lab::Setup;
use kymo_lab::analysis::costs::Costs;
use kymo_measure::clock::{Clock, SystemClock};
use kymo_model::{Bytes, LogRatio, Metric, Phase, Plan, Run, Seconds, StopRule};
use kymo_stats::{AaFloor, Comparison};
use kymo_store::Floor;
use kymo_suite::Selection;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::ExitCode;

/// Rounds of one A/A comparison: as many as the first look has.
const ROUNDS_PER_COMPARISON: usize = kymo_stats::LOOKS[0];

/// Comparisons of one benchmark from which its own 95th percentile may be read; with fewer, the percentile that its
/// spread predicts stands for it.
const COMPARISONS_FOR_PERCENTILE: usize = 20;

/// The phases and the metric whose floors are measured.
const PHASES: [Phase; 3] = [Phase::Compile, Phase::Instantiate, Phase::Execute];

/// The spans for which the smallest visible difference is told.
const SPANS_S: [(f64, &str); 3] = [(60.0, "1 min"), (300.0, "5 min"), (1200.0, "20 min")];

/// Measures two byte-identical copies of a worker against each other, and keeps what differs between them.
pub fn calibrate(context: &Context, args: &DoctorArgs) -> Result<ExitCode, CliError> {
    let mut store = context.store()?;
    let copies = tempfile::Builder::new()
        .prefix("kymo-a-copy-whose-path-has-another-length-")
        .tempdir()
        .map_err(|error| CliError::failure(format!("cannot make a folder for the copy: {error}")))?;
    let variants = twice(context, &args.engine, copies.path())?;
    let selected = context.suites.select(&args.suite, &Selection::default(), context.cache()?)?;
    let (benchmarks, unprovided) = selected.into_iter().map(|one| (one.benchmark, one.unprovided)).unzip();
    let plan = Plan {
        seed: drawn_seed(),
        variants: variants.variants,
        benchmarks,
        phases: PHASES.to_vec(),
        metrics: vec![Metric::WallTime],
        // No margin is so small that it would be reached: the budget decides.
        stop: StopRule::Precision {
            margin: kymo_model::Ratio::new(1e-9),
            budget: Some(args.budget),
            rounds_max: u32::MAX,
        },
        timeout: Seconds::new(30.0),
        memory_max: Bytes::new(4 << 30),
        output_max: Bytes::new(64 << 20),
        cpus: kymo_measure::placement::allowed_cpus(),
        sweep: None,
        serve: None,
    };
    let setup = Setup { engines: variants.engines, unprovided, simulator: false };
    let mut run = new_run(plan, variants.records, Some(format!("calibration on {}", args.suite)));
    Conduct { setup: &setup, store: None, resumed: false, progress: context.show(false), scratch: context.scratch()? }
        .carry_out(&mut run)??;
    let found = found(&run);
    if found.iter().all(|one| one.sd_log.is_none()) {
        return Err(CliError::failure("too few rounds were finished to say anything")
            .with_hint("give it more time, as --budget 20min"));
    }
    let (floors, all) = floors(&run, &args.engine, &found);
    store.set_floors(&run.machine.fingerprint, &floors)?;
    print(context, args, &run, &found, all.as_ref())?;
    Ok(ExitCode::SUCCESS)
}

/// One engine twice, the second time through a copy at a path of another length: what a path's length does to the
/// stack's layout belongs to the floor (Mytkowicz et al., ASPLOS 2009).
fn twice(context: &Context, engine: &str, folder: &std::path::Path) -> Result<Variants, CliError> {
    let mut found = variants(context, &[engine.to_owned(), engine.to_owned()])?;
    let Some(second) = found.engines.get_mut(1) else {
        return Err(CliError::failure("two variants were asked for and not made"));
    };
    let copy = folder.join(format!("kymo-worker-{}", second.program.name));
    let copied = std::fs::copy(&second.program.path, &copy)
        .and_then(|_| std::fs::set_permissions(&copy, std::fs::Permissions::from_mode(0o755)));
    copied.map_err(|error| CliError::failure(format!("cannot copy the worker to {}: {error}", copy.display())))?;
    second.program.path = copy;
    Ok(found)
}

/// What the A/A pairs of a benchmark and phase show.
struct Found {
    benchmark: usize,
    phase: Phase,
    /// Comparisons of ten rounds each.
    comparisons: Vec<Comparison>,
    /// Standard deviation of a round's log difference.
    sd_log: Option<f64>,
    rounds: usize,
    /// Seconds that one round of the benchmark takes.
    round_s: f64,
}

impl Found {
    /// The floor, relative: what a comparison of ten rounds shows in one of twenty A/A pairs.
    fn floor(&self) -> Option<f64> {
        if self.comparisons.len() >= COMPARISONS_FOR_PERCENTILE {
            return kymo_stats::aa_floor(&self.comparisons).map(|floor| floor.floor);
        }
        let n = ROUNDS_PER_COMPARISON as f64;
        let t = kymo_stats::student::quantile(0.975, n - 1.0)?;
        Some((t * self.sd_log? / n.sqrt()).exp_m1())
    }

    /// The smallest difference, relative, that is seen with 80 % power in so many seconds spent on it alone.
    fn smallest(&self, seconds: f64) -> Option<f64> {
        let rounds = (seconds / self.round_s).floor();
        if rounds < ROUNDS_PER_COMPARISON as f64 {
            return None;
        }
        // (t(.975, N − 1) + t(.80, N − 1))·s/√N: statistics reference, 2.3, solved for the difference.
        let (high, power) =
            (kymo_stats::student::quantile(0.975, rounds - 1.0)?, kymo_stats::student::quantile(0.8, rounds - 1.0)?);
        Some(((high + power) * self.sd_log? / rounds.sqrt()).exp_m1())
    }
}

fn found(run: &Run) -> Vec<Found> {
    let mut found = Vec::new();
    for (benchmark, _) in run.plan.benchmarks.iter().enumerate() {
        let own = run.invocations.iter().filter(|i| i.benchmark as usize == benchmark && i.round > 0);
        let total_s: f64 = own.clone().map(|invocation| invocation.duration.get()).sum();
        let done = own.map(|invocation| invocation.round).max().unwrap_or(0);
        for phase in PHASES {
            let costs = Costs::of(run, benchmark, phase, Metric::WallTime);
            let (Some(a), Some(b)) = (costs.variant(0), costs.variant(1)) else { continue };
            let (a, b) = a.common_rounds(b);
            let Some(differences) = kymo_stats::compare::log_differences(&a, &b) else { continue };
            let comparisons =
                differences.chunks_exact(ROUNDS_PER_COMPARISON).filter_map(kymo_stats::of_differences).collect();
            let sd_log = kymo_stats::of_differences(&differences).map(|all| all.sd_log);
            let round_s = total_s / f64::from(done.max(1));
            found.push(Found { benchmark, phase, comparisons, sd_log, rounds: differences.len(), round_s });
        }
    }
    found
}

fn floors(run: &Run, engine: &str, found: &[Found]) -> (Vec<Floor>, Option<AaFloor>) {
    let now = SystemClock.unix_s();
    let mut floors = Vec::new();
    for one in found {
        let (Some(floor), Some(sd_log)) = (one.floor(), one.sd_log) else { continue };
        floors.push(Floor {
            variant: engine.to_owned(),
            benchmark: Some(run.plan.benchmarks[one.benchmark].name.clone()),
            phase: one.phase,
            metric: Metric::WallTime,
            floor: LogRatio::new(floor.ln_1p()),
            sd: LogRatio::new(sd_log),
            rounds: one.rounds as u32,
            comparisons: one.comparisons.len() as u32,
            flagged: one.comparisons.iter().filter(|comparison| comparison.p <= kymo_stats::floor::ALPHA).count()
                as u32,
            calibrated_unix_s: now,
            schema: 1,
        });
    }
    for phase in PHASES {
        let of_phase = found.iter().filter(|one| one.phase == phase);
        let comparisons: Vec<Comparison> = of_phase.clone().flat_map(|one| one.comparisons.iter().cloned()).collect();
        let sds: Vec<f64> = of_phase.filter_map(|one| one.sd_log).collect();
        // What a benchmark that was not calibrated gets: the percentile over all that were.
        let Some(floor) = kymo_stats::aa_floor(&comparisons) else { continue };
        floors.push(Floor {
            variant: engine.to_owned(),
            benchmark: None,
            phase,
            metric: Metric::WallTime,
            floor: LogRatio::new(floor.floor.ln_1p()),
            sd: LogRatio::new(sds.iter().sum::<f64>() / sds.len().max(1) as f64),
            rounds: ROUNDS_PER_COMPARISON as u32,
            comparisons: floor.n as u32,
            flagged: floor.differing as u32,
            calibrated_unix_s: now,
            schema: 1,
        });
    }
    let all: Vec<Comparison> = found.iter().flat_map(|one| one.comparisons.iter().cloned()).collect();
    (floors, kymo_stats::aa_floor(&all))
}

fn print(
    context: &Context,
    args: &DoctorArgs,
    run: &Run,
    found: &[Found],
    all: Option<&AaFloor>,
) -> Result<(), CliError> {
    let mut out = std::io::stdout().lock();
    let percent = |share: Option<f64>| share.map_or("—".to_owned(), |share| format!("{:.2} %", share * 100.0));
    if args.format == Format::Json {
        let list: Vec<serde_json::Value> = found
            .iter()
            .map(|one| {
                serde_json::json!({
                    "benchmark": run.plan.benchmarks[one.benchmark].name, "phase": one.phase, "metric": "wall_time",
                    "rounds": one.rounds, "sd_log": one.sd_log, "floor": one.floor(), "round_s": one.round_s,
                    "smallest": SPANS_S.map(|(seconds, _)| serde_json::json!({"seconds": seconds,
                        "difference": one.smallest(seconds)})),
                })
            })
            .collect();
        let document = serde_json::json!({"machine": run.machine, "floors": list,
            "comparisons": all.map(|all| all.n), "differing": all.map(|all| all.differing),
            "band": all.map(|all| all.band)});
        serde_json::to_writer(&mut out, &document).map_err(std::io::Error::from)?;
        writeln!(out)?;
        return Ok(());
    }
    writeln!(
        out,
        "Noise floor of {} for wall_time, {} against a copy of itself.\n\
         Seen in …: the smallest difference found with 80 % power in that time spent on this benchmark alone.",
        run.machine.name, args.engine
    )?;
    let mut header = ["benchmark", "phase", "rounds", "sd of a round", "floor"].map(str::to_owned).to_vec();
    header.extend(SPANS_S.map(|(_, name)| format!("seen in {name}")));
    let mut rows = vec![header];
    rows.extend(found.iter().map(|one| {
        let name = run.plan.benchmarks[one.benchmark].name.to_string();
        let mut row =
            vec![name, one.phase.to_string(), one.rounds.to_string(), percent(one.sd_log), percent(one.floor())];
        row.extend(SPANS_S.map(|(seconds, _)| percent(one.smallest(seconds))));
        row
    }));
    out.write_all(columns(&rows, context.colour).as_bytes())?;
    if let Some(all) = all {
        let (low, high) = all.band;
        let verdict =
            if (low..=high).contains(&(all.differing as u64)) { "as it should be" } else { "NOT as it should be" };
        writeln!(
            out,
            "{} of {} A/A comparisons of {ROUNDS_PER_COMPARISON} rounds differ at 5 %; {low} to {high} may: {verdict}",
            all.differing, all.n
        )?;
    }
    for noise in &run.noise {
        writeln!(out, "noisy: {}", noise.message)?;
    }
    Ok(())
}
