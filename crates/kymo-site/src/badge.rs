//! Badges: small pictures with two texts, for read-me pages.

use crate::entries::{Incident, IncidentState, Machine};
use crate::feed::rfc3339;

const GOOD: &str = "#2e7d32";
const BAD: &str = "#b3261e";
const DOUBTFUL: &str = "#8a5a00";
const PLAIN: &str = "#505a66";

/// Width of a character of this font size, in pixels: the mean of what sans-serif fonts have. The texts are fitted to it.
const CHARACTER_WIDTH: usize = 7;

/// Space at both sides of a text, in pixels.
const SPACE: usize = 6;

/// Characters of a text, so that no name makes a banner.
const TEXT_CHARS: usize = 40;

/// The name of a file for a name: every character but letters, digits, `-`, `_` and `.` becomes `_`. A name of dots
/// alone would be a folder's.
pub fn file_name(name: &str) -> String {
    let kept = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' };
    let name: String = name.chars().map(kept).collect();
    if name.starts_with('.') || name.is_empty() { format!("_{name}") } else { name }
}

/// The open incidents of a project, or of all.
pub fn of_incidents<'a>(incidents: impl IntoIterator<Item = &'a Incident>) -> String {
    match incidents.into_iter().filter(|incident| incident.is_open() && incident.worse).count() {
        0 => svg("performance", "no open incidents", GOOD),
        1 => svg("performance", "1 open incident", BAD),
        open => svg("performance", &format!("{open} open incidents"), BAD),
    }
}

/// The last change of a benchmark.
pub fn of_benchmark(name: &str, newest: Option<(&Incident, f64)>) -> String {
    let Some((incident, size)) = newest else { return svg(name, "no change", PLAIN) };
    let colour = match incident.state {
        IncidentState::Refuted => PLAIN,
        _ if !incident.worse => GOOD,
        IncidentState::Confirmed => BAD,
        IncidentState::Suspected | IncidentState::Unconfirmed => DOUBTFUL,
    };
    let state = match incident.state {
        IncidentState::Suspected => "suspected",
        IncidentState::Confirmed => "confirmed",
        IncidentState::Refuted => "refuted",
        IncidentState::Unconfirmed => "not confirmed",
    };
    svg(name, &format!("{:+.1} % {state}", size * 100.0), colour)
}

/// The health of a machine.
pub fn of_machine(machine: &Machine) -> String {
    health(&machine.name, machine.runs, machine.noisy_of_last)
}

/// The health of all machines together.
pub fn of_machines(machines: &[Machine]) -> String {
    let noisy = machines.iter().filter_map(|machine| machine.noisy_of_last);
    let noisy = noisy.reduce(|(noisy, last), (more, of)| (noisy + more, last + of));
    let name = if machines.len() == 1 { "1 machine".to_owned() } else { format!("{} machines", machines.len()) };
    health(&name, machines.iter().map(|machine| machine.runs).sum(), noisy)
}

fn health(name: &str, runs: u32, noisy_of_last: Option<(u32, u32)>) -> String {
    let (text, colour) = match noisy_of_last {
        _ if runs == 0 => ("no runs".to_owned(), PLAIN),
        None => (format!("{runs} runs"), PLAIN),
        Some((0, last)) => (format!("quiet in {last} runs"), GOOD),
        Some((noisy, last)) => {
            (format!("noisy in {noisy} of {last} runs"), if noisy * 2 > last { BAD } else { DOUBTFUL })
        }
    };
    svg(name, &text, colour)
}

/// How many benchmarks there are.
pub fn of_benchmarks(count: usize) -> String {
    svg("benchmarks", &count.to_string(), PLAIN)
}

/// When anything was last measured, to the day, UTC.
pub fn of_runs(newest_unix_s: Option<u64>) -> String {
    let day = newest_unix_s.map(|time| rfc3339(time).chars().take("YYYY-MM-DD".len()).collect::<String>());
    svg("measured", day.as_deref().unwrap_or("no runs"), PLAIN)
}

fn svg(left: &str, right: &str, colour: &str) -> String {
    let cut = |text: &str| text.chars().take(TEXT_CHARS).collect::<String>();
    let (left, right) = (cut(left), cut(right));
    let inner = |text: &str| text.chars().count() * CHARACTER_WIDTH;
    let width = |text: &str| inner(text) + 2 * SPACE;
    let (left_width, right_width) = (width(&left), width(&right));
    let text = |at: usize, text: &str| {
        let length = inner(text);
        format!("<text x=\"{at}\" y=\"14\" textLength=\"{length}\">{}</text>", escaped(text))
    };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{total}\" height=\"20\" role=\"img\" \
         aria-label=\"{label}\"><title>{label}</title><rect width=\"{total}\" height=\"20\" rx=\"3\" \
         fill=\"#333a42\"/><path d=\"M{left_width} 0h{most}a3 3 0 0 1 3 3v14a3 3 0 0 1 -3 3h-{most}z\" \
         fill=\"{colour}\"/><g fill=\"#fff\" font-family=\"Verdana,DejaVu Sans,sans-serif\" font-size=\"11\">\
         {left_text}{right_text}</g></svg>\n",
        total = left_width + right_width,
        most = right_width - 3,
        label = escaped(&format!("{left}: {right}")),
        left_text = text(SPACE, &left),
        right_text = text(left_width + SPACE, &right),
    )
}

/// A text within XML. Characters that XML has no place for are left out.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped() {
        let badge = svg("<script>\"", "a & b\u{0}", GOOD);
        assert!(badge.contains("&lt;script&gt;&quot;") && badge.contains("a &amp; b</text>"), "{badge}");
        assert!(!badge.contains("<script"));
    }

    #[test]
    fn names_are_files_in_their_folder() {
        assert_eq!(file_name("basics--fib"), "basics--fib");
        assert_eq!(file_name("../x y/é"), "_.._x_y__");
        assert_eq!(file_name(".."), "_..");
        assert_eq!(file_name(""), "_");
    }

    #[test]
    fn a_badge_looks_like_this() {
        insta::assert_snapshot!(svg("performance", "1 open incident", BAD));
    }
}
