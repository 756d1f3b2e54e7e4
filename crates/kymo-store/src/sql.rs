//! Every SQL statement of the store, and the migrations. What is particular to one
//! database stands in `db`.
//!
//! Parameters are `$1`, `$2` … as PostgreSQL writes them. SQLite takes these for names and numbers them as they first
//! appear, so they must appear in order.

/// The migrations in order; a store's schema version is how many of them were applied.
pub const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_runs.sql"),
    include_str!("migrations/0002_record.sql"),
    include_str!("migrations/0003_watch.sql"),
];

pub const INSERT_RUN: &str = "INSERT INTO run (id, document_schema, label, created_unix_s, state, variant_names, \
     variants, benchmarks, invocations, not_measured, rounds, duration_s) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
     ON CONFLICT (id) DO NOTHING RETURNING key";
pub const INSERT_DOCUMENT: &str = "INSERT INTO run_document (run, fixed, head) VALUES ($1, $2, $3)";
pub const INSERT_TEXT: &str = "INSERT INTO invocation_text (run, content) VALUES ($1, $2) RETURNING key";
pub const INSERT_INVOCATION: &str = "INSERT INTO invocation (run, sequence, benchmark, variant, round, setup, \
     result, samples) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (run, sequence) DO NOTHING";

pub const COUNT_INVOCATION: &str = "UPDATE run SET invocations = invocations + 1, not_measured = not_measured + $1, \
     rounds = CASE WHEN rounds < $2 THEN $2 ELSE rounds END, \
     duration_s = CASE WHEN duration_s < $3 THEN $3 ELSE duration_s END WHERE key = $4";
pub const UPDATE_STATE: &str = "UPDATE run SET state = $1 WHERE key = $2";
pub const UPDATE_HEAD: &str = "UPDATE run_document SET head = $1 WHERE run = $2";
pub const DELETE_RUN: &str = "DELETE FROM run WHERE id = $1";

pub const RUN_KEY: &str = "SELECT key, document_schema, variants, benchmarks, invocations FROM run WHERE id = $1";
pub const DOCUMENT: &str = "SELECT fixed, head FROM run_document WHERE run = $1";
pub const TEXTS: &str = "SELECT key, content FROM invocation_text WHERE run = $1";
pub const INVOCATIONS: &str = "SELECT sequence, benchmark, variant, round, setup, result, samples FROM invocation \
     WHERE run = $1 ORDER BY sequence";
pub const INVOCATION: &str = "SELECT sequence, benchmark, variant, round, setup, result, samples FROM invocation \
     WHERE run = $1 AND sequence = $2";
pub const LIST: &str = "SELECT id, label, created_unix_s, state, variant_names, benchmarks, invocations, \
     not_measured, rounds, duration_s FROM run ORDER BY created_unix_s DESC, key DESC";
pub const NAMES: &str = "SELECT id, label FROM run ORDER BY created_unix_s DESC, key DESC";

pub const DELETE_FLOOR: &str = "DELETE FROM floor WHERE fingerprint = $1 AND variant = $2 \
     AND benchmark IS NOT DISTINCT FROM $3 AND phase = $4 AND metric = $5";
pub const INSERT_FLOOR: &str = "INSERT INTO floor (fingerprint, variant, benchmark, phase, metric, floor, sd, \
     rounds, comparisons, flagged, calibrated_unix_s, schema_version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
pub const FLOORS: &str = "SELECT variant, benchmark, phase, metric, floor, sd, rounds, comparisons, flagged, \
     calibrated_unix_s, schema_version FROM floor WHERE fingerprint = $1 \
     ORDER BY variant, benchmark NULLS FIRST, phase, metric";

#[cfg(test)]
mod tests {
    #[test]
    fn parameters_first_appear_in_order() {
        let source = concat!(include_str!("sql.rs"), include_str!("sql_record.rs"), include_str!("sql_watch.rs"));
        for statement in source.split("pub const ").skip(1) {
            let mut highest = 0;
            for rest in statement.split('$').skip(1) {
                let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
                let Ok(number) = digits.parse::<u32>() else { continue };
                assert!(number <= highest + 1, "parameter {number} too early in {statement}");
                highest = highest.max(number);
            }
        }
    }
}
