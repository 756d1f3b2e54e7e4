//! A table as a tree of files, `TABLE/project=P/month=YYYY-MM/part-N.parquet`.

use crate::ParquetError;
use crate::columns::Columns;
use crate::rows::Row;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::TypePtr;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::NamedTempFile;

/// Rows that are encoded together: some megabytes before they are packed.
const ROWS_OF_GROUP: usize = 32_768;

/// Rows of one file.
const ROWS_OF_FILE: usize = 2_000_000;

/// Which files a row belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Partition {
    /// The project.
    pub project: String,
    /// The month, as `2026-11`.
    pub month: String,
}

impl Partition {
    /// The folder of the partition below its table: names and values with `=`, as query engines know it, every other
    /// byte than letters, digits, `-`, `_` and `.` percent-encoded.
    fn folder(&self) -> PathBuf {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let encoded = |text: &str| -> String {
            text.bytes()
                .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
                .collect()
        };
        Path::new(&format!("project={}", encoded(&self.project))).join(format!("month={}", encoded(&self.month)))
    }
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Rows in them.
    pub rows: u64,
}

/// A table on its way into files. Files get their names when all rows are there; what is dropped before leaves the
/// folder as it was.
pub struct Dataset {
    table: &'static str,
    root: PathBuf,
    schema: TypePtr,
    open: BTreeMap<Partition, Part>,
    done: Vec<(PathBuf, NamedTempFile)>,
    rows: u64,
}

/// A file on its way.
struct Part {
    number: usize,
    rows: usize,
    columns: Columns,
    path: PathBuf,
    writer: SerializedFileWriter<NamedTempFile>,
}

impl Dataset {
    /// The table of these rows below a folder, which is made.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn new<R: Row>(out: &Path) -> Result<Self, ParquetError> {
        let root = out.join(R::TABLE);
        std::fs::create_dir_all(&root).map_err(|error| ParquetError::Io { path: root.clone(), error })?;
        let schema = parse_message_type(R::SCHEMA);
        let schema = schema.map_err(|error| ParquetError::Encode { path: root.clone(), error })?;
        let (open, done) = (BTreeMap::new(), Vec::new());
        Ok(Self { table: R::TABLE, root, schema: Arc::new(schema), open, done, rows: 0 })
    }

    /// Adds a row; all are of the kind that the table was made for.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add<R: Row>(&mut self, partition: &Partition, row: &R) -> Result<(), ParquetError> {
        debug_assert_eq!(R::TABLE, self.table, "a row of another table");
        let part = match self.open.get_mut(partition) {
            Some(part) => part,
            None => {
                let part = self.part(partition, 0)?;
                self.open.entry(partition.clone()).or_insert(part)
            }
        };
        part.columns.push(&row.values());
        part.rows += 1;
        self.rows += 1;
        if part.columns.rows() >= ROWS_OF_GROUP {
            part.columns.write(&mut part.writer).map_err(encode(&part.path))?;
        }
        if part.rows >= ROWS_OF_FILE {
            let next = part.number + 1;
            let next = self.part(partition, next)?;
            if let Some(full) = self.open.insert(partition.clone(), next) {
                self.close(full)?;
            }
        }
        Ok(())
    }

    fn part(&self, partition: &Partition, number: usize) -> Result<Part, ParquetError> {
        let folder = self.root.join(partition.folder());
        let path = folder.join(format!("part-{number}.parquet"));
        // Beside the table and hidden: no reader takes it for a part.
        let mut builder = tempfile::Builder::new();
        builder.prefix(".tmp-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file = builder.tempfile_in(&self.root).map_err(|error| ParquetError::Io { path: path.clone(), error })?;
        let level = ZstdLevel::default();
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(level))
            .set_created_by("kymo".to_owned())
            .build();
        let writer = SerializedFileWriter::new(file, self.schema.clone(), Arc::new(properties));
        let writer = writer.map_err(encode(&path))?;
        Ok(Part { number, rows: 0, columns: Columns::default(), path, writer })
    }

    fn close(&mut self, mut part: Part) -> Result<(), ParquetError> {
        part.columns.write(&mut part.writer).map_err(encode(&part.path))?;
        if part.rows > 0 {
            let file = part.writer.into_inner().map_err(encode(&part.path))?;
            file.as_file().sync_all().map_err(|error| ParquetError::Io { path: part.path.clone(), error })?;
            self.done.push((part.path, file));
        }
        Ok(())
    }

    /// Gives all files their names, in place of those of an earlier export; parts of the same table that are no longer
    /// needed are removed.
    ///
    /// # Errors
    /// When the system refuses; then some months may be new and others old, each whole.
    pub fn finish(mut self) -> Result<Written, ParquetError> {
        for (_, part) in std::mem::take(&mut self.open) {
            self.close(part)?;
        }
        let mut written = Written { rows: self.rows, ..Written::default() };
        let mut names = Vec::new();
        for (path, file) in std::mem::take(&mut self.done) {
            let io = |error| ParquetError::Io { path: path.clone(), error };
            std::fs::create_dir_all(path.parent().unwrap_or(&self.root)).map_err(io)?;
            written.bytes += file.as_file().metadata().map_err(io)?.len();
            written.files += 1;
            file.persist(&path).map_err(|error| io(error.error))?;
            names.push(path);
        }
        self.remove_others(&self.root, &names)?;
        Ok(written)
    }

    fn remove_others(&self, folder: &Path, names: &[PathBuf]) -> Result<(), ParquetError> {
        let io = |error| ParquetError::Io { path: folder.to_owned(), error };
        for entry in std::fs::read_dir(folder).map_err(io)? {
            let path = entry.map_err(io)?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            // Only what an export of ours is named: a folder may hold other things, too.
            let ours = name.starts_with("part-") && name.ends_with(".parquet") && folder != self.root;
            if path.is_dir() && (name.starts_with("project=") || name.starts_with("month=")) {
                self.remove_others(&path, names)?;
            } else if ours && !names.contains(&path) {
                std::fs::remove_file(&path).map_err(|error| ParquetError::Io { path: path.clone(), error })?;
            }
        }
        Ok(())
    }
}

fn encode(path: &Path) -> impl FnOnce(parquet::errors::ParquetError) -> ParquetError + use<> {
    let path = path.to_owned();
    move |error| ParquetError::Encode { path, error }
}
