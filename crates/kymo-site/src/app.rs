//! The web app: files that were put into the program when it was built, or a folder of them.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[cfg(feature = "web")]
include!(concat!(env!("OUT_DIR"), "/app.rs"));
#[cfg(not(feature = "web"))]
static EMBEDDED: &[(&str, &[u8])] = &[];

/// What a folder must have to be a web app.
const PAGE: &str = "index.html";

/// The built web app.
#[derive(Clone, Debug)]
pub struct App {
    files: Arc<[AppFile]>,
}

/// One of its files; packed ones lie beside those they are made of, with `.br` or `.gz` behind the name.
#[derive(Clone, Debug)]
pub struct AppFile {
    /// Its path from the root of the site.
    pub name: String,
    /// Its bytes.
    pub content: Cow<'static, [u8]>,
}

/// Why a folder is no web app.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// It cannot be read.
    #[error("cannot read {path}: {error}")]
    Read {
        /// What cannot be read.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// It holds no page.
    #[error("{path} has no {PAGE}: it is not the built web app")]
    NoPage {
        /// The folder.
        path: PathBuf,
    },
    /// It holds what would be written over something else.
    #[error("{path} has {name}, which is a name of the site's own data")]
    Taken {
        /// The folder.
        path: PathBuf,
        /// The name within it.
        name: String,
    },
}

impl App {
    /// The app within the program; `None` in a program that was built without the feature `web`.
    pub fn embedded() -> Option<Self> {
        let file = |(name, content): &(&'static str, &'static [u8])| AppFile {
            name: (*name).to_owned(),
            content: Cow::Borrowed(content),
        };
        (!EMBEDDED.is_empty()).then(|| Self { files: EMBEDDED.iter().map(file).collect() })
    }

    /// The app in a folder, as the web build leaves it.
    ///
    /// # Errors
    /// When the folder is none.
    pub fn from_folder(folder: &Path) -> Result<Self, AppError> {
        let mut files = Vec::new();
        collect(folder, "", &mut files)?;
        files.sort_by(|a, b| a.name.cmp(&b.name));
        if !files.iter().any(|file| file.name == PAGE) {
            return Err(AppError::NoPage { path: folder.to_owned() });
        }
        let ours = |name: &str| ["data/", "badge/"].iter().any(|ours| name.starts_with(ours)) || name == "feed.xml";
        if let Some(file) = files.iter().find(|file| ours(&file.name)) {
            return Err(AppError::Taken { path: folder.to_owned(), name: file.name.clone() });
        }
        Ok(Self { files: files.into() })
    }

    /// Its files, by name.
    pub fn files(&self) -> &[AppFile] {
        &self.files
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<AppFile>) -> Result<(), AppError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error| AppError::Read { path, error }
    };
    for entry in std::fs::read_dir(folder).map_err(failed(folder))? {
        let entry = entry.map_err(failed(folder))?;
        let path = entry.path();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        // What an editor or a file manager left there is not part of it.
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if path.is_dir() {
            collect(&path, &format!("{name}/"), files)?;
        } else {
            let content = std::fs::read(&path).map_err(failed(&path))?;
            files.push(AppFile { name, content: Cow::Owned(content) });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_a_page_is_an_app() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(App::from_folder(folder.path()), Err(AppError::NoPage { .. })));
        assert!(matches!(App::from_folder(&folder.path().join("none")), Err(AppError::Read { .. })));
        std::fs::create_dir(folder.path().join("assets")).unwrap();
        for name in ["index.html", "assets/a.js", "assets/a.js.br", ".hidden"] {
            std::fs::write(folder.path().join(name), name).unwrap();
        }
        let app = App::from_folder(folder.path()).unwrap();
        let names: Vec<&str> = app.files().iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["assets/a.js", "assets/a.js.br", "index.html"]);
        std::fs::create_dir(folder.path().join("data")).unwrap();
        std::fs::write(folder.path().join("data/x"), "").unwrap();
        assert!(matches!(App::from_folder(folder.path()), Err(AppError::Taken { .. })));
    }
}
