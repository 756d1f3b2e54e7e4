//! The documents: links lead somewhere, names are explained, invariants are tested.

use crate::repository::{File, files, root, text};
use crate::rust::tests;
use kymo_model::{Feature, Metric, Phase};
use std::collections::BTreeSet;
use std::path::Path;

const BOOK: &str = "docs/src";

fn pages() -> Vec<File> {
    files(&["."], &[".md"])
}

/// The lines outside fenced code, where links are links.
fn prose(text: &str) -> String {
    let mut fenced = false;
    let mut out = String::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

/// The targets of inline links that lead within the repository.
fn links(text: &str) -> Vec<String> {
    let prose = prose(text);
    let targets = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let inside = targets.filter(|target| !target.contains("://") && !target.starts_with("mailto:"));
    inside.map(|target| target.split_whitespace().next().unwrap_or_default().to_owned()).collect()
}

/// The anchors of a page's headings, as mdBook and code forges make them.
fn anchors(text: &str) -> BTreeSet<String> {
    let prose = prose(text);
    let headings = prose.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let slug = |heading: &str| {
        let kept = heading.to_lowercase();
        let kept = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect::<String>()
    };
    headings.map(slug).collect()
}

#[test]
fn every_link_leads_somewhere() {
    for page in pages() {
        let folder = Path::new(&page.name).parent().unwrap();
        for link in links(&page.text) {
            let (path, anchor) = link.split_once('#').map_or((link.as_str(), None), |(path, at)| (path, Some(at)));
            let target = if path.is_empty() { root().join(&page.name) } else { root().join(folder).join(path) };
            assert!(target.exists(), "{}: there is no {link}", page.name);
            if let Some(anchor) = anchor.filter(|_| target.extension().is_some_and(|end| end == "md")) {
                let found = anchors(&std::fs::read_to_string(&target).unwrap());
                assert!(found.contains(anchor), "{}: {link}: the headings are {found:#?}", page.name);
            }
        }
    }
}

#[test]
fn pages_of_the_book_link_within_the_book() {
    let book = root().join(BOOK).canonicalize().unwrap();
    for page in pages().iter().filter(|page| page.name.starts_with(BOOK)) {
        let folder = root().join(&page.name).parent().unwrap().to_owned();
        for link in links(&page.text) {
            let path = link.split('#').next().unwrap_or_default();
            let target = folder.join(path).canonicalize();
            let inside = target.is_ok_and(|target| target.starts_with(&book));
            assert!(path.is_empty() || inside, "{}: {link} leads out of the book", page.name);
        }
    }
}

#[test]
fn the_summary_lists_every_page() {
    let summary: BTreeSet<String> =
        links(&text("docs/src/SUMMARY.md")).iter().map(|link| format!("{BOOK}/{link}")).collect();
    let pages = pages().into_iter().map(|page| page.name).filter(|name| name.starts_with(BOOK));
    let pages: BTreeSet<String> = pages.filter(|name| !name.ends_with("/SUMMARY.md")).collect();
    assert_eq!(summary, pages, "left: docs/src/SUMMARY.md; right: the pages that there are");
}

#[test]
fn every_invariant_names_a_test_that_exists() {
    let tests = tests();
    let document = text("ARCHITECTURE.md");
    let invariants: Vec<&str> = document.split("\n\n").filter(|part| part.contains("**Invariant")).collect();
    assert!(invariants.len() >= 10, "ARCHITECTURE.md has {} invariants", invariants.len());
    for invariant in invariants {
        let (_, named) = invariant.split_once("*Test:*").unwrap_or_else(|| panic!("no test is named:\n{invariant}"));
        let names: Vec<&str> = named.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "no test is named:\n{invariant}");
        for name in names {
            assert!(tests.iter().any(|test| test == name), "there is no test {name}:\n{invariant}");
        }
    }
}

/// Tables that repeat what the code says begin their rows with these cells.
fn has_row(page: &str, cells: &[&str]) -> bool {
    let start = cells.iter().fold(String::from("|"), |row, cell| row + " " + cell + " |");
    page.lines().any(|line| line.starts_with(&start))
}

#[test]
fn every_metric_and_phase_is_explained_with_its_unit() {
    let page = text("docs/src/running.md");
    for metric in Metric::ALL {
        let (name, unit) = (format!("`{metric}`"), metric.unit().symbol());
        assert!(has_row(&page, &[&name, unit]), "docs/src/running.md has no row | {name} | {unit} |");
    }
    for phase in Phase::ALL {
        assert!(has_row(&page, &[&format!("`{phase}`")]), "docs/src/running.md has no row | `{phase}` |");
    }
}

#[test]
fn every_feature_is_explained() {
    let page = text("docs/src/engines.md");
    for feature in Feature::ALL {
        assert!(has_row(&page, &[&format!("`{feature}`")]), "docs/src/engines.md has no row | `{feature}` |");
    }
}

#[test]
fn architecture_is_short() {
    let lines = text("ARCHITECTURE.md").lines().count();
    assert!(lines < 400, "ARCHITECTURE.md has {lines} lines");
}
