//! Processes and their iterations: costs of one invocation after the other.

use super::draw::Draw;
use super::noise::SECOND_LAYOUT;

/// How a process and its iterations scatter: process and iteration 1 % each, unless stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Process {
    /// Both normal.
    Normal,
    /// +3 % with probability .3, process .3 %, skewed iterations.
    TwoLayouts,
    /// Both normal, and 3 % of iterations with an exponential spike of 8 % in the mean.
    Spiky,
    /// The process by Student's t with three degrees of freedom, iterations normal.
    Tailed,
    /// No effect of the process; iterations with autocorrelation .6.
    Autocorrelated,
}

/// Standard deviation of process and iteration, relative. Source for all figures here: statistics reference, 3.1.
const SD: f64 = 0.01;
const LAYOUT_GAP: f64 = 0.03;
const LAYOUT_SD: f64 = 0.003;
const SPIKE_SHARE: f64 = 0.03;
const SPIKE_MEAN: f64 = 0.08;
const AUTOCORRELATION: f64 = 0.6;

impl Process {
    /// All of them.
    pub const ALL: [Process; 5] =
        [Process::Normal, Process::TwoLayouts, Process::Spiky, Process::Tailed, Process::Autocorrelated];

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Process::Normal => "normal",
            Process::TwoLayouts => "two layouts",
            Process::Spiky => "3 % spikes",
            Process::Tailed => "t₃ processes",
            Process::Autocorrelated => "AR(.6) iterations",
        }
    }

    /// Iteration costs of one invocation, about 1.
    pub fn invocation(self, draw: &mut Draw, iterations: usize) -> Vec<f64> {
        let level = self.level_log(draw).exp();
        if self == Process::Autocorrelated {
            return draw.autoregressive(iterations, AUTOCORRELATION).iter().map(|e| level * (1.0 + SD * e)).collect();
        }
        (0..iterations).map(|_| level * (1.0 + self.iteration(draw))).collect()
    }

    /// What the mean of ln cost of an invocation tends to. Jensen's term of the iterations (below 3e-5 with ten of them) is
    /// left out: it is a hundredth of the intervals' width.
    pub fn expected_log(self) -> f64 {
        match self {
            Process::TwoLayouts => SECOND_LAYOUT * LAYOUT_GAP,
            Process::Spiky => (SPIKE_SHARE * SPIKE_MEAN).ln_1p(),
            Process::Normal | Process::Tailed | Process::Autocorrelated => 0.0,
        }
    }

    fn level_log(self, draw: &mut Draw) -> f64 {
        match self {
            Process::Normal | Process::Spiky => SD * draw.normal(),
            Process::TwoLayouts => {
                let mode = if draw.happens(SECOND_LAYOUT) { LAYOUT_GAP } else { 0.0 };
                mode + LAYOUT_SD * draw.normal()
            }
            Process::Tailed => SD * draw.heavy(3),
            Process::Autocorrelated => 0.0,
        }
    }

    fn iteration(self, draw: &mut Draw) -> f64 {
        match self {
            Process::TwoLayouts => SD * draw.skewed(),
            Process::Spiky if draw.happens(SPIKE_SHARE) => SD * draw.normal() + SPIKE_MEAN * draw.exponential(),
            _ => SD * draw.normal(),
        }
    }
}
