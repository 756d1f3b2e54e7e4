//! Projects, and where their history is read from.

use crate::db::{Db, Row};
use crate::fault::Fault;
use crate::sql_record as sql;
use kymo_model::ProjectName;

/// Where the history of a project is read from. What is `None` is left as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectSource {
    /// The folder of the git repository.
    pub repository: Option<String>,
    /// The project's page, from which links to commits are made.
    pub web_url: Option<String>,
    /// The main branch.
    pub branch: Option<String>,
}

/// A project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Its key in this store.
    pub key: i64,
    /// Its name.
    pub name: ProjectName,
    /// Where its history is read from.
    pub source: ProjectSource,
    /// How often its main line was rewritten: positions of before mean something else.
    pub line: i64,
}

fn project(row: &Row<'_>) -> Result<(i64, String, ProjectSource, i64), Fault> {
    let source = ProjectSource { repository: row.get(2)?, web_url: row.get(3)?, branch: row.get(4)? };
    Ok((row.get(0)?, row.get(1)?, source, row.get(5)?))
}

fn checked((key, name, source, line): (i64, String, ProjectSource, i64)) -> Result<Project, Fault> {
    let name = name.parse().map_err(|_| Fault::Damaged(format!("project {key} has an impossible name")))?;
    Ok(Project { key, name, source, line })
}

pub fn all(db: &Db) -> Result<Vec<Project>, Fault> {
    db.rows(sql::PROJECTS, &[], |row| checked(project(row)?))
}

pub fn find(db: &Db, name: &ProjectName) -> Result<Option<Project>, Fault> {
    db.row(sql::PROJECT, &[&name.as_str()], |row| checked(project(row)?))
}

/// The project, made on first use; what `source` knows replaces what was known.
pub fn set(db: &Db, name: &ProjectName, source: &ProjectSource) -> Result<Project, Fault> {
    db.execute(sql::SET_PROJECT, &[&name.as_str(), &source.repository, &source.web_url, &source.branch])?;
    find(db, name)?.ok_or_else(|| Fault::Damaged(format!("project {name} is not kept")))
}
