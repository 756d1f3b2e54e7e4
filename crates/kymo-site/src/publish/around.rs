//! What is beside the data: the web app, badges, the feed.

use super::{Options, PublishError};
use crate::badge;
use crate::entries::{Incident, Machine};
use crate::feed;
use crate::folder::Folder;
use crate::format::catalog::Catalog;
use std::collections::BTreeSet;

/// Writes it, each file only where it says something new.
///
/// # Errors
/// When the folder fails.
pub fn write(
    folder: &Folder,
    options: &Options,
    catalog: &Catalog,
    incidents: &[Incident],
    machines: &[Machine],
) -> Result<(), PublishError> {
    for (name, content) in badges(catalog, incidents, machines) {
        folder.put_named(&name, content.as_bytes())?;
    }
    folder.put_named("feed.xml", feed::atom(incidents, options.url.as_deref()).as_bytes())?;
    if let Some(app) = &options.app {
        // The page last: it names the others.
        let (pages, others): (Vec<_>, Vec<_>) = app.files().iter().partition(|file| !file.name.contains('/'));
        for file in others.into_iter().chain(pages) {
            folder.put_named(&file.name, &file.content)?;
        }
    }
    Ok(())
}

/// All badges, by their file names.
fn badges(catalog: &Catalog, incidents: &[Incident], machines: &[Machine]) -> Vec<(String, String)> {
    let mut badges = Vec::new();
    for (number, project) in catalog.projects.iter().enumerate() {
        let of_project: Vec<&Incident> = incidents.iter().filter(|incident| incident.project == *project).collect();
        let name = badge::file_name(project);
        badges.push((format!("badge/{name}/project.svg"), badge::of_incidents(of_project.iter().copied())));
        let pairs = catalog.project.iter().zip(&catalog.benchmark);
        let benchmarks: BTreeSet<u32> =
            pairs.filter(|(project, _)| **project as usize == number).map(|(_, benchmark)| *benchmark).collect();
        for benchmark in benchmarks {
            let full = &catalog.benchmarks[benchmark as usize];
            // The newest incident that one of the benchmark's series has a part in, and the largest of these.
            let newest = of_project.iter().rev().find_map(|incident| {
                let of_benchmark = |series: i64| catalog.benchmark.get(series as usize) == Some(&benchmark);
                incident.series.iter().find(|moved| of_benchmark(moved.series)).map(|moved| (*incident, moved.size))
            });
            let short = full.rsplit('/').next().unwrap_or(full);
            badges.push((
                format!("badge/{name}/{}.svg", badge::file_name(&full.replace('/', "--"))),
                badge::of_benchmark(short, newest),
            ));
        }
    }
    badges.push(("badge/site.svg".to_owned(), badge::of_incidents(incidents)));
    badges.push(("badge/benchmarks.svg".to_owned(), badge::of_benchmarks(catalog.benchmarks.len())));
    let newest_unix_s = machines.iter().filter_map(|machine| machine.last_run_unix_s).max();
    badges.push(("badge/runs.svg".to_owned(), badge::of_runs(newest_unix_s)));
    badges.push(("badge/machines.svg".to_owned(), badge::of_machines(machines)));
    for machine in machines {
        badges.push((format!("badge/machine/{}.svg", badge::file_name(&machine.name)), badge::of_machine(machine)));
    }
    badges
}
