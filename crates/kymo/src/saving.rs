//! Every invocation is saved as soon as it is done, and what cannot be saved is not lost.

use crate::error::CliError;
use crate::progress::Progress;
use crate::remark::remark;
use kymo_lab::Observer;
use kymo_lab::conduct::Step;
use kymo_model::Run;
use kymo_store::{Store, StoreError};
use std::io::Write;
use std::path::PathBuf;

/// Saves a run as it goes, and shows how far it has come.
pub struct Saving {
    store: Option<Store>,
    /// How many invocations of the run are in the store.
    saved: usize,
    trouble: Option<StoreError>,
    progress: Progress,
}

impl Saving {
    /// Saves into `store`, if there is one, a run of which `saved` invocations are there already.
    pub fn new(store: Option<Store>, saved: usize, progress: Progress) -> Self {
        Self { store, saved, trouble: None, progress }
    }

    /// Puts the run's beginning into the store.
    ///
    /// # Errors
    /// Those of the store: nothing was measured yet, so nothing is lost.
    pub fn begin(&mut self, run: &Run) -> Result<(), CliError> {
        if let Some(store) = &mut self.store {
            store.begin(run)?;
        }
        Ok(())
    }

    /// Saves what is not saved yet, in order. A full disk may have room again later.
    fn catch_up(&mut self, run: &Run) -> Result<(), StoreError> {
        let Some(store) = &mut self.store else { return Ok(()) };
        while let Some(invocation) = run.invocations.get(self.saved) {
            store.append(&run.id, invocation)?;
            self.saved += 1;
        }
        Ok(())
    }

    /// Ends the run in the store. If that cannot be done, the run document goes to a file beside the store, in the
    /// working folder or in the folder for temporary files, whichever takes it first.
    ///
    /// # Errors
    /// What the store said, and where the run is now.
    pub fn finish(&mut self, run: &Run) -> Result<(), CliError> {
        self.progress.clear();
        let caught_up = self.catch_up(run);
        let Some(store) = &mut self.store else { return Ok(()) };
        let Err(error) = caught_up.and_then(|()| store.finish(run)) else { return Ok(()) };
        let name = format!("kymo-run-{}.json", run.id);
        let mut tried = Vec::new();
        for folder in [PathBuf::from("."), std::env::temp_dir()] {
            let path = folder.join(&name);
            match write_document(&path, run) {
                Ok(()) => {
                    let message = format!("{error}\n  the run is in {} instead", path.display());
                    return Err(CliError::failure(message));
                }
                Err(error) => tried.push(format!("{}: {error}", path.display())),
            }
        }
        let tried = tried.join("; ");
        Err(CliError::failure(format!("{error}\n  the run could not be written elsewhere either: {tried}"))
            .with_hint(format!("{} of {} invocations are in the store", self.saved, run.invocations.len())))
    }
}

impl Observer for Saving {
    fn starting(&mut self, run: &Run, step: &Step) {
        self.progress.show(run, step);
    }

    fn invoked(&mut self, run: &Run) {
        if let Err(error) = self.catch_up(run)
            && self.trouble.is_none()
        {
            self.progress.clear();
            remark(format_args!(
                "kymo: {error}\n  measuring goes on; the results are kept in memory and saved when there is room"
            ));
            self.trouble = Some(error);
        }
    }

    fn closed(&mut self, run: &Run, _benchmark: usize) {
        if let Some(store) = &mut self.store
            && self.trouble.is_none()
        {
            // Why a benchmark was closed can be found out again from its invocations; the end of the run reports
            // an error that lasts.
            let _ = store.update(run);
        }
    }
}

/// Writes a run document so that a reader never sees half of it.
pub fn write_document(path: &std::path::Path, run: &Run) -> std::io::Result<()> {
    write_file(path, &mut |out| Ok(serde_json::to_writer(out, run)?))
}

/// Writes a file with what `fill` writes, so that a reader never sees half of it.
pub fn write_file(
    path: &std::path::Path,
    fill: &mut dyn FnMut(&mut dyn Write) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or_else(|| std::path::Path::new("."));
    // Readable for others, as any file that a program writes on request; the user's umask takes its share.
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o666);
    let file = tempfile::Builder::new().permissions(permissions).tempfile_in(folder);
    let mut file = file.map_err(|error| without_path(&error))?;
    let mut out = std::io::BufWriter::new(&mut file);
    fill(&mut out)?;
    out.flush()?;
    drop(out);
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// The system's error alone: a temporary name in a message is nobody's business.
fn without_path(error: &std::io::Error) -> std::io::Error {
    let inner = error.get_ref().and_then(std::error::Error::source);
    let system = inner.and_then(|inner| inner.downcast_ref::<std::io::Error>()).unwrap_or(error);
    system.raw_os_error().map_or_else(|| system.kind().into(), std::io::Error::from_raw_os_error)
}
