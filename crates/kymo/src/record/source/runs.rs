//! Runs, their samples, and the machines that they were made on.

use super::{failed, short};
use kymo_lab::analysis::cells;
use kymo_model::{Lack, Machine, Outcome, Run, RunId, RunState};
use kymo_site::entries;
use kymo_site::source::SourceError;
use kymo_store::{FiledRun, RunSummary, Store};
use std::collections::{BTreeMap, HashMap};

/// Newest runs of which it is told what disturbed them.
const NOISE_TOLD: usize = 50;

/// Newest runs of a machine by which its health is told.
const HEALTH_RUNS: usize = 20;

pub fn runs(store: &Store) -> Result<Vec<entries::Run>, SourceError> {
    let filings: HashMap<String, FiledRun> =
        store.filings_after(0).map_err(failed)?.into_iter().map(|filing| (filing.run.to_string(), filing)).collect();
    let projects: HashMap<i64, String> =
        store.projects().map_err(failed)?.into_iter().map(|one| (one.key, one.name.to_string())).collect();
    let summaries = store.list().map_err(failed)?;
    let finished: Vec<&RunSummary> = summaries.iter().filter(|run| run.state == RunState::Finished).collect();
    let mut list = Vec::with_capacity(finished.len());
    for (age, summary) in finished.iter().enumerate() {
        let filing = filings.get(summary.id.as_str());
        // A run that was never filed has its machine in its document alone.
        let head = if age < NOISE_TOLD || filing.is_none() {
            Some(store.load_head(&summary.id).map_err(failed)?)
        } else {
            None
        };
        list.push(entry(summary, filing, head.as_ref(), &projects));
    }
    list.reverse();
    Ok(list)
}

fn entry(
    summary: &RunSummary,
    filing: Option<&FiledRun>,
    head: Option<&Run>,
    projects: &HashMap<i64, String>,
) -> entries::Run {
    let measured = summary.invocations - summary.not_measured.min(summary.invocations);
    let outcomes = [("measured", measured), ("not measured", summary.not_measured)];
    let machine = head.map(|head| &head.machine);
    entries::Run {
        id: summary.id.to_string(),
        label: summary.label.clone(),
        project: filing.and_then(|filing| projects.get(&filing.project).cloned()),
        commit: filing.map(|filing| filing.commit.clone()),
        position: filing.and_then(|filing| filing.position),
        created_unix_s: summary.created_unix_s,
        duration_s: Some(summary.duration.get()).filter(|duration| *duration > 0.0),
        machine: filing.map(|one| one.machine.clone()).or(machine.map(|one| one.name.clone())).unwrap_or_default(),
        fingerprint: filing
            .map(|one| one.fingerprint.clone())
            .or(machine.map(|one| one.fingerprint.clone()))
            .unwrap_or_default(),
        variants: summary.variants.clone(),
        benchmarks: summary.benchmarks,
        outcomes: outcomes.into_iter().filter(|one| one.1 > 0).map(|(name, count)| (name.to_owned(), count)).collect(),
        noise: head.map(|head| head.noise.iter().map(|noise| noise.message.clone()).collect()).unwrap_or_default(),
        data: None,
    }
}

pub fn samples(store: &Store, id: &str) -> Result<Option<entries::RunSamples>, SourceError> {
    let run = store.load(&RunId::new(id)).map_err(failed)?;
    let harness = match &run.harness.commit {
        Some(commit) => format!("kymo {} ({commit})", run.harness.version),
        None => format!("kymo {}", run.harness.version),
    };
    let names: Vec<String> = run.plan.benchmarks.iter().map(|benchmark| benchmark.name.to_string()).collect();
    let cell = |cell: kymo_lab::analysis::RunCell| {
        let (rounds, rest): (Vec<u32>, Vec<(f64, Vec<f64>)>) =
            cell.invocations.into_iter().map(|one| (one.round, (one.cost, one.samples))).unzip();
        let (costs, samples) = rest.into_iter().unzip();
        entries::Cell {
            benchmark: names.get(cell.benchmark).cloned().unwrap_or_default(),
            variant: cell.variant as u32,
            phase: cell.phase.name().to_owned(),
            metric: cell.metric.name().to_owned(),
            outcome: cell.outcome.name().to_owned(),
            reason: (!matches!(cell.outcome, Outcome::Measured)).then(|| cell.outcome.reason().to_owned()),
            code: cell.code.map(|code| short(&code.to_string())),
            rounds,
            costs,
            samples,
        }
    };
    Ok(Some(entries::RunSamples {
        id: run.id.to_string(),
        commit: run.filed.as_ref().map(|filed| filed.commit.hash.to_string()),
        machine: run.machine.name.clone(),
        fingerprint: run.machine.fingerprint.clone(),
        command: None,
        variants: run.plan.variants.iter().map(|variant| variant.name.clone()).collect(),
        paired: !run.lacks(Lack::Rounds),
        harness,
        notes: run.notes.clone(),
        cells: cells(&run).into_iter().map(cell).collect(),
        parts: Vec::new(),
    }))
}

/// The machines of filed runs, by name.
pub fn machines(store: &Store) -> Result<Vec<entries::Machine>, SourceError> {
    let mut by_name: BTreeMap<String, Vec<FiledRun>> = BTreeMap::new();
    for filing in store.filings_after(0).map_err(failed)? {
        by_name.entry(filing.machine.clone()).or_default().push(filing);
    }
    let entries = by_name.into_iter().map(|(name, mut filings)| {
        filings.sort_by_key(|filing| (filing.created_unix_s, filing.key));
        machine(store, name, &filings)
    });
    entries.collect()
}

fn machine(store: &Store, name: String, filings: &[FiledRun]) -> Result<entries::Machine, SourceError> {
    let mut epochs: Vec<entries::Epoch> = Vec::new();
    for filing in filings {
        match epochs.iter_mut().find(|epoch| epoch.fingerprint == filing.fingerprint) {
            Some(epoch) => {
                epoch.last_unix_s = filing.created_unix_s;
                epoch.runs += 1;
            }
            None => {
                let head = store.load_head(&filing.run).map_err(failed)?;
                epochs.push(entries::Epoch {
                    fingerprint: filing.fingerprint.clone(),
                    first_unix_s: filing.created_unix_s,
                    last_unix_s: filing.created_unix_s,
                    runs: 1,
                    fields: fields(&head.machine),
                });
            }
        }
    }
    let mut floors = Vec::new();
    for epoch in &epochs {
        let known = store.floors(&epoch.fingerprint).map_err(failed)?;
        floors.extend(known.into_iter().map(|floor| entries::Floor {
            fingerprint: epoch.fingerprint.clone(),
            variant: floor.variant,
            benchmark: floor.benchmark.map(|benchmark| benchmark.to_string()),
            phase: floor.phase.name().to_owned(),
            metric: floor.metric.name().to_owned(),
            floor: floor.floor.get(),
            sd: Some(floor.sd.get()),
            rounds: Some(floor.rounds),
            comparisons: floor.comparisons,
            flagged: floor.flagged,
            unix_s: floor.calibrated_unix_s,
        }));
    }
    let (mut noisy, mut remarks) = (0, Vec::new());
    let last: Vec<&FiledRun> = filings.iter().rev().take(HEALTH_RUNS).collect();
    for filing in &last {
        let head = store.load_head(&filing.run).map_err(failed)?;
        noisy += u32::from(!head.noise.is_empty());
        for noise in head.noise {
            if !remarks.contains(&noise.message) && remarks.len() < 5 {
                remarks.push(noise.message);
            }
        }
    }
    if floors.is_empty() {
        remarks.push("its noise floor was never calibrated: kymo doctor --calibrate".to_owned());
    }
    Ok(entries::Machine {
        name,
        epochs,
        floors,
        last_run_unix_s: filings.last().map(|filing| filing.created_unix_s),
        runs: filings.len() as u32,
        noisy_of_last: Some((noisy, last.len() as u32)),
        remarks,
    })
}

/// What a fingerprint is made of, in words.
fn fields(machine: &Machine) -> BTreeMap<String, String> {
    let yes_no = |value: Option<bool>| value.map(|value| if value { "yes" } else { "no" }.to_owned());
    let known = [
        ("architecture", Some(machine.arch.clone())),
        ("operating system", Some(machine.os.clone())),
        ("cpu model", machine.cpu_model.clone()),
        ("logical cpus", Some(machine.logical_cpus.to_string()).filter(|_| machine.logical_cpus > 0)),
        ("physical cores", machine.physical_cores.map(|cores| cores.to_string())),
        ("microcode", machine.microcode.clone()),
        ("kernel", machine.kernel.clone()),
        ("memory", machine.memory.map(|memory| format!("{} B", memory.get()))),
        ("governor", machine.governor.clone()),
        ("smt", yes_no(machine.smt)),
        ("boost", yes_no(machine.boost)),
        ("hypervisor", machine.hypervisor.clone()),
        ("container", machine.container.clone()),
    ];
    let said = known.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    said.filter(|(_, value)| !value.is_empty()).collect()
}
