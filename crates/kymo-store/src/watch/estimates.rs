//! When jobs will start and how long they take, from what jobs took before; and how wrong that was.

use super::job_row::JobRow;
use crate::db::{Db, Row};
use crate::fault::Fault;
use crate::sql_watch as sql;
use kymo_model::watch::{Estimate, JobState};
use kymo_model::{ProjectName, Ratio, Seconds};
use std::collections::HashMap;

/// Past jobs whose median is the estimate.
const DURATIONS: usize = 20;

/// Past jobs whose estimates are looked at for their error.
const ERRORS: u32 = 50;

/// Past estimates without which nothing is said of their error.
const ERRORS_MIN: usize = 10;

/// What past jobs say of the next.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Past {
    /// The median of their durations; 0 without any.
    pub takes_ms: i64,
    /// How many it is of.
    pub from_jobs: u32,
    /// The ninth decile of the factors by which estimates were off.
    pub off_by: Option<f64>,
}

/// One past job.
struct Took {
    took_ms: i64,
    estimated_ms: Option<i64>,
}

fn took(row: &Row<'_>) -> Result<Took, Fault> {
    let (started, ended): (Option<i64>, Option<i64>) = (row.get(0)?, row.get(1)?);
    // A clock that jumped back in between makes no negative duration.
    let took_ms = started.zip(ended).map_or(0, |(started, ended)| (ended - started).max(0));
    Ok(Took { took_ms, estimated_ms: row.get(2)? })
}

/// The past of the same project and tier on the machine; of all its jobs where there is none.
pub fn past(db: &Db, machine: &str, project: &ProjectName, tier: &str) -> Result<Past, Fault> {
    let same = db.rows(sql::PAST_OF_TIER, &[&machine, &project.as_str(), &tier, &ERRORS], took)?;
    if !same.is_empty() {
        return Ok(of(&same));
    }
    Ok(of(&db.rows(sql::PAST_OF_MACHINE, &[&machine, &ERRORS], took)?))
}

/// What these jobs, newest first, say.
fn of(jobs: &[Took]) -> Past {
    let mut durations: Vec<i64> = jobs.iter().take(DURATIONS).map(|job| job.took_ms).collect();
    durations.sort_unstable();
    let middle = durations.len() / 2;
    let takes_ms = match durations.len() {
        0 => 0,
        odd if odd % 2 == 1 => durations[middle],
        _ => i64::midpoint(durations[middle - 1], durations[middle]),
    };
    let factor = |job: &Took| match job.estimated_ms {
        Some(estimated) if estimated > 0 && job.took_ms > 0 => {
            let ratio = job.took_ms as f64 / estimated as f64;
            Some(ratio.max(1.0 / ratio))
        }
        _ => None,
    };
    let mut factors: Vec<f64> = jobs.iter().filter_map(factor).collect();
    factors.sort_unstable_by(f64::total_cmp);
    // The smallest factor that nine of ten are not above.
    let ninth = (factors.len() * 9).div_ceil(10).saturating_sub(1);
    let off_by = factors.get(ninth).copied().filter(|_| factors.len() >= ERRORS_MIN);
    Past { takes_ms, from_jobs: durations.len() as u32, off_by }
}

/// The queue of one machine, looked at once.
struct Line {
    /// What is left of the job that runs; `None` where none does.
    rest_ms: Option<i64>,
    /// By the number of a waiting job: how many wait before it, and how long those take.
    places: HashMap<u64, (u32, i64)>,
}

/// Places and estimates of many jobs; each queue and each past is looked up once.
pub struct Estimates<'a> {
    db: &'a Db,
    now_ms: i64,
    lines: HashMap<String, Line>,
    pasts: HashMap<(String, ProjectName, String), Past>,
}

impl<'a> Estimates<'a> {
    pub fn new(db: &'a Db, now_ms: i64) -> Self {
        Self { db, now_ms, lines: HashMap::new(), pasts: HashMap::new() }
    }

    fn past(&mut self, machine: &str, project: &ProjectName, tier: &str) -> Result<Past, Fault> {
        let key = (machine.to_owned(), project.clone(), tier.to_owned());
        if let Some(past) = self.pasts.get(&key) {
            return Ok(*past);
        }
        let found = past(self.db, machine, project, tier)?;
        self.pasts.insert(key, found);
        Ok(found)
    }

    fn takes_ms(&mut self, job: &JobRow, past: &Past) -> i64 {
        job.estimated_ms.filter(|_| job.state == JobState::Running).unwrap_or(past.takes_ms)
    }

    fn line(&mut self, machine: &str) -> Result<Line, Fault> {
        let running = super::job_row::running_on(self.db, machine)?;
        let rest_ms = match &running {
            None => None,
            Some(job) => {
                let past = self.past(machine, &job.project, &job.tier)?;
                let since = self.now_ms - job.started_ms.unwrap_or(self.now_ms);
                Some((self.takes_ms(job, &past) - since).max(0))
            }
        };
        let waiting: Vec<(u64, String, String)> =
            self.db.rows(sql::WAITING_LINE, &[&machine], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let mut places = HashMap::with_capacity(waiting.len());
        let mut before_ms = 0;
        for (index, (id, project, tier)) in waiting.into_iter().enumerate() {
            places.insert(id, (index as u32, before_ms));
            let project = project.parse().map_err(|_| Fault::Damaged(format!("job {id} has an impossible project")))?;
            before_ms += self.past(machine, &project, &tier)?.takes_ms;
        }
        Ok(Line { rest_ms, places })
    }

    /// How many jobs come before this one, the one that runs among them, and its estimate; nothing of an ended job.
    pub fn of(&mut self, job: &JobRow) -> Result<(Option<u32>, Option<Estimate>), Fault> {
        if job.state.is_ended() {
            return Ok((None, None));
        }
        let past = self.past(&job.machine, &job.project, &job.tier)?;
        let estimate = |starts_in_ms: i64, takes_ms: i64| Estimate {
            starts_in: in_seconds(starts_in_ms),
            takes: in_seconds(takes_ms),
            off_by: past.off_by.map(Ratio::new),
            from_jobs: past.from_jobs,
        };
        if job.state == JobState::Running {
            return Ok((None, Some(estimate(0, self.takes_ms(job, &past)))));
        }
        if !self.lines.contains_key(&job.machine) {
            let line = self.line(&job.machine)?;
            self.lines.insert(job.machine.clone(), line);
        }
        let line = self.lines.get(&job.machine);
        let rest_ms = line.and_then(|line| line.rest_ms);
        let (ahead, before_ms) = line.and_then(|line| line.places.get(&job.id)).copied().unwrap_or((0, 0));
        let starts_in_ms = rest_ms.unwrap_or(0) + before_ms;
        Ok((Some(ahead + u32::from(rest_ms.is_some())), Some(estimate(starts_in_ms, past.takes_ms))))
    }
}

fn in_seconds(ms: i64) -> Seconds {
    Seconds::new(ms as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(took_ms: i64, estimated_ms: Option<i64>) -> Took {
        Took { took_ms, estimated_ms }
    }

    #[test]
    fn without_a_past_nothing_is_said() {
        assert_eq!(of(&[]), Past { takes_ms: 0, from_jobs: 0, off_by: None });
    }

    #[test]
    fn the_median_of_the_newest_twenty() {
        let mut jobs: Vec<Took> = (1..=20).map(|index| job(index * 100, None)).collect();
        assert_eq!(of(&jobs), Past { takes_ms: 1050, from_jobs: 20, off_by: None });
        jobs.extend((0..30).map(|_| job(1_000_000, None)));
        assert_eq!(of(&jobs).takes_ms, 1050);
        assert_eq!(of(&jobs[..3]).takes_ms, 200);
    }

    #[test]
    fn nine_of_ten_estimates_were_not_off_by_more() {
        // Too long and too short count alike: 200 for 100 is off by 2, and so is 100 for 200.
        let mut jobs: Vec<Took> = (0..8).map(|_| job(100, Some(100))).collect();
        jobs.push(job(50, Some(100)));
        assert_eq!(of(&jobs).off_by, None);
        jobs.push(job(400, Some(100)));
        assert_eq!(of(&jobs).off_by, Some(2.0));
        jobs[0] = job(100, Some(0));
        assert_eq!(of(&jobs).off_by, None);
    }
}
