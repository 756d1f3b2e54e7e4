//! The rows of the tables, and their schemas. All columns but `canary` may be null, so that readers of old and new files
//! agree when a column comes to be unknown.

use crate::columns::Value;

/// A row of a table.
pub trait Row {
    /// The name of the table's folder.
    const TABLE: &'static str;
    /// The schema, as Parquet's message type.
    const SCHEMA: &'static str;
    /// The values, in the schema's order.
    fn values(&self) -> Vec<Value<'_>>;
}

/// A point of a series with its commit and its run, or a measurement that gave none.
#[derive(Clone, Copy, Debug)]
pub struct PointRow<'a> {
    /// `suite/name`.
    pub benchmark: &'a str,
    /// The engine with its settings.
    pub variant: &'a str,
    /// The phase.
    pub phase: &'a str,
    /// The metric.
    pub metric: &'a str,
    /// Unit of the value: `s`, `B`, `1`, `ratio`.
    pub unit: &'a str,
    /// Whether smaller is better.
    pub lower_is_better: bool,
    /// Name of the machine.
    pub machine: &'a str,
    /// Whether the series belongs to a pinned engine.
    pub canary: bool,
    /// Hash of the commit.
    pub commit: Option<&'a str>,
    /// Place of the commit on the main line.
    pub position: u32,
    /// Time of the commit, seconds since 1970.
    pub commit_unix_s: Option<u64>,
    /// Id of the run.
    pub run: &'a str,
    /// When the run was made, seconds since 1970.
    pub run_unix_s: Option<u64>,
    /// `measured`, or why there is no value.
    pub outcome: &'a str,
    /// The value.
    pub value: Option<f64>,
    /// Both ends of its 95 % interval.
    pub interval: Option<(f64, f64)>,
    /// The machine's fingerprint.
    pub fingerprint: Option<&'a str>,
    /// Start of the module's SHA-256.
    pub module: Option<&'a str>,
    /// Version and build of the engine.
    pub build: Option<&'a str>,
    /// Start of the machine code's SHA-256.
    pub code: Option<&'a str>,
}

impl Row for PointRow<'_> {
    const TABLE: &'static str = "points";
    const SCHEMA: &'static str = "message points {
        optional binary benchmark (STRING);
        optional binary variant (STRING);
        optional binary phase (STRING);
        optional binary metric (STRING);
        optional binary unit (STRING);
        optional binary direction (STRING);
        optional binary machine (STRING);
        required boolean canary;
        optional binary commit (STRING);
        optional int32 position;
        optional int64 commit_time (TIMESTAMP(MILLIS,true));
        optional binary run (STRING);
        optional int64 run_time (TIMESTAMP(MILLIS,true));
        optional binary outcome (STRING);
        optional double value;
        optional double low;
        optional double high;
        optional binary fingerprint (STRING);
        optional binary module (STRING);
        optional binary build (STRING);
        optional binary code (STRING);
    }";

    fn values(&self) -> Vec<Value<'_>> {
        let text = |text| Value::Text(Some(text));
        vec![
            text(self.benchmark),
            text(self.variant),
            text(self.phase),
            text(self.metric),
            text(self.unit),
            text(if self.lower_is_better { "lower" } else { "higher" }),
            text(self.machine),
            Value::Bool(self.canary),
            Value::Text(self.commit),
            Value::Int(i32::try_from(self.position).ok()),
            Value::Long(self.commit_unix_s.and_then(millis)),
            text(self.run),
            Value::Long(self.run_unix_s.and_then(millis)),
            text(self.outcome),
            Value::Double(self.value),
            Value::Double(self.interval.map(|(low, _)| low)),
            Value::Double(self.interval.map(|(_, high)| high)),
            Value::Text(self.fingerprint),
            Value::Text(self.module),
            Value::Text(self.build),
            Value::Text(self.code),
        ]
    }
}

/// One steady iteration of one invocation.
#[derive(Clone, Copy, Debug)]
pub struct SampleRow<'a> {
    /// `suite/name`.
    pub benchmark: &'a str,
    /// The engine with its settings.
    pub variant: &'a str,
    /// The phase.
    pub phase: &'a str,
    /// The metric.
    pub metric: &'a str,
    /// Name of the machine.
    pub machine: &'a str,
    /// The machine's fingerprint.
    pub fingerprint: &'a str,
    /// Hash of the commit.
    pub commit: Option<&'a str>,
    /// Id of the run.
    pub run: &'a str,
    /// When the run was made, seconds since 1970.
    pub run_unix_s: Option<u64>,
    /// The round: invocations of one round are pairs.
    pub round: u32,
    /// Place of the iteration within its invocation.
    pub iteration: u32,
    /// The value in the metric's unit.
    pub value: f64,
}

impl Row for SampleRow<'_> {
    const TABLE: &'static str = "samples";
    const SCHEMA: &'static str = "message samples {
        optional binary benchmark (STRING);
        optional binary variant (STRING);
        optional binary phase (STRING);
        optional binary metric (STRING);
        optional binary machine (STRING);
        optional binary fingerprint (STRING);
        optional binary commit (STRING);
        optional binary run (STRING);
        optional int64 run_time (TIMESTAMP(MILLIS,true));
        optional int32 round;
        optional int32 iteration;
        optional double value;
    }";

    fn values(&self) -> Vec<Value<'_>> {
        let text = |text| Value::Text(Some(text));
        vec![
            text(self.benchmark),
            text(self.variant),
            text(self.phase),
            text(self.metric),
            text(self.machine),
            text(self.fingerprint),
            Value::Text(self.commit),
            text(self.run),
            Value::Long(self.run_unix_s.and_then(millis)),
            Value::Int(i32::try_from(self.round).ok()),
            Value::Int(i32::try_from(self.iteration).ok()),
            Value::Double(Some(self.value)),
        ]
    }
}

fn millis(unix_s: u64) -> Option<i64> {
    i64::try_from(unix_s).ok()?.checked_mul(1000)
}
