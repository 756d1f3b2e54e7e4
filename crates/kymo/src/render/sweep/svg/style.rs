//! How the picture looks: colours for light and for dark pages, told apart by readers who confuse colours, too.

/// Colours of lines on a light page, then on a dark one. Source: the palette of Okabe & Ito (2008), its lighter colours
/// darkened for a white ground and its darker ones lightened for a dark one; marks differ besides.
const COLOURS: [(&str, &str); 8] = [
    ("#0072b2", "#56b4e9"),
    ("#c04a00", "#ff9248"),
    ("#007a58", "#2fd3a5"),
    ("#a8447c", "#e9a3c9"),
    ("#8a6a00", "#f0c541"),
    ("#5b3fa8", "#b9a3ff"),
    ("#5f6670", "#b4bcc6"),
    ("#9c1c1c", "#ff8f8f"),
];

/// Dashes: those of the first eight lines, of the next eight, and so on.
const DASHES: [&str; 3] = ["", "6 4", "2 3"];

/// The class of what is filled with a line's colour.
pub fn fill(line: usize) -> String {
    format!("f{}", line % COLOURS.len())
}

/// The class of what is drawn in a line's colour.
pub fn stroke(line: usize) -> String {
    format!("s{}", line % COLOURS.len())
}

/// The dashes of a line; empty where it has none.
pub fn dashes(line: usize) -> &'static str {
    DASHES[line / COLOURS.len() % DASHES.len()]
}

/// The style sheet of a picture that is a file of its own.
pub fn sheet() -> String {
    sheet_within("")
}

/// The style sheet, every rule for what is within `scope`, a selector with a space behind it.
pub fn sheet_within(scope: &str) -> String {
    let rules = |rules: &[(&str, &str)]| -> String {
        rules.iter().map(|(selector, rule)| format!("{scope}{selector}{{{rule}}}")).collect()
    };
    let mut css = rules(&[
        ("text", "font:12px system-ui,-apple-system,'Segoe UI','Liberation Sans',sans-serif;fill:#1f2328"),
        (".head", "font-size:18px;font-weight:600"),
        (".name", "font-size:14px;font-weight:600"),
        (".small", "fill:#59636e"),
        (".page", "fill:#fff"),
        (".rule", "stroke:#d8dee4;fill:none"),
        (".axis", "stroke:#818b98;fill:none"),
        (".line", "stroke-width:2;stroke-linejoin:round"),
        (".band", "fill-opacity:.16"),
        (".end", "text-anchor:end"),
        (".middle", "text-anchor:middle"),
    ]);
    css.push_str(&colours(scope, |(light, _)| light));
    css.push_str("@media(prefers-color-scheme:dark){");
    css.push_str(&rules(&[
        ("text", "fill:#e6edf3"),
        (".small", "fill:#9aa4af"),
        (".page", "fill:#0d1117"),
        (".rule", "stroke:#2b323b"),
        (".axis", "stroke:#6b7683"),
        (".band", "fill-opacity:.22"),
    ]));
    css.push_str(&colours(scope, |(_, dark)| dark));
    css.push('}');
    css
}

fn colours(scope: &str, of: impl Fn((&'static str, &'static str)) -> &'static str) -> String {
    let rules = COLOURS.iter().enumerate();
    rules
        .map(|(number, colours)| {
            format!("{scope}.f{number}{{fill:{0}}}{scope}.s{number}{{stroke:{0};fill:none}}", of(*colours))
        })
        .collect()
}
