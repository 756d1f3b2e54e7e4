//! Verdicts as shapes: no meaning rests on a colour alone.

use kymo_lab::analysis::{Difference, Judged};
use kymo_stats::{Method, Verdict};
use maud::{Markup, html};

/// The shape of a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It costs less.
    Less,
    /// It costs more.
    More,
    /// It costs the same.
    Same,
    /// It could not be decided.
    Open,
    /// It was not measured.
    Unmeasured,
    /// A mean of several.
    Mean,
}

impl Mark {
    /// The marks of verdicts in the order in which they are counted.
    pub const COUNTED: [Self; 4] = [Self::Less, Self::More, Self::Same, Self::Open];

    /// The mark of a comparison; `None` where it has no verdict.
    pub fn of(judged: &Judged) -> Option<Self> {
        let Difference::Ratio(comparison) = &judged.difference else { return None };
        let verdict = judged.verdict?;
        if comparison.method == Method::Exact {
            return Some(match comparison.diff_log {
                less if less < 0.0 => Self::Less,
                more if more > 0.0 => Self::More,
                _ => Self::Same,
            });
        }
        Some(match verdict {
            Verdict::Faster => Self::Less,
            Verdict::Slower => Self::More,
            Verdict::Same { .. } => Self::Same,
            Verdict::Inconclusive { .. } => Self::Open,
        })
    }

    /// The class that gives it its colour.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Less => "less",
            Self::More => "more",
            Self::Same => "same",
            Self::Open => "open",
            Self::Unmeasured => "unmeasured",
            Self::Mean => "mean",
        }
    }

    /// Its outline around the origin, five pixels to each side.
    pub const fn outline(self) -> &'static str {
        match self {
            Self::Less => "M-5-4H5L0 5z",
            Self::More => "M-5 4H5L0-5z",
            Self::Same => "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",
            Self::Open => "M0-4.5L4.5 0 0 4.5-4.5 0z",
            Self::Unmeasured => "M-3.5-3.5L3.5 3.5M3.5-3.5L-3.5 3.5",
            Self::Mean => "M-5-5H5V5H-5z",
        }
    }

    /// It, in a line of text; the words beside it say the same.
    pub fn icon(self) -> Markup {
        html! {
            svg class={ "mark " (self.class()) } width="12" height="12" viewBox="-6 -6 12 12" aria-hidden="true" {
                path d=(self.outline()) {}
            }
        }
    }
}
