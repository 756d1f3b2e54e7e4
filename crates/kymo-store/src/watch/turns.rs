//! Fair share: the turns of the jobs that wait for a machine.
//!
//! Each person's jobs have rising turns, and the k-th of each comes before the k+1-st of anybody. Who comes later begins
//! at the lowest turn that waits, and neither overtakes what others have waited for nor stands behind all of it. A job
//! keeps its turn, also when its lease expires and it waits again.

use crate::db::Db;
use crate::fault::Fault;
use crate::sql_watch as sql;
use std::collections::HashMap;

/// Turns that are given out in one transaction.
#[derive(Default)]
pub struct Turns {
    next: HashMap<(String, i32, String), i64>,
}

impl Turns {
    /// The turn of a person's next job on a machine, at this priority.
    pub fn next(&mut self, db: &Db, machine: &str, priority: i32, person: &str) -> Result<i64, Fault> {
        let key = (machine.to_owned(), priority, person.to_owned());
        let turn = match self.next.get(&key) {
            Some(turn) => *turn,
            None => {
                let own: Option<i64> = db.one(sql::LAST_TURN, &[&machine, &priority, &person], |row| row.get(0))?;
                let first: Option<i64> = db.one(sql::FIRST_TURN, &[&machine, &priority], |row| row.get(0))?;
                own.map_or(0, |own| own + 1).max(first.unwrap_or(0))
            }
        };
        self.next.insert(key, turn + 1);
        Ok(turn)
    }
}
