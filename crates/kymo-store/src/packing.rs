//! The packed form of an invocation's numbers: bit for bit what went in, and small without a compressor.
//!
//! Most samples are whole numbers (bytes, faults, cycles) or a clock's nanoseconds turned into seconds. Where every
//! value of a series is exactly such a number it is kept as one: differences between neighbours, in variable-length
//! integers, take a third of the space of floating point and unpack faster than any decompressor on blobs this
//! small. Any other series is kept as raw IEEE 754. Only long blobs are compressed on top.

use kymo_model::{Invocation, Metric, Phase, Samples, Seconds, Share, Value};

/// Below this size zstd's fixed cost for each blob, some microseconds, exceeds what it saves: measured on 24 000
/// invocations of 45 samples.
const COMPRESSED_BYTES_MIN: usize = 1024;
const PLAIN: u8 = 0;
const ZSTD: u8 = 1;

/// Whole numbers of this size are exact in floating point.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

/// What is wrong with a blob.
pub type Defect = &'static str;

/// How the values of a series are written.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Form {
    Raw,
    Whole,
    /// Nanoseconds times 1e-9, as `Seconds::from_nanos` makes them.
    NanosTimes,
    /// Nanoseconds over 1e9, as other languages' clocks make them; the last bit may differ from the product.
    NanosOver,
}

impl Form {
    const WRITTEN: [Self; 4] = [Self::Raw, Self::Whole, Self::NanosTimes, Self::NanosOver];

    fn value(self, number: i64) -> f64 {
        match self {
            Self::Raw | Self::Whole => number as f64,
            Self::NanosTimes => number as f64 * 1e-9,
            Self::NanosOver => number as f64 / 1e9,
        }
    }

    /// The number that stands for `value` in this form, where there is one that gives back the same bits.
    fn number(self, value: f64) -> Option<i64> {
        let scaled = if self == Self::Whole { value } else { value * 1e9 }.round();
        // The bound is also false for what is not a number.
        if scaled.abs() <= EXACT_MAX {
            let number = scaled as i64;
            (self.value(number).to_bits() == value.to_bits()).then_some(number)
        } else {
            None
        }
    }

    fn of(values: &[Value]) -> Self {
        [Self::Whole, Self::NanosTimes, Self::NanosOver]
            .into_iter()
            .find(|form| values.iter().all(|value| form.number(value.get()).is_some()))
            .unwrap_or(Self::Raw)
    }
}

/// Packs the times and samples of an invocation. Phases and metrics are not in it: see `parts::Setup`.
pub fn pack(invocation: &Invocation) -> Vec<u8> {
    let mut out = vec![PLAIN, u8::from(invocation.steal.is_some())];
    push_f64(&mut out, invocation.start.get());
    push_f64(&mut out, invocation.duration.get());
    if let Some(steal) = invocation.steal {
        push_f64(&mut out, steal.get());
    }
    for samples in &invocation.samples {
        push_series(&mut out, samples);
    }
    if out.len() >= COMPRESSED_BYTES_MIN
        && let Ok(compressed) = zstd::bulk::compress(&out[1..], 1)
        && compressed.len() + 1 < out.len()
    {
        out.truncate(1);
        out[0] = ZSTD;
        out.extend_from_slice(&compressed);
    }
    out
}

fn push_series(out: &mut Vec<u8>, samples: &Samples) {
    let form = Form::of(&samples.values);
    out.push(form as u8);
    push_integer(out, u64::from(samples.warmup));
    push_integer(out, samples.values.len() as u64);
    let mut before = 0;
    for value in &samples.values {
        match form.number(value.get()) {
            Some(number) if form != Form::Raw => {
                push_integer(out, zigzag(number - before));
                before = number;
            }
            _ => push_f64(out, value.get()),
        }
    }
}

fn push_f64(out: &mut Vec<u8>, value: f64) {
    out.extend_from_slice(&value.to_bits().to_le_bytes());
}

/// Seven bits a byte, the low ones first; the high bit says that more follow.
fn push_integer(out: &mut Vec<u8>, mut integer: u64) {
    while integer >= 0x80 {
        out.push(integer as u8 | 0x80);
        integer >>= 7;
    }
    out.push(integer as u8);
}

/// Small magnitudes of either sign become small integers.
fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

fn unzigzag(integer: u64) -> i64 {
    (integer >> 1) as i64 ^ -((integer & 1) as i64)
}

/// The numbers of an invocation.
pub struct Numbers {
    pub start: Seconds,
    pub duration: Seconds,
    pub steal: Option<Share>,
    pub samples: Vec<Samples>,
}

/// The samples that are asked for.
#[derive(Clone, Copy)]
pub enum Selection<'a> {
    All,
    Of(&'a [Phase], &'a [Metric]),
}

impl Selection<'_> {
    fn has(self, phase: Phase, metric: Metric) -> bool {
        match self {
            Self::All => true,
            Self::Of(phases, metrics) => phases.contains(&phase) && metrics.contains(&metric),
        }
    }
}

/// Unpacks the selected samples of what [`pack`] made; `series` are the phases and metrics of all that are in it.
pub fn unpack(blob: &[u8], series: &[(Phase, Metric)], selection: Selection<'_>) -> Result<Numbers, Defect> {
    match blob.split_first() {
        Some((&PLAIN, rest)) => unpack_plain(rest, series, selection),
        Some((&ZSTD, rest)) => {
            let plain = zstd::decode_all(rest).map_err(|_| "samples that do not decompress")?;
            unpack_plain(&plain, series, selection)
        }
        _ => Err("samples in an unknown form"),
    }
}

fn unpack_plain(bytes: &[u8], series: &[(Phase, Metric)], selection: Selection<'_>) -> Result<Numbers, Defect> {
    let mut reader = Reader(bytes);
    let has_steal = reader.byte()? != 0;
    let start = Seconds::new(reader.f64()?);
    let duration = Seconds::new(reader.f64()?);
    let steal = if has_steal { Some(Share::new(reader.f64()?)) } else { None };
    let count = series.iter().filter(|&&(phase, metric)| selection.has(phase, metric)).count();
    let mut samples = Vec::with_capacity(count);
    for &(phase, metric) in series {
        let form = *Form::WRITTEN.get(reader.byte()? as usize).ok_or("a series in an unknown form")?;
        let warmup = u32::try_from(reader.integer()?).map_err(|_| "a warm-up out of range")?;
        let count = reader.count()?;
        if selection.has(phase, metric) {
            samples.push(Samples { phase, metric, warmup, values: reader.values(form, count)? });
        } else {
            reader.skip(form, count)?;
        }
    }
    if !reader.0.is_empty() {
        return Err("samples with a rest");
    }
    Ok(Numbers { start, duration, steal, samples })
}

const CUT: Defect = "samples that are cut off";

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn byte(&mut self) -> Result<u8, Defect> {
        let (&first, rest) = self.0.split_first().ok_or(CUT)?;
        self.0 = rest;
        Ok(first)
    }

    fn f64(&mut self) -> Result<f64, Defect> {
        let (first, rest) = self.0.split_first_chunk::<8>().ok_or(CUT)?;
        self.0 = rest;
        Ok(f64::from_bits(u64::from_le_bytes(*first)))
    }

    fn integer(&mut self) -> Result<u64, Defect> {
        let mut integer = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            integer |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(integer);
            }
        }
        Err("an integer that never ends")
    }

    /// The number of values of a series.
    fn count(&mut self) -> Result<usize, Defect> {
        let count = usize::try_from(self.integer()?).map_err(|_| CUT)?;
        // Every value takes a byte at least: a damaged count must not reserve all memory.
        if count > self.0.len() { Err(CUT) } else { Ok(count) }
    }

    fn values(&mut self, form: Form, count: usize) -> Result<Vec<Value>, Defect> {
        let mut values = Vec::with_capacity(count);
        let mut number = 0_i64;
        for _ in 0..count {
            values.push(Value::new(if form == Form::Raw {
                self.f64()?
            } else {
                number = number.wrapping_add(unzigzag(self.integer()?));
                form.value(number)
            }));
        }
        Ok(values)
    }

    fn skip(&mut self, form: Form, count: usize) -> Result<(), Defect> {
        for _ in 0..count {
            if form == Form::Raw {
                self.f64()?;
            } else {
                self.integer()?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(values: &[f64], expect: Form) {
        let values: Vec<Value> = values.iter().copied().map(Value::new).collect();
        assert_eq!(Form::of(&values), expect, "for {values:?}");
    }

    #[test]
    fn chooses_the_form_that_gives_back_the_bits() {
        check(&[], Form::Whole);
        check(&[0.0, 4096.0, 1e15], Form::Whole);
        check(&[-0.0], Form::Raw);
        check(&[f64::NAN], Form::Raw);
        check(&[f64::INFINITY], Form::Raw);
        check(&[1e300], Form::Raw);
        check(&[1.0 / 3.0], Form::Raw);
        check(&[3.0 * 1e-9, 123_456_789.0 * 1e-9], Form::NanosTimes);
        check(&[3.0 / 1e9, 123_456_789.0 / 1e9], Form::NanosOver);
    }

    #[test]
    fn damage_is_an_error_and_never_a_panic() {
        let series = [(Phase::Execute, Metric::WallTime)];
        for blob in [&[] as &[u8], &[7], &[0], &[1, 2, 3], &[0, 0, 1, 2]] {
            assert!(unpack(blob, &series, Selection::All).is_err(), "for {blob:?}");
        }
        let mut huge = vec![0; 18];
        huge.extend([1, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]);
        assert!(unpack(&huge, &series, Selection::All).is_err());
    }

    proptest! {
        #[test]
        fn integers_come_back(number in any::<i64>(), small in -300_i64..300) {
            for number in [number, small] {
                let mut out = Vec::new();
                push_integer(&mut out, zigzag(number));
                prop_assert_eq!(unzigzag(Reader(&out).integer().unwrap()), number);
            }
        }

        #[test]
        fn nanoseconds_stay_small(start in 1_000_000_u64..100_000_000, steps in prop::collection::vec(0_u64..8192, 1..20)) {
            let values: Vec<Value> = steps.iter().map(|step| Value::new(Seconds::from_nanos(start + step).get())).collect();
            let mut out = Vec::new();
            push_series(&mut out, &Samples { phase: Phase::Execute, metric: Metric::WallTime, warmup: 0, values });
            prop_assert!(out.len() <= 3 + 4 + 2 * (steps.len() - 1));
        }

        #[test]
        fn any_bytes_are_refused_or_read(blob in prop::collection::vec(any::<u8>(), 0..200)) {
            let series = [(Phase::Execute, Metric::WallTime), (Phase::Compile, Metric::CpuTime)];
            let all = unpack(&blob, &series, Selection::All);
            let some = unpack(&blob, &series, Selection::Of(&[Phase::Compile], &[Metric::CpuTime]));
            prop_assert_eq!(all.is_ok(), some.is_ok());
        }
    }
}
