//! What is asked of a server, as a suite says it.

use crate::error::Fault;
use crate::raw::RawServe;
use crate::template::Template;
use kymo_model::{Database, ServeRate, ServeTest};
use std::collections::BTreeMap;
use toml::Spanned;

/// Connections where nobody says: those of the reference measurements with one thread.
const CONNECTIONS: &str = "64";

/// Most requests under way on a connection, as in TechEmpower's largest pipelines times 64: what is beyond it is a slip.
const PIPELINE_MAX: u32 = 1024;

/// Most connections: as many as a process may have open files, usually.
const CONNECTIONS_MAX: u32 = 1 << 20;

/// Every logical processor that servers may use.
const ALL_CORES: &str = "all";

/// Most logical processors: those that Linux can have.
const CORES_MAX: u32 = 8192;

/// What is asked of a server, its parameters not yet filled in.
#[derive(Clone, Debug)]
pub(crate) struct Serving {
    test: Template,
    path: Template,
    expect: Template,
    pipeline: Template,
    connections: Template,
    rate: Template,
    cores: Template,
    database: Option<Database>,
}

impl Serving {
    /// Checks what can be checked before parameters have values; `key` is that of the table.
    pub(super) fn checked(raw: &Spanned<RawServe>, key: &str, declared: &[&str]) -> Result<Self, Fault> {
        let at = raw.span();
        let raw = raw.get_ref();
        let template = |text: &Spanned<String>, name: &str| Template::parse(text, &format!("{key}.{name}"), declared);
        let optional = |text: &Option<Spanned<String>>, name: &str, default: &str| {
            let default = Spanned::new(at.clone(), default.to_owned());
            template(text.as_ref().unwrap_or(&default), name)
        };
        let serving = Self {
            test: template(&raw.test, "test")?,
            path: template(&raw.path, "path")?,
            expect: optional(&raw.expect, "expect", "ok")?,
            pipeline: optional(&raw.pipeline, "pipeline", "1")?,
            connections: optional(&raw.connections, "connections", CONNECTIONS)?,
            rate: optional(&raw.rate, "rate", "peak")?,
            cores: optional(&raw.cores, "cores", ALL_CORES)?,
            database: raw.database,
        };
        let fault = |message: &str| Fault::new(raw.path.span(), format!("{key}.path"), message);
        if !raw.path.get_ref().starts_with('/') {
            return Err(fault("a path begins with a slash"));
        }
        if raw.path.get_ref().chars().any(|letter| letter.is_control() || letter == ' ') {
            return Err(fault("a path has no blanks; write %20"));
        }
        Ok(serving)
    }

    /// The test with these values of the parameters.
    pub(crate) fn filled(&self, parameters: &BTreeMap<String, String>, key: &str) -> Result<ServeTest, Fault> {
        let rate = self.rate.fill(parameters);
        let rate: ServeRate = rate.parse().map_err(|error: kymo_model::NotARate| {
            Fault::new(self.rate.at.clone(), format!("{key}.rate"), error.to_string())
        })?;
        let cores = match self.cores.fill(parameters).as_str() {
            ALL_CORES => None,
            _ => Some(number(&self.cores, parameters, &format!("{key}.cores"), CORES_MAX)?),
        };
        Ok(ServeTest {
            test: self.test.fill(parameters),
            path: self.path.fill(parameters),
            expect: self.expect.fill(parameters),
            pipeline: number(&self.pipeline, parameters, &format!("{key}.pipeline"), PIPELINE_MAX)?,
            connections: number(&self.connections, parameters, &format!("{key}.connections"), CONNECTIONS_MAX)?,
            rate,
            cores,
            database: self.database,
        })
    }
}

fn number(template: &Template, parameters: &BTreeMap<String, String>, key: &str, max: u32) -> Result<u32, Fault> {
    let text = template.fill(parameters);
    let number = text.parse().ok().filter(|number| (1..=max).contains(number));
    number.ok_or_else(|| Fault::new(template.at.clone(), key, format!("'{text}' is no number from 1 to {max}")))
}
