//! `kymo drift`.

use crate::cli::{DriftArgs, Format};
use crate::context::Context;
use crate::error::CliError;
use crate::record::project;
use crate::render::{harmless, units};
use kymo_history::decision::Places;
use kymo_history::register::{self, Line};
use kymo_history::{Incident, Series, series};
use kymo_lab::analysis::{Difference, Drift, drifts};
use kymo_model::{Anchor, Run};
use kymo_stats::{Verdict, trend};
use kymo_store::{Project, Store};
use serde_json::json;
use std::collections::BTreeSet;
use std::io::Write;
use std::process::ExitCode;

/// Level of the trend test, which only raises the question. Source: statistics reference, 3.7.
const TREND_LEVEL: f64 = 0.01;

/// Says how far a project has drifted since its releases.
pub fn drift(context: &Context, args: &DriftArgs) -> Result<ExitCode, CliError> {
    if !matches!(args.format, Format::Table | Format::Json) {
        return Err(CliError::usage("kymo drift writes --format table or json"));
    }
    let store = context.store()?;
    let project = project::project(&store, args.project.as_ref())?;
    let line = Line::read(&store, &project)?;
    let incidents = register::read(&store, &project)?;
    let anchored = anchored(&store, &project, args.since.as_deref())?;
    let mut out = std::io::stdout().lock();
    if anchored.is_empty() {
        let what = args.since.as_deref().map_or("a release".to_owned(), |release| format!("'{release}'"));
        let message = format!("no run of {} measured a build of {what} beside a newer one", project.name);
        return Err(CliError::usage(message).with_hint(format!(
            "kymo engine build ENGINE --path CHECKOUT-OF-THE-RELEASE --name OLD, then kymo run SUITE -e ENGINE@NEW --project {} \
             --commit COMMIT --anchor RELEASE=ENGINE@OLD",
            project.name
        )));
    }
    let mut list = Vec::new();
    for (run, anchor) in &anchored {
        let span = Span::of(run, anchor, &line, &incidents);
        for drift in drifts(run, anchor) {
            if args.format == Format::Json {
                list.push(document(&project, run, anchor, &span, &drift));
            } else {
                write_drift(&mut out, run, anchor, &span, &drift, &project)?;
            }
        }
    }
    let hint = trends(&store, &project)?;
    if args.format == Format::Json {
        let document = json!({"project": project.name, "drifts": list, "trends": {"series": hint.0, "of": hint.1}});
        serde_json::to_writer(&mut out, &document).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else if hint.1 > 0 {
        let text =
            "on a machine that wanders, a third of flat series have one: a question, which only an anchor answers";
        writeln!(out, "{} of {} series have a trend; {text}", hint.0, hint.1)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The newest run of a project that measured each release, with the anchor; by release.
fn anchored(store: &Store, project: &Project, since: Option<&str>) -> Result<Vec<(Run, Anchor)>, CliError> {
    let mut found: Vec<(Run, Anchor)> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut filings = store.filings_after(0)?;
    filings.retain(|filing| filing.project == project.key);
    for filing in filings.iter().rev() {
        // The plan alone tells whether there is an anchor: samples are read of the runs that have one.
        let head = store.load_head(&filing.run)?;
        let anchors = head.filed.as_ref().map(|filed| filed.anchors.clone()).unwrap_or_default();
        let wanted = anchors.into_iter().filter(|anchor| {
            since.is_none_or(|since| since == anchor.release || anchor.commit.hash.as_str().starts_with(since))
        });
        for anchor in wanted {
            if seen.insert(anchor.release.clone()) {
                found.push((store.load(&filing.run)?, anchor));
            }
        }
    }
    found.sort_by(|a, b| a.1.release.cmp(&b.1.release));
    Ok(found)
}

/// What lies between a release and a run's commit on the main line.
struct Span {
    /// Commits; `None` where one of both is not on the line.
    commits: Option<u32>,
    /// Incidents among them.
    incidents: Vec<(String, f64)>,
}

impl Span {
    fn of(run: &Run, anchor: &Anchor, line: &Line, incidents: &[Incident]) -> Self {
        let Some(filed) = &run.filed else { return Self { commits: None, incidents: Vec::new() } };
        let ends = (line.position(anchor.commit.hash.as_str()), line.position(filed.commit.hash.as_str()));
        let (Some(from), Some(to)) = ends else { return Self { commits: None, incidents: Vec::new() } };
        let within = |incident: &&Incident| {
            incident.is_open() && line.position(&incident.at).is_some_and(|at| from < at && at <= to)
        };
        let named = |incident: &Incident| {
            let size = incident.largest().map_or(0.0, |series| series.size);
            (incident.name(filed.project.as_str()), size)
        };
        Self { commits: to.checked_sub(from), incidents: incidents.iter().filter(within).map(named).collect() }
    }

    fn text(&self) -> String {
        let Some(commits) = self.commits else {
            return "in a number of steps that the main line does not tell".to_owned();
        };
        let seen = self.incidents.len() as u32;
        if seen == 0 {
            return format!("in {} each too small to see", units::counted(commits as usize, "step"));
        }
        let listed: Vec<String> =
            self.incidents.iter().map(|(name, size)| format!("{name} {}", units::percent(*size))).collect();
        let rest = commits.saturating_sub(seen) as usize;
        format!(
            "in {} that were seen ({}) and {} too small to see",
            units::counted(seen as usize, "step"),
            listed.join(", "),
            units::counted(rest, "step")
        )
    }
}

/// The drift over all benchmarks, or that of the only one: size and 95 % interval, relative.
fn overall(drift: &Drift) -> Option<(f64, f64, f64)> {
    if let Some(mean) = drift.mean {
        let shown = mean.shown();
        return Some((shown.mean_log.exp_m1(), shown.ci95.lo.exp_m1(), shown.ci95.hi.exp_m1()));
    }
    let (_, judged) = drift.benchmarks.first()?;
    let Difference::Ratio(comparison) = &judged.difference else { return None };
    let interval = comparison.ratio_ci95()?;
    Some((comparison.diff_log.exp_m1(), interval.lo - 1.0, interval.hi - 1.0))
}

fn write_drift(
    out: &mut impl Write,
    run: &Run,
    anchor: &Anchor,
    span: &Span,
    drift: &Drift,
    project: &Project,
) -> std::io::Result<()> {
    let what = format!("{} {} {}", drift.variant, drift.phase.name(), drift.metric.name());
    let commit = run.filed.as_ref().map(|filed| filed.commit.hash.short().to_owned()).unwrap_or_default();
    let Some((size, low, high)) = overall(drift) else {
        return writeln!(out, "{}: too few rounds to tell since release {}", harmless::line(&what), anchor.release);
    };
    let interval = format!("{} [{}, {}]", units::percent(size), units::percent(low), units::percent(high));
    let margin = kymo_stats::anchors::MARGIN;
    let within = |share: f64| share.ln_1p().abs() < margin.log();
    let tail = if within(low) && within(high) {
        format!("no drift beyond {}", units::share(margin.delta()))
    } else if low <= 0.0 && high >= 0.0 {
        "neither shown to have drifted nor shown not to have".to_owned()
    } else {
        span.text()
    };
    let head = format!("{} at {commit}: since release {}: {interval} {tail}", project.name, anchor.release);
    writeln!(out, "{}", harmless::line(&head))?;
    let count = units::counted(drift.benchmarks.len(), "benchmark");
    writeln!(out, "  {}, {count}; run {}", harmless::line(&what), run.id)?;
    for (benchmark, judged) in &drift.benchmarks {
        let moved = matches!(judged.verdict, Some(Verdict::Slower | Verdict::Faster));
        let (Difference::Ratio(comparison), true) = (&judged.difference, moved) else { continue };
        let name = run.plan.benchmarks.get(*benchmark).map(|one| one.name.to_string()).unwrap_or_default();
        let interval = comparison.ratio_ci95();
        let shown =
            interval.map(|one| format!(" [{}, {}]", units::percent(one.lo - 1.0), units::percent(one.hi - 1.0)));
        let size = units::percent(comparison.diff_log.exp_m1());
        writeln!(out, "  {}  {size}{}", harmless::line(&name), shown.unwrap_or_default())?;
    }
    Ok(())
}

fn document(project: &Project, run: &Run, anchor: &Anchor, span: &Span, drift: &Drift) -> serde_json::Value {
    let rows: Vec<_> = drift
        .benchmarks
        .iter()
        .map(|(benchmark, judged)| {
            let comparison = match &judged.difference {
                Difference::Ratio(comparison) => Some(comparison),
                Difference::Units(_) => None,
            };
            let interval = comparison.and_then(|one| one.ratio_ci95()).map(|one| (one.lo - 1.0, one.hi - 1.0));
            let verdict = judged.verdict.map(|verdict| match verdict {
                Verdict::Same { .. } => "same",
                Verdict::Faster => "faster",
                Verdict::Slower => "slower",
                Verdict::Inconclusive { .. } => "inconclusive",
            });
            json!({
                "benchmark": run.plan.benchmarks.get(*benchmark).map(|one| one.name.to_string()),
                "size": comparison.map(|one| one.diff_log.exp_m1()), "interval": interval, "q": judged.q, "verdict": verdict,
            })
        })
        .collect();
    let overall = overall(drift);
    json!({
        "project": project.name, "run": run.id, "commit": run.filed.as_ref().map(|filed| &filed.commit.hash),
        "release": anchor.release, "release_commit": anchor.commit.hash, "variant": drift.variant,
        "phase": drift.phase.name(), "metric": drift.metric.name(), "size": overall.map(|one| one.0),
        "interval": overall.map(|one| (one.1, one.2)), "steps": span.commits,
        "incidents": span.incidents.iter().map(|(name, size)| json!({"incident": name, "size": size})).collect::<Vec<_>>(),
        "benchmarks": rows,
    })
}

/// How many series have a trend, of those that are long enough.
fn trends(store: &Store, project: &Project) -> Result<(usize, usize), CliError> {
    let loaded = series::load(store, project)?;
    let subjects = loaded.series.iter().filter(|series| !series.key.canary && series.key.relative_to.is_empty());
    let newest = |series: &Series| -> Option<kymo_stats::Trend> {
        let stretches = series.stretches(&loaded.contexts);
        let stretch = stretches.last()?;
        let values: Vec<f64> = stretch.points.iter().map(|&index| series.points[index].value).collect();
        trend::trend(&kymo_stats::sample::logs(&values)?)
    };
    let found: Vec<kymo_stats::Trend> = subjects.filter_map(newest).collect();
    Ok((found.iter().filter(|trend| trend.p < TREND_LEVEL).count(), found.len()))
}
