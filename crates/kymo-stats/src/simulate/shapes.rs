//! Series of many shapes, with what five people who look at a plot of them would mark: levels, slopes, bends, walks, seasons,
//! curves and coarse grains. Their shares are ours; no annotated series was looked at for them.

use super::draw::Draw;

/// People who mark changes in each series.
const ANNOTATORS: usize = 5;

/// A change that half of them see is this many standard deviations of the noise, or fiftieths of the plot's height.
const SEEN_AT: f64 = 2.5;

/// What a series looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Flat,
    Steps,
    Line,
    Bends,
    BendsAndJumps,
    Walk,
    Season,
    SeasonAndStep,
    Curve,
    Grains,
    GrainsAndStep,
}

/// A series and, for each annotator, where it changes.
pub(super) struct Annotated {
    pub values: Vec<f64>,
    pub annotations: Vec<Vec<usize>>,
}

/// A change: where, the chance that somebody marks it, and the standard deviation of the mark's place, in values.
struct Change {
    at: usize,
    seen: f64,
    jitter: f64,
}

impl Shape {
    pub const ALL: [Shape; 11] = [
        Shape::Flat,
        Shape::Steps,
        Shape::Line,
        Shape::Bends,
        Shape::BendsAndJumps,
        Shape::Walk,
        Shape::Season,
        Shape::SeasonAndStep,
        Shape::Curve,
        Shape::Grains,
        Shape::GrainsAndStep,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Shape::Flat => "flat",
            Shape::Steps => "steps",
            Shape::Line => "a line",
            Shape::Bends => "bends",
            Shape::BendsAndJumps => "bends, some of them jumps",
            Shape::Walk => "a random walk",
            Shape::Season => "seasons on a line",
            Shape::SeasonAndStep => "seasons on a line, a step",
            Shape::Curve => "curves",
            Shape::Grains => "coarse grains",
            Shape::GrainsAndStep => "coarse grains, a step",
        }
    }

    /// 30 to 600 values, noise with an autocorrelation of 0, .3, .6 or .85; half of the series of one sign.
    pub fn draw(self, draw: &mut Draw) -> Annotated {
        let n = (30_f64.ln() + draw.uniform() * 20_f64.ln()).exp().round() as usize;
        let phi = [0.0, 0.3, 0.6, 0.85][draw.below(4)];
        let mut values = draw.autoregressive(n, phi);
        let changes = match self {
            Shape::Flat => Vec::new(),
            Shape::Line => slope(draw, &mut values, 22.0),
            Shape::Steps => stairs(draw, &mut values),
            Shape::Bends => bends(draw, &mut values, 0.0),
            Shape::BendsAndJumps => bends(draw, &mut values, 0.5),
            Shape::Walk => walk(draw, &mut values),
            Shape::Season => seasons(draw, &mut values, false),
            Shape::SeasonAndStep => seasons(draw, &mut values, true),
            Shape::Curve => curve(draw, &mut values),
            Shape::Grains => grains(draw, &mut values, false),
            Shape::GrainsAndStep => grains(draw, &mut values, true),
        };
        let annotations = (0..ANNOTATORS).map(|_| marks(draw, n, &changes)).collect();
        if draw.happens(0.5) {
            let (least, most) = range(&values);
            let base = (0.2 + 3.0 * draw.uniform()) * (most - least) - least;
            values.iter_mut().for_each(|value| *value += base);
        }
        Annotated { values, annotations }
    }
}

fn range(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), &v| (least.min(v), most.max(v)))
}

/// What one person marks; now and then a place where nothing is.
fn marks(draw: &mut Draw, n: usize, changes: &[Change]) -> Vec<usize> {
    let mut marks = Vec::new();
    for change in changes {
        let place = change.at as f64 + (change.jitter * draw.normal()).round();
        if draw.happens(change.seen) && (1.0..(n - 1) as f64).contains(&place) {
            marks.push(place as usize);
        }
    }
    if draw.happens(0.08) {
        marks.push(1 + draw.below(n - 2));
    }
    marks.sort_unstable();
    marks.dedup();
    marks
}

/// The chance that somebody sees a change so many standard deviations high.
fn seen(height: f64) -> f64 {
    0.95 / (1.0 + (1.5 * (SEEN_AT - height)).exp())
}

/// Up to `k` places, no two nearer than `gap` to each other or to an end.
fn places(draw: &mut Draw, n: usize, k: usize, gap: usize) -> Vec<usize> {
    for _ in 0..200 {
        let mut places: Vec<usize> = (0..k).map(|_| gap + draw.below((n - 2 * gap).max(1))).collect();
        places.sort_unstable();
        if places.windows(2).all(|pair| pair[1] - pair[0] >= gap) {
            return places;
        }
    }
    vec![n / 2]
}

fn gap(n: usize) -> usize {
    (n / 10).max(5)
}

fn sign(draw: &mut Draw) -> f64 {
    if draw.happens(0.5) { 1.0 } else { -1.0 }
}

fn slope(draw: &mut Draw, values: &mut [f64], most: f64) -> Vec<Change> {
    let (n, rise) = (values.len() as f64, most * draw.uniform());
    values.iter_mut().enumerate().for_each(|(at, value)| *value += rise * at as f64 / n);
    Vec::new()
}

/// One to four steps of 1.5 to 7.5 standard deviations.
fn stairs(draw: &mut Draw, values: &mut [f64]) -> Vec<Change> {
    let n = values.len();
    let k = 1 + draw.below(4);
    let mut changes = Vec::new();
    for at in places(draw, n, k, gap(n)) {
        let height = 1.5 + 6.0 * draw.uniform();
        let signed = height * sign(draw);
        values[at..].iter_mut().for_each(|value| *value += signed);
        changes.push(Change { at, seen: seen(height), jitter: 1.0 });
    }
    changes
}

/// One to three changes of slope, over a rise of 4 to 90 or to 660 standard deviations; of these some jump as well.
fn bends(draw: &mut Draw, values: &mut [f64], jumping: f64) -> Vec<Change> {
    let n = values.len();
    let k = 1 + draw.below(3);
    let places = places(draw, n, k, gap(n).max(n / 6));
    let height = rise(draw);
    let mut slope = height / n as f64 * draw.normal();
    let (mut level, mut changes) = (0.0, Vec::new());
    for (at, value) in values.iter_mut().enumerate() {
        if places.contains(&at) {
            let before = slope;
            slope = 1.5 * height / n as f64 * draw.normal();
            let jump = if draw.happens(jumping) { (2.0 + 8.0 * draw.uniform()) * sign(draw) } else { 0.0 };
            level += jump;
            // What the line would be off by, half a stretch later.
            let bend = (slope - before).abs() * n as f64 / (places.len() + 1) as f64 / 2.0;
            let of_noise = seen(jump.abs()).max(seen(bend / 1.5));
            let of_plot = seen(50.0 * jump.abs().max(bend / 4.0) / height);
            let jitter = if jump == 0.0 { 1.0 + 0.01 * n as f64 } else { 1.0 };
            changes.push(Change { at, seen: of_noise.min(of_plot), jitter });
        }
        level += slope;
        *value += level;
    }
    changes
}

fn rise(draw: &mut Draw) -> f64 {
    let widest = if draw.happens(0.5) { 3.0 } else { 5.0 };
    (1.5 + widest * draw.uniform()).exp()
}

/// A walk, half of them with a drift. Half of the people mark each of its three largest moves.
fn walk(draw: &mut Draw, values: &mut [f64]) -> Vec<Change> {
    let (n, width) = (values.len(), (values.len() / 20).max(3));
    let drift = if draw.happens(0.5) { 0.2 * draw.normal() } else { 0.0 };
    let noise = 0.3 * draw.uniform();
    let mut level = 0.0;
    for value in values.iter_mut() {
        level += drift + draw.normal();
        *value = level + noise * draw.normal();
    }
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
    let moved = |at: usize| (mean(&values[at..at + width]) - mean(&values[at - width..at])).abs();
    let mut moves: Vec<(f64, usize)> = (width..n - width).map(|at| (moved(at), at)).collect();
    moves.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut largest: Vec<usize> = Vec::new();
    for (_, at) in moves {
        if largest.len() < 3 && largest.iter().all(|other| other.abs_diff(at) > 2 * width) {
            largest.push(at);
        }
    }
    largest.into_iter().map(|at| Change { at, seen: 0.5, jitter: 1.5 }).collect()
}

/// A season of 4, 7 or 12 values on a line.
fn seasons(draw: &mut Draw, values: &mut [f64], step: bool) -> Vec<Change> {
    let (n, period) = (values.len(), [4, 7, 12][draw.below(3)]);
    let season: Vec<f64> = (0..period).map(|_| (1.0 + 3.0 * draw.uniform()) * draw.normal()).collect();
    let _ = slope(draw, values, 20.0);
    values.iter_mut().zip(season.iter().cycle()).for_each(|(value, of_season)| *value += of_season);
    if !step {
        return Vec::new();
    }
    let height = 3.0 + 10.0 * draw.uniform();
    let sd = (season.iter().map(|s| s * s).sum::<f64>() / period as f64 + 1.0).sqrt();
    let at = places(draw, n, 1, gap(n))[0];
    values[at..].iter_mut().for_each(|value| *value += height);
    vec![Change { at, seen: seen(1.5 * height / sd), jitter: 1.5 }]
}

/// A logistic curve, an exponential, or most of a wave; people mark where it turns.
fn curve(draw: &mut Draw, values: &mut [f64]) -> Vec<Change> {
    let (n, height, form) = (values.len() as f64, rise(draw), draw.below(3));
    let (middle, steepness) = (0.3 + 0.4 * draw.uniform(), 6.0 + 20.0 * draw.uniform());
    for (at, value) in values.iter_mut().enumerate() {
        let t = at as f64 / n;
        *value += height
            * match form {
                0 => 1.0 / (1.0 + (-(t - middle) * steepness).exp()),
                1 => (3.0 * t).exp_m1() / 19.0,
                _ => (5.0 * t).sin(),
            };
    }
    let turn = |t: f64, seen: f64, blur: f64| Change { at: (t * n) as usize, seen, jitter: 1.0 + blur * n };
    match form {
        0 => [-1.5, 1.5].map(|side| turn(middle + side / steepness, 0.75 * seen(height / 3.0), 0.015)).into(),
        1 => vec![turn(0.7, 0.5, 0.03)],
        _ => vec![turn(0.314, 0.7, 0.02), turn(0.942, 0.7, 0.02)],
    }
}

/// Values in grains of 1.5 to 3.5 standard deviations.
fn grains(draw: &mut Draw, values: &mut [f64], step: bool) -> Vec<Change> {
    let (n, grain) = (values.len(), 1.5 + 2.0 * draw.uniform());
    let mut changes = Vec::new();
    if step {
        let height = grain * (1 + draw.below(4)) as f64;
        let at = places(draw, n, 1, gap(n))[0];
        values[at..].iter_mut().for_each(|value| *value += height);
        changes.push(Change { at, seen: seen(height), jitter: 1.0 });
    }
    values.iter_mut().for_each(|value| *value = (*value / grain).round() * grain);
    changes
}
