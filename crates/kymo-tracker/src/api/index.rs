//! What there is below `/api/v1`.

use super::access::Access;
use super::answer::Answer;
use super::call::Call;
use super::problem::{Kind, Problem, ProblemDocument};
use super::route::Route;
use super::wire::Index;
use super::{BASE, openapi, table};

/// The routes.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/", index).access(Access::Anyone).gives::<Index>(200).summary("What there is"),
        Route::get("/openapi.json", description)
            .access(Access::Anyone)
            .gives::<serde_json::Value>(200)
            .summary("The description of all this, as OpenAPI 3.1"),
        Route::get("/problems/{kind}", problem)
            .access(Access::Anyone)
            .gives::<ProblemDocument>(200)
            .summary("What a type of problem means"),
    ]
}

fn index(call: &Call) -> Result<Answer, Problem> {
    let routes = table::routes();
    let routes = routes.iter().map(|route| format!("{} {BASE}{}", route.method, route.path.trim_end_matches('/')));
    Answer::ok(&Index {
        name: "kymograph".to_owned(),
        kymo: call.api.options.version.clone(),
        openapi: format!("{BASE}/openapi.json"),
        routes: routes.collect(),
    })
}

fn description(call: &Call) -> Result<Answer, Problem> {
    Answer::ok(&openapi::document(&call.api.options.version))
}

fn problem(call: &Call) -> Result<Answer, Problem> {
    let name = call.param("kind");
    let kind = Kind::ALL.into_iter().find(|kind| kind.facts().0 == name);
    let kind = kind.ok_or_else(|| Problem::not_found("problem", "of that name"))?;
    Answer::ok(&Problem::new(kind, kind.facts().2).document())
}
