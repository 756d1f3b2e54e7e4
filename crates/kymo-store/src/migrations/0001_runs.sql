-- A run in one line: what a list shows. The counts are kept up to date by every append, so that a list reads no
-- invocation. The documents are in a table of their own: an append rewrites this row and must not carry them along.
CREATE TABLE run (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    document_schema INTEGER NOT NULL,
    label TEXT,
    created_unix_s BIGINT NOT NULL,
    state TEXT NOT NULL,
    variant_names TEXT NOT NULL,
    variants BIGINT NOT NULL,
    benchmarks BIGINT NOT NULL,
    invocations BIGINT NOT NULL,
    not_measured BIGINT NOT NULL,
    rounds BIGINT NOT NULL,
    duration_s DOUBLE PRECISION NOT NULL
);

-- The run document without its invocations, compressed: what is fixed when the run begins, and what changes after.
CREATE TABLE run_document (
    run BIGINT PRIMARY KEY REFERENCES run (key) ON DELETE CASCADE,
    fixed BLOB NOT NULL,
    head BLOB NOT NULL
);

-- Parts of invocations that many of them share, as JSON: settings and shape of the samples; outcome, verification
-- and notes.
CREATE TABLE invocation_text (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    run BIGINT NOT NULL REFERENCES run (key) ON DELETE CASCADE,
    content TEXT NOT NULL
);
CREATE INDEX invocation_text_run ON invocation_text (run);

-- One worker process; `samples` holds its times and values, packed. Without rowid the rows of a run lie in order, and
-- a load of 24 000 need not look up each: a third of the time of a load of selected samples. Other databases do
-- without the clause.
CREATE TABLE invocation (
    run BIGINT NOT NULL REFERENCES run (key) ON DELETE CASCADE,
    sequence BIGINT NOT NULL,
    benchmark BIGINT NOT NULL,
    variant BIGINT NOT NULL,
    round BIGINT NOT NULL,
    setup BIGINT NOT NULL,
    result BIGINT NOT NULL,
    samples BLOB NOT NULL,
    PRIMARY KEY (run, sequence)
) WITHOUT ROWID;

-- A/A noise floors by machine fingerprint; without a benchmark, the floor over all benchmarks.
CREATE TABLE floor (
    fingerprint TEXT NOT NULL,
    variant TEXT NOT NULL,
    benchmark TEXT,
    phase TEXT NOT NULL,
    metric TEXT NOT NULL,
    floor DOUBLE PRECISION NOT NULL,
    sd DOUBLE PRECISION NOT NULL,
    rounds BIGINT NOT NULL,
    comparisons BIGINT NOT NULL,
    flagged BIGINT NOT NULL,
    calibrated_unix_s BIGINT NOT NULL,
    schema_version INTEGER NOT NULL
);
CREATE INDEX floor_fingerprint ON floor (fingerprint, variant, phase, metric);
