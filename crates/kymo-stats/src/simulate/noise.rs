//! Noise of one invocation or of one commit, on the log scale.

use super::draw::Draw;

/// How log values scatter about their level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noise {
    /// Normal.
    Normal,
    /// Two modes, 70 % and 30 %, as code or heap layout makes them.
    TwoLayouts,
    /// Normal, and 3 % of values with an exponential spike on top, eight standard deviations in the mean.
    Spiky,
    /// Student's t with four degrees of freedom.
    Tailed,
    /// Gamma of shape 2: skewed to the right.
    Skewed,
}

/// Share of values with a spike, and its mean in standard deviations.
const SPIKES: (f64, f64) = (0.03, 8.0);

/// Probability of the second layout mode.
pub(crate) const SECOND_LAYOUT: f64 = 0.3;

impl Noise {
    /// All of them.
    pub const ALL: [Noise; 5] = [Noise::Normal, Noise::TwoLayouts, Noise::Spiky, Noise::Tailed, Noise::Skewed];

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Noise::Normal => "normal",
            Noise::TwoLayouts => "two layouts",
            Noise::Spiky => "3 % spikes",
            Noise::Tailed => "t₄",
            Noise::Skewed => "skewed",
        }
    }

    /// One value with mean 0. The standard deviation is 1, but for spikes, which come on top of it.
    pub fn draw(self, draw: &mut Draw) -> f64 {
        match self {
            Noise::Normal => draw.normal(),
            Noise::TwoLayouts => two_layouts(draw),
            Noise::Spiky => {
                let spike = if draw.happens(SPIKES.0) { SPIKES.1 * draw.exponential() } else { 0.0 };
                draw.normal() + spike - SPIKES.0 * SPIKES.1
            }
            Noise::Tailed => draw.heavy(4),
            Noise::Skewed => draw.skewed(),
        }
    }
}

/// Nine tenths of the variance lie between the modes.
fn two_layouts(draw: &mut Draw) -> f64 {
    let mode = f64::from(u8::from(draw.happens(SECOND_LAYOUT))) - SECOND_LAYOUT;
    let between = mode / (SECOND_LAYOUT * (1.0 - SECOND_LAYOUT)).sqrt();
    0.9_f64.sqrt() * between + 0.1_f64.sqrt() * draw.normal()
}
