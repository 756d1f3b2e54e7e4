//! What the last publication left, to go on from.

use crate::folder::{Folder, FolderError};
use crate::format::FORMAT;
use crate::format::catalog::Catalog;
use crate::format::head::{Head, LAYOUT, State};
use crate::format::latest::Latest;
use crate::publish::HEAD;
use crate::source::Generation;

/// What the last publication left.
pub struct Base {
    /// Its head.
    pub head: Head,
    /// Its catalogue.
    pub catalog: Catalog,
    /// Its newest values.
    pub latest: Latest,
    /// What it knew.
    pub state: State,
}

impl Base {
    /// Reads it; `None` where there is none, or where everything must be made anew. Why is a remark, unless the
    /// history was rewritten, which the publisher knows.
    pub fn read(folder: &Folder, generation: &Generation, remarks: &mut Vec<String>) -> Option<Self> {
        match Self::try_read(folder) {
            Ok(base) => base.filter(|base| {
                let before = &base.state.generation;
                before.history == generation.history && before.last_filing <= generation.last_filing
            }),
            Err(error) => {
                remarks.push(format!("{error}: everything is written anew"));
                None
            }
        }
    }

    fn try_read(folder: &Folder) -> Result<Option<Self>, FolderError> {
        // A head of another version is no fault, and need not be understood.
        let Some(any) = folder.named_json::<serde_json::Value>(HEAD)? else { return Ok(None) };
        if any["format"] != FORMAT {
            return Ok(None);
        }
        let Some(head) = folder.named_json::<Head>(HEAD)? else { return Ok(None) };
        let state: State = folder.get_json(&head.state)?;
        if state.layout != LAYOUT {
            return Ok(None);
        }
        let catalog: Catalog = folder.get_json(&head.catalog)?;
        folder.understood(&head.catalog, catalog.check())?;
        let latest: Latest = folder.get_json(&head.latest)?;
        if !latest.has(catalog.len()) || state.ids.len() != catalog.len() {
            let error = crate::format::FormatError::new("its columns do not fit the catalogue");
            return folder.understood(&head.latest, Err(error));
        }
        Ok(Some(Self { head, catalog, latest, state }))
    }
}
