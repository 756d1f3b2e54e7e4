//! Runs for the tests.

#![allow(dead_code, reason = "each test file uses a part of this")]

pub mod fleet;
#[cfg(unix)]
pub mod limit;

use kymo_model::{Invocation, Run, RunId};
use kymo_store::{Store, StoreAddress};
use std::path::Path;

/// Where a test has its store: a file in a folder of its own, or a database of its own.
pub struct Place {
    pub address: StoreAddress,
    folder: Option<tempfile::TempDir>,
}

impl Place {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { address: StoreAddress::File(folder.path().join("deep/er/kymo.db")), folder: Some(folder) }
    }

    /// None where there is no PostgreSQL; that was said.
    pub fn postgres() -> Option<Self> {
        let url = kymo_testing::postgres()?.database();
        Some(Self { address: url.parse().unwrap(), folder: None })
    }

    pub fn store(&self) -> Store {
        Store::connect(&self.address).unwrap()
    }

    /// Runs statements past the store; what they give, one value a line.
    pub fn sql(&self, statements: &str) -> String {
        match &self.address {
            StoreAddress::File(path) => sqlite(path, statements),
            StoreAddress::Postgres(url) => kymo_testing::postgres().unwrap().psql(url, statements).unwrap(),
        }
    }
}

fn sqlite(path: &Path, statements: &str) -> String {
    let connection = rusqlite::Connection::open(path).unwrap();
    let mut out = String::new();
    for statement in statements.split(';').filter(|statement| !statement.trim().is_empty()) {
        let mut prepared = connection.prepare(statement).unwrap();
        let mut rows = prepared.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let value: rusqlite::types::Value = row.get(0).unwrap();
            match value {
                rusqlite::types::Value::Text(text) => out.push_str(&text),
                rusqlite::types::Value::Integer(value) => out.push_str(&value.to_string()),
                other => panic!("{other:?}"),
            }
            out.push('\n');
        }
    }
    out
}

/// Makes of each function of a place two tests: one with a file of SQLite, one with a database of PostgreSQL.
#[macro_export]
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod on_sqlite {
            $(#[test]
            fn $name() {
                super::$name(&super::support::Place::sqlite());
            })+
        }
        mod on_postgres {
            $(#[test]
            fn $name() {
                if let Some(place) = super::support::Place::postgres() {
                    super::$name(&place);
                }
            })+
        }
    };
}

/// The sample document of schema 1, kept for ever.
pub const RUN_1: &str = include_str!("../documents/run-1.json");

/// The sample document as a run of another name, without invocations.
pub fn empty_run(id: &str) -> Run {
    let mut run = kymo_store::parse_document("run-1.json", RUN_1).unwrap();
    run.id = RunId::new(id);
    run.invocations.clear();
    run
}

/// An invocation of the sample document, at another place.
pub fn invocation(sequence: u32) -> Invocation {
    let run = kymo_store::parse_document("run-1.json", RUN_1).unwrap();
    let mut invocation = run.invocations[0].clone();
    invocation.sequence = sequence;
    invocation.round = sequence + 1;
    invocation
}
