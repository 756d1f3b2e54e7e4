//! The description of the API, made from the table of routes and the types themselves.

use super::BASE;
use super::access::Access;
use super::problem::ProblemDocument;
use super::route::{Body, Content, Route};
use super::table;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

/// The document, OpenAPI 3.1.
pub fn document(version: &str) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    let mut paths = Map::new();
    for route in table::routes() {
        let path = format!("{BASE}{}", route.path.trim_end_matches('/'));
        let operation = operation(&route, &mut generator);
        let entry = paths.entry(path).or_insert_with(|| json!({}));
        entry[route.method.as_str().to_lowercase()] = operation;
    }
    let schemas = generator.take_definitions(true);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Kymograph",
            "version": version,
            "description": "The queue of measurements: jobs, machines, projects, and what agents report.",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "account": {"type": "http", "scheme": "bearer", "description": "A token of an account, kymo_…"},
                "machine": {"type": "http", "scheme": "bearer", "description": "A token of a machine, kymoagent_…"},
            },
        },
    })
}

fn operation(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let mut answers = Map::new();
    for (status, content) in &route.answers {
        let mut answer = json!({"description": route.summary});
        if let Content::Json(schema) = content {
            answer["content"] = json!({"application/json": {"schema": schema(generator)}});
        }
        answers.insert(status.to_string(), answer);
    }
    let problem = generator.subschema_for::<ProblemDocument>();
    answers.insert(
        "default".to_owned(),
        json!({"description": "A problem", "content": {"application/problem+json": {"schema": problem}}}),
    );
    let mut operation = json!({
        "operationId": name(route),
        "summary": route.summary,
        "parameters": parameters(route),
        "responses": answers,
        "security": security(route.access),
    });
    if let Access::Role(role) = route.access {
        operation["x-role"] = json!(role);
    }
    let body = match route.body {
        Body::None => return operation,
        Body::Json(schema) => json!({"application/json": {"schema": schema(generator)}}),
        Body::Bytes => json!({"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}),
    };
    operation["requestBody"] = json!({"required": true, "content": body});
    operation
}

fn parameters(route: &Route) -> Vec<Value> {
    let path = route.parameters().map(|name| {
        let schema = if name == "id" && route.path.starts_with("/jobs") {
            json!({"type": "integer", "minimum": 0, "maximum": i64::MAX})
        } else {
            json!({"type": "string", "minLength": 1})
        };
        json!({"name": name, "in": "path", "required": true, "schema": schema})
    });
    let query = route.query.iter().map(|field| {
        let (name, what, required) = (field.name, field.what, field.required);
        json!({"name": name, "in": "query", "description": what, "required": required, "schema": (field.schema)()})
    });
    path.chain(query).collect()
}

fn security(access: Access) -> Value {
    match access {
        Access::Anyone => json!([]),
        // Without a token, or with one.
        Access::Reader => json!([{}, {"account": []}]),
        Access::Role(_) => json!([{"account": []}]),
        Access::Agent => json!([{"machine": []}]),
    }
}

/// `get_jobs_id_log`.
fn name(route: &Route) -> String {
    let parts = route.path.split(['/', '{', '}', '.']).filter(|part| !part.is_empty());
    let mut name = route.method.as_str().to_lowercase();
    parts.for_each(|part| {
        name.push('_');
        name.push_str(part);
    });
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn everything_that_is_referred_to_is_there_and_every_route_is_described_once() {
        let document = document("0");
        let text = document.to_string();
        let referred: BTreeSet<&str> =
            text.split("\"#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(referred.len() > 20, "{referred:?}");
        for name in referred {
            assert!(document["components"]["schemas"].get(name).is_some(), "{name}");
        }
        let mut names = BTreeSet::new();
        for methods in document["paths"].as_object().unwrap().values() {
            for operation in methods.as_object().unwrap().values() {
                assert!(names.insert(operation["operationId"].as_str().unwrap()), "{operation}");
                assert!(!operation["summary"].as_str().unwrap().is_empty(), "{operation}");
            }
        }
        assert_eq!(names.len(), table::routes().len());
    }
}
