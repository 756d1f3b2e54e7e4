//! The SQL statements of back-up and restoring, apart from those over a table that is only known when they run.

/// Columns of a table in their order, and the place of each in the primary key, from 1; 0 where it has none.
pub const COLUMNS_SQLITE: &str = "SELECT name, pk FROM pragma_table_info($1) ORDER BY cid";
pub const COLUMNS_POSTGRES: &str = "SELECT CAST(a.attname AS TEXT), \
     CAST(coalesce(array_position(CAST(i.indkey AS SMALLINT[]), a.attnum) + 1, 0) AS BIGINT) FROM pg_attribute a \
     LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary \
     WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum";

/// The last key that a table gave out: none is given twice, also where the row is gone.
pub const LAST_KEY_SQLITE: &str = "SELECT seq FROM sqlite_sequence WHERE name = $1";
pub const LAST_KEY_POSTGRES: &str = "SELECT last_value FROM pg_sequences \
     WHERE format('%I.%I', schemaname, sequencename) = pg_get_serial_sequence($1, $2)";
pub const SET_LAST_KEY_SQLITE: &str = "UPDATE sqlite_sequence SET seq = $1 WHERE name = $2";
pub const NEW_LAST_KEY_SQLITE: &str = "INSERT INTO sqlite_sequence (seq, name) VALUES ($1, $2)";
pub const SET_LAST_KEY_POSTGRES: &str =
    "SELECT setval(CAST(pg_get_serial_sequence($1, $2) AS REGCLASS), CAST($3 AS BIGINT))";

/// Functions that only the triggers of our tables call.
pub const TRIGGER_FUNCTIONS: &str = "SELECT DISTINCT CAST(p.proname AS TEXT) FROM pg_trigger t \
     JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_class c ON c.oid = t.tgrelid \
     WHERE NOT t.tgisinternal AND c.oid = to_regclass($1)";

pub const SIZE_SQLITE: &str = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
pub const SIZE_POSTGRES: &str = "SELECT pg_database_size(current_database())";

/// All rows of a table, in the order of its key.
pub fn all(table: &str, columns: &[String], order: &[String]) -> String {
    let by = if order.is_empty() { String::new() } else { format!(" ORDER BY {}", order.join(", ")) };
    format!("SELECT {} FROM {table}{by}", columns.join(", "))
}

pub fn count(table: &str) -> String {
    format!("SELECT count(*) FROM {table}")
}

/// Puts so many rows in at once.
pub fn insert(table: &str, columns: &[String], rows: usize) -> String {
    let mut text = format!("INSERT INTO {table} ({}) VALUES ", columns.join(", "));
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns.len() {
            text.push_str(if column == 0 { "$" } else { ", $" });
            text.push_str(&(row * columns.len() + column + 1).to_string());
        }
        text.push(')');
    }
    text
}

pub fn drop_table(table: &str) -> String {
    format!("DROP TABLE IF EXISTS {table}")
}

pub fn drop_function(function: &str) -> String {
    format!("DROP FUNCTION IF EXISTS {function}()")
}
