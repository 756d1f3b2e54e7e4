//! A sweep as a picture: one file that needs nothing else, for light and dark pages, and for readers who do not see it.

mod panel;
mod style;

use super::super::harmless;
use super::findings;
use kymo_lab::analysis::sweep::{Chart, Swept};
use kymo_model::Run;
use panel::Panel;

/// Width of the picture, in pixels.
const WIDTH: f64 = 800.0;

/// Space around everything.
const MARGIN: f64 = 24.0;

/// Height of the head: a title and what was measured with.
const HEAD: f64 = 64.0;

/// The plots of a sweep below each other, as a document.
pub fn svg(run: &Run, swept: &Swept) -> String {
    let title = format!("{} over {}", subject(run), swept.parameter);
    let engines = engines(run);
    let findings: Vec<String> = swept
        .charts
        .iter()
        .flat_map(|chart| {
            findings::of(swept, chart).into_iter().map(|one| format!("{}: {one}.", super::name(swept, chart)))
        })
        .collect();
    let names: Vec<&str> = swept.lines.iter().map(|line| line.name.as_str()).collect();
    let described = format!(
        "Lines of {} over the values of {} on {engines}: {}. {}",
        swept.charts.iter().map(|chart| super::name(swept, chart)).collect::<Vec<_>>().join(", "),
        swept.parameter,
        names.join(", "),
        findings.join(" ")
    );
    let mut body = String::new();
    let mut top = HEAD;
    for chart in &swept.charts {
        let panel = Panel::new(swept, chart, top);
        panel.draw(&mut body);
        top += panel.height();
    }
    let height = top + MARGIN / 2.0;
    let run_id = escaped(run.id.as_str());
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height:.0}\" width=\"{WIDTH}\" \
         height=\"{height:.0}\" role=\"img\" aria-labelledby=\"title desc\">\n<title id=\"title\">{}</title>\n<desc \
         id=\"desc\">{}</desc>\n<style>{}</style>\n<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n<text \
         class=\"head\" x=\"{MARGIN}\" y=\"32\">{}</text>\n<text class=\"small\" x=\"{MARGIN}\" y=\"52\">{} · kymo run \
         {run_id}</text>\n{body}</svg>\n",
        escaped(&title),
        escaped(&described),
        style::sheet(),
        escaped(&title),
        escaped(&engines),
    )
}

/// The benchmarks, without what distinguishes the lines.
fn subject(run: &Run) -> String {
    let mut names: Vec<String> = Vec::new();
    for benchmark in &run.plan.benchmarks {
        let base = benchmark.parts().base;
        if !names.contains(&base) {
            names.push(base);
        }
    }
    names.join(", ")
}

/// The variants with their engines' versions.
fn engines(run: &Run) -> String {
    let engines = run.plan.variants.iter().zip(&run.engines);
    let named: Vec<String> = engines.map(|(variant, engine)| format!("{} {}", variant.name, engine.version)).collect();
    named.join(", ")
}

/// The plot of one chart for a page that has the style sheet for the class `sweep`; it names itself.
pub fn drawn(swept: &Swept, chart: &Chart) -> String {
    let panel = Panel::new(swept, chart, 0.0);
    let mut body = String::new();
    panel.draw(&mut body);
    let names: Vec<&str> = swept.lines.iter().map(|line| line.name.as_str()).collect();
    let label = format!("Lines of {} over {}: {}", super::name(swept, chart), swept.parameter, names.join(", "));
    format!(
        "<svg class=\"sweep\" viewBox=\"0 0 {WIDTH} {:.0}\" role=\"img\" aria-label=\"{}\">\n{body}</svg>\n",
        panel.height(),
        escaped(&label)
    )
}

/// The style sheet of pictures on a page of others.
pub fn sheet() -> String {
    style::sheet_within(".sweep ")
}

/// Text that is nothing but text, in elements and in attributes.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    for character in harmless::line(text).chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
