//! All routes.

use super::route::Route;
use super::{accounts, agent, audit, index, jobs, login, machines, projects, request, session};

/// All of them.
pub fn routes() -> Vec<Route> {
    [
        index::routes(),
        jobs::routes(),
        request::routes(),
        machines::routes(),
        projects::routes(),
        accounts::routes(),
        audit::routes(),
        session::routes(),
        login::routes(),
        agent::routes(),
    ]
    .concat()
}
