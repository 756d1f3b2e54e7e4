//! skeleton
/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nothing to mend.
    Good,
    /// It disturbs measurements.
    Warning,
    /// The machine does not say.
    Unknown,
}
/// One thing looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was looked at.
    pub name: &'static str,
    /// How it came out.
    pub status: Status,
    /// What was found, in one line.
    pub finding: String,
    /// How to mend it, in one line.
    pub remedy: Option<String>,
}
/// skeleton
pub fn checks() -> Vec<Check> {
    Vec::new()
}
