//! The files of a site that are pushed, in the order in which they may become visible.

use super::PushError;
use crate::FolderError;
use crate::folder::Folder;
use crate::publish::HEAD;
use crate::read::{Site, references};
use std::path::Path;

/// A file to be pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Its name from the root of the site, with `/`.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// When it may appear.
    pub stage: Stage,
}

/// When a file may appear: after all of earlier stages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Named by its content, so that nobody sees it before something names it.
    ForEver,
    /// Beside the data.
    Beside,
    /// The page, which names the parts of the app.
    Page,
    /// The head, which names the data.
    Head,
}

/// What a site consists of now; what no head names any more stays behind.
///
/// # Errors
/// When it cannot be read.
pub fn contents(root: &Path) -> Result<Vec<Content>, PushError> {
    let site = Site::open(root)?;
    let mut found = Vec::new();
    for reference in references(&Folder::new(root), &site.head)? {
        found.push(content(root, format!("data/{reference}.kz"), Stage::ForEver)?);
    }
    let mut names = Vec::new();
    collect(root, "", &mut names)?;
    for name in names {
        let stage = match name.as_str() {
            "index.html" => Stage::Page,
            name if name.starts_with("assets/") => Stage::ForEver,
            _ => Stage::Beside,
        };
        found.push(content(root, name, stage)?);
    }
    found.push(content(root, HEAD.to_owned(), Stage::Head)?);
    found.sort_by(|a, b| (a.stage, &a.name).cmp(&(b.stage, &b.name)));
    Ok(found)
}

fn content(root: &Path, name: String, stage: Stage) -> Result<Content, FolderError> {
    let path = root.join(&name);
    match path.metadata() {
        Ok(about) => Ok(Content { name, bytes: about.len(), stage }),
        Err(error) => Err(FolderError::Io { doing: "read", path, error }),
    }
}

/// The files beside the data; what begins with a dot is not part of a site.
fn collect(folder: &Path, prefix: &str, names: &mut Vec<String>) -> Result<(), FolderError> {
    let failed = |error| FolderError::Io { doing: "read", path: folder.to_owned(), error };
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let own = entry.file_name().to_string_lossy().into_owned();
        let name = format!("{prefix}{own}");
        if own.starts_with('.') || name == "data" {
            continue;
        }
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{name}/"), names)?;
        } else {
            names.push(name);
        }
    }
    Ok(())
}

/// What a file is, as servers say it.
pub fn content_type(name: &str) -> &'static str {
    if name == "feed.xml" {
        return "application/atom+xml";
    }
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
