//! Projects, commits, benchmarks.

use super::{About, failed};
use kymo_model::{Benchmark, RunId};
use kymo_site::entries;
use kymo_site::source::SourceError;
use kymo_store::Store;
use std::collections::{BTreeMap, BTreeSet};

/// Newest runs of a project in which its benchmarks are looked for.
const RUNS_LOOKED_AT: usize = 50;

pub fn projects(store: &Store) -> Result<Vec<entries::Project>, SourceError> {
    let mut list = Vec::new();
    for project in store.projects().map_err(failed)? {
        let url = project.source.web_url;
        list.push(entries::Project {
            name: project.name.to_string(),
            branch: project.source.branch,
            commits: store.line_length(project.key).map_err(failed)?,
            commit_url: url.as_ref().map(|url| format!("{url}/commit/{{hash}}")),
            range_url: url.as_ref().map(|url| format!("{url}/compare/{{from}}...{{to}}")),
            repository: url,
        });
    }
    Ok(list)
}

pub fn commits(store: &Store, project: &str, from: u32) -> Result<Vec<entries::Commit>, SourceError> {
    let name = project.parse().map_err(failed)?;
    let Some(project) = store.project(&name).map_err(failed)? else { return Ok(Vec::new()) };
    let line = store.line(project.key, from..u32::MAX).map_err(failed)?;
    let commit = |placed: kymo_store::PlacedCommit| entries::Commit {
        hash: placed.commit.hash.to_string(),
        unix_s: placed.commit.committed_unix_s,
        title: placed.commit.title,
        author: placed.commit.author,
    };
    Ok(line.into_iter().map(commit).collect())
}

/// The benchmarks of all series, as the newest runs had them.
pub fn benchmarks(store: &Store, about: &About) -> Result<Vec<entries::Benchmark>, SourceError> {
    let mut missing: BTreeSet<String> =
        store.series().map_err(failed)?.into_iter().map(|row| row.key.benchmark).collect();
    let mut found: BTreeMap<String, entries::Benchmark> = BTreeMap::new();
    let filings = store.filings_after(0).map_err(failed)?;
    for filing in filings.iter().rev().take(RUNS_LOOKED_AT) {
        if missing.is_empty() {
            break;
        }
        let head = store.load_head(&RunId::new(filing.run.as_str())).map_err(failed)?;
        for benchmark in head.plan.benchmarks {
            if missing.remove(benchmark.name.as_str()) {
                found.insert(benchmark.name.to_string(), entry(&benchmark, filing.created_unix_s, about));
            }
        }
    }
    Ok(found.into_values().collect())
}

fn entry(benchmark: &Benchmark, unix_s: u64, about: &About) -> entries::Benchmark {
    let name = benchmark.name.to_string();
    let suite = name.split_once('/').map(|(suite, _)| suite.to_owned()).unwrap_or_default();
    let module = entries::Module {
        sha256: benchmark.sha256.to_string(),
        bytes: Some(benchmark.module_bytes.get()).filter(|bytes| *bytes > 0),
        first_unix_s: Some(unix_s),
    };
    let parameters = benchmark.parameters.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
    // A flavour and values of parameters are in the name; the suite speaks of the benchmark.
    let plain = name.split([':', '(']).next().unwrap_or_default();
    let (said, source) = about.get(plain).cloned().unwrap_or_default();
    let with = (!parameters.is_empty()).then(|| format!("with {}", parameters.join(", ")));
    let description = [Some(said).filter(|said| !said.is_empty()), with].into_iter().flatten().collect::<Vec<_>>();
    entries::Benchmark {
        name,
        suite,
        description: Some(description.join(" ")).filter(|text| !text.is_empty()),
        source,
        license: None,
        modules: vec![module],
        features: benchmark.requires.iter().map(|feature| feature.name().to_owned()).collect(),
        args: benchmark.args.clone(),
    }
}
