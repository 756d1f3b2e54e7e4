//! One table of what there is below `/api/v1`: routes, access and description come from it alone.

use super::access::Access;
use super::answer::Answer;
use super::call::Call;
use super::problem::Problem;
use axum::http::Method;
use kymo_model::watch::Role;
use schemars::{JsonSchema, Schema, SchemaGenerator};

/// Reads or changes something, on a thread that may wait for the store.
pub type Work = fn(&Call) -> Result<Answer, Problem>;

/// Gives the schema of a type.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// How a route is answered.
#[derive(Clone, Copy)]
pub enum Run {
    /// At once.
    Now(Work),
    /// An agent asks for a job, and may wait for one.
    Lease,
}

/// What a request carries.
#[derive(Clone, Copy)]
pub enum Body {
    /// Nothing.
    None,
    /// JSON.
    Json(SchemaOf),
    /// Bytes.
    Bytes,
}

/// What an answer carries.
#[derive(Clone, Copy)]
pub enum Content {
    /// Nothing.
    None,
    /// JSON.
    Json(SchemaOf),
}

/// A field of the query.
#[derive(Clone, Copy)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Gives its schema.
    pub schema: fn() -> serde_json::Value,
    /// What it does.
    pub what: &'static str,
    /// Whether it must be there.
    pub required: bool,
}

/// What may be asked for.
#[derive(Clone)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path below `/api/v1`, with parameters in braces.
    pub path: &'static str,
    /// Who may ask.
    pub access: Access,
    /// What it does, in a line.
    pub summary: &'static str,
    /// The fields of the query; others are refused.
    pub query: &'static [Field],
    /// What the request carries.
    pub body: Body,
    /// Bytes of the request's body at most.
    pub body_max: usize,
    /// What the answer carries when all is well, by status.
    pub answers: Vec<(u16, Content)>,
    /// How it is answered.
    pub run: Run,
}

/// Bytes of JSON that people send, at most.
pub const JSON_MAX: usize = 128 << 10;

impl Route {
    fn new(method: Method, path: &'static str, run: Run) -> Self {
        let access = Access::Role(Role::Admin);
        Self { method, path, access, summary: "", query: &[], body: Body::None, body_max: 0, answers: Vec::new(), run }
    }

    /// A route for reading.
    pub fn get(path: &'static str, work: Work) -> Self {
        Self::new(Method::GET, path, Run::Now(work))
    }

    /// A route for making or doing.
    pub fn post(path: &'static str, work: Work) -> Self {
        Self::new(Method::POST, path, Run::Now(work))
    }

    /// A route of another method.
    pub fn other(method: Method, path: &'static str, work: Work) -> Self {
        Self::new(method, path, Run::Now(work))
    }

    /// Where agents wait for jobs.
    pub fn lease(path: &'static str) -> Self {
        Self::new(Method::POST, path, Run::Lease)
    }

    /// Who may ask; without it, admins.
    pub fn access(self, access: Access) -> Self {
        Self { access, ..self }
    }

    /// Accounts with at least this role.
    pub fn role(self, role: Role) -> Self {
        self.access(Access::Role(role))
    }

    /// What it does.
    pub fn summary(self, summary: &'static str) -> Self {
        Self { summary, ..self }
    }

    /// The fields of the query.
    pub fn query(self, query: &'static [Field]) -> Self {
        Self { query, ..self }
    }

    /// The request is JSON of a type.
    pub fn takes<T: JsonSchema>(self) -> Self {
        Self { body: Body::Json(|generator| generator.subschema_for::<T>()), body_max: JSON_MAX, ..self }
    }

    /// The request is bytes.
    pub fn takes_bytes(self, body_max: usize) -> Self {
        Self { body: Body::Bytes, body_max, ..self }
    }

    /// The request's body may be so large.
    pub fn up_to(self, body_max: usize) -> Self {
        Self { body_max, ..self }
    }

    /// The answer is JSON of a type.
    pub fn gives<T: JsonSchema>(mut self, status: u16) -> Self {
        self.answers.push((status, Content::Json(|generator| generator.subschema_for::<T>())));
        self
    }

    /// The answer has no body.
    pub fn gives_nothing(mut self, status: u16) -> Self {
        self.answers.push((status, Content::None));
        self
    }

    /// The names of the parameters in the path.
    pub fn parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('{').skip(1).filter_map(|rest| rest.split('}').next())
    }

    /// Whether the answer tells what few may know, so that nothing on the way keeps it.
    pub fn is_secret(&self) -> bool {
        let tells_who_asks = self.path.starts_with("/session") || self.path.starts_with("/login");
        self.method != Method::GET || tells_who_asks || !matches!(self.access, Access::Reader | Access::Anyone)
    }
}
