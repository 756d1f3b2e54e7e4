//! Figures for Prometheus: the text format 0.0.4, and OpenMetrics for those who ask for it.

use super::queue_metrics;
use kymo_model::watch::MachineView;
use kymo_site::read::Site;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Whether a client prefers OpenMetrics.
pub fn wants_open(accept: &str) -> bool {
    accept.contains("application/openmetrics-text")
}

/// The type of the answer.
pub fn content_type(open: bool) -> &'static str {
    if open { "application/openmetrics-text; version=1.0.0; charset=utf-8" } else { "text/plain; version=0.0.4" }
}

/// The figures of a published site, and of the machines that measure.
///
/// # Errors
/// When a file of the site is not there or damaged.
pub fn text(site: &Site, machines: Option<&[MachineView]>, open: bool) -> Result<String, kymo_site::FolderError> {
    let mut out = String::new();
    family(&mut out, "kymograph_value", "Newest value of a series, in the unit that its label names");
    for (number, value) in site.latest.value.iter().enumerate() {
        let Some((value, names)) = value.zip(site.catalog.names(number)) else { continue };
        let labels = [
            ("project", names.project),
            ("benchmark", names.benchmark),
            ("variant", names.variant),
            ("phase", names.phase),
            ("metric", names.metric.name.as_str()),
            ("machine", names.machine),
            ("unit", names.metric.unit.as_str()),
        ];
        sample(&mut out, "kymograph_value", &labels, value);
    }
    family(&mut out, "kymograph_runs", "Runs in the store");
    sample(&mut out, "kymograph_runs", &[], site.runs()?.len() as f64);
    family(&mut out, "kymograph_incidents_open", "Incidents of a project that nobody has decided on");
    let mut open_incidents: BTreeMap<&str, u32> =
        site.head.projects.iter().map(|one| (one.project.name.as_str(), 0)).collect();
    let incidents = site.incidents()?;
    for incident in incidents.iter().filter(|incident| incident.is_open()) {
        *open_incidents.entry(&incident.project).or_default() += 1;
    }
    for (project, count) in open_incidents {
        sample(&mut out, "kymograph_incidents_open", &[("project", project)], f64::from(count));
    }
    family(&mut out, "kymograph_published_timestamp_seconds", "When the newest change was published");
    sample(&mut out, "kymograph_published_timestamp_seconds", &[], site.head.generated_unix_s as f64);
    if let Some(machines) = machines {
        queue_metrics::append(&mut out, machines);
    }
    if open {
        out.push_str("# EOF\n");
    }
    Ok(out)
}

pub(super) fn family(out: &mut String, name: &str, help: &str) {
    out.push_str(&format!("# HELP {name} {help}\n# TYPE {name} gauge\n"));
}

pub(super) fn sample(out: &mut String, name: &str, labels: &[(&str, &str)], value: f64) {
    out.push_str(name);
    let labels: Vec<String> = labels.iter().map(|(key, value)| format!("{key}=\"{}\"", escaped(value))).collect();
    if !labels.is_empty() {
        // A text's writing never fails.
        let _ = write!(out, "{{{}}}", labels.join(","));
    }
    let _ = writeln!(out, " {value}");
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn label_values_are_escaped() {
        let mut out = String::new();
        sample(&mut out, "a", &[("b", "c\"d\\e\nf")], 1.5e-9);
        assert_eq!(out, "a{b=\"c\\\"d\\\\e\\nf\"} 0.0000000015\n");
    }

    #[test]
    fn the_figures_of_a_site_are_these() {
        let folder = tempfile::tempdir().unwrap();
        let options = kymo_site::Options {
            app: None,
            url: None,
            samples: 0,
            full: false,
            kymo: String::new(),
            now_unix_s: 1_795_345_200,
        };
        kymo_site::publish(&kymo_site::synthetic::Synthetic::new(2, 3), folder.path(), &options).unwrap();
        let site = Site::open(folder.path()).unwrap();
        let figures = text(&site, None, true).unwrap();
        let value = |variant: &str| {
            let start = format!(
                "kymograph_value{{project=\"synthetic\",benchmark=\"made/up-000\",variant=\"{variant}\",\
                 phase=\"compile\",metric=\"wall_time\",machine=\"bench-1\",unit=\"s\"}} "
            );
            let line = figures.lines().find_map(|line| line.strip_prefix(start.as_str()));
            line.map(|value| value.parse::<f64>().unwrap())
        };
        assert_eq!(value("canary"), site.latest.value[0]);
        assert_eq!(value("engine"), site.latest.value[1]);
        assert!(figures.contains("\nkymograph_runs 6\n"), "{figures}");
        assert!(figures.contains("\nkymograph_incidents_open{project=\"synthetic\"} 0\n"), "{figures}");
        assert!(figures.ends_with("kymograph_published_timestamp_seconds 1795345200\n# EOF\n"), "{figures}");
        assert!(!text(&site, None, false).unwrap().contains("EOF"));
    }
}
