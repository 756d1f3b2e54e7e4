//! To an object store, or to a folder as to one.

use super::contents::{Content, Stage, content_type, contents};
use super::{PushError, Pushed};
use futures_util::{StreamExt, TryStreamExt};
use object_store::path::Path as Place;
use object_store::{Attribute, Attributes, ObjectStore, PutOptions};
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

/// Files on their way at once.
const AT_ONCE: usize = 16;

/// A place in a store.
struct Target {
    store: Arc<dyn ObjectStore>,
    prefix: Place,
    /// Whether the store keeps headers with objects; a folder does not.
    headers: bool,
}

/// Brings a site to a folder, or to a place in an object store by its URL; `settings` are the keys, regions and
/// endpoints of the stores, by the names that their own tools give them.
///
/// # Errors
/// When the site or the store fails.
pub fn to_store(root: &Path, to: &str, settings: Vec<(String, String)>) -> Result<Pushed, PushError> {
    let contents = contents(root)?;
    // Where one is installed already it serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let target = target(to, settings)?;
        push(root, &target, contents).await
    })
}

fn target(to: &str, settings: Vec<(String, String)>) -> Result<Target, PushError> {
    if !to.contains("://") {
        std::fs::create_dir_all(to)?;
        let store = object_store::local::LocalFileSystem::new_with_prefix(to);
        let store = store.map_err(|error| PushError::Target(format!("--to {to}: {error}")))?;
        return Ok(Target { store: Arc::new(store), prefix: Place::default(), headers: false });
    }
    let wrong = |error: &dyn std::fmt::Display| {
        PushError::Target(format!("--to {to}: {error}; a folder or a URL as s3://bucket/path is wanted"))
    };
    let url = url::Url::parse(to).map_err(|error| wrong(&error))?;
    if url.scheme() == "file" {
        let path = url.to_file_path().map_err(|()| wrong(&"no path of this machine"))?;
        return target(&path.to_string_lossy(), settings);
    }
    // The stores' client takes any text for an address, and panics when it asks there.
    for (name, value) in settings.iter().filter(|(name, _)| is_address(name)) {
        let parsed = url::Url::parse(value).ok().filter(|url| ["http", "https"].contains(&url.scheme()));
        if parsed.is_none_or(|url| !url.has_host()) {
            return Err(PushError::Target(format!("{name}={value}: an address as https://host:port is wanted")));
        }
    }
    let settings = settings.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value));
    let (store, prefix) = object_store::parse_url_opts(&url, settings).map_err(|error| wrong(&error))?;
    Ok(Target { store: Arc::from(store), prefix, headers: true })
}

/// Whether a setting is the address of a store; others only have the word in their names.
fn is_address(name: &str) -> bool {
    ["_ENDPOINT", "_ENDPOINT_URL", "_BASE_URL"].iter().any(|end| name.ends_with(end)) && !name.contains("FABRIC")
}

async fn push(root: &Path, target: &Target, contents: Vec<Content>) -> Result<Pushed, PushError> {
    let listed = target.store.list(Some(&target.prefix)).map_ok(|object| object.location.to_string());
    let there: HashSet<String> = listed.try_collect().await.map_err(|error| PushError::Store {
        doing: "list",
        what: target.prefix.to_string(),
        error,
    })?;
    let place = |content: &Content| -> Place {
        target.prefix.parts().chain(Place::from(content.name.as_str()).parts()).collect()
    };
    let mut pushed = Pushed::default();
    for stage in [Stage::ForEver, Stage::Beside, Stage::Page, Stage::Head] {
        let of_stage = contents.iter().filter(|content| content.stage == stage);
        // What is named by its content and is there is right.
        let (known, new): (Vec<&Content>, Vec<&Content>) =
            of_stage.partition(|content| stage == Stage::ForEver && there.contains(place(content).as_ref()));
        pushed.there += known.len() as u64;
        pushed.files += new.len() as u64;
        pushed.bytes += new.iter().map(|content| content.bytes).sum::<u64>();
        let puts = new.into_iter().map(|content| put(root, target, content, place(content)));
        futures_util::stream::iter(puts).buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await?;
    }
    Ok(pushed)
}

async fn put(root: &Path, target: &Target, content: &Content, place: Place) -> Result<(), PushError> {
    let bytes = std::fs::read(root.join(&content.name))?;
    let mut options = PutOptions::default();
    if target.headers {
        let keeping = if content.stage == Stage::ForEver { "public, max-age=31536000, immutable" } else { "no-cache" };
        let mut attributes = Attributes::new();
        attributes.insert(Attribute::ContentType, content_type(&content.name).into());
        attributes.insert(Attribute::CacheControl, keeping.into());
        options.attributes = attributes;
    }
    let put = target.store.put_opts(&place, bytes.into(), options).await;
    put.map(|_| ()).map_err(|error| PushError::Store { doing: "write", what: place.to_string(), error })
}
