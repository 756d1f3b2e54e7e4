//! What can go wrong with a store, each with the store and what to do about it.

use crate::StoreAddress;
use std::path::Path;

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A newer kymo made the store.
    #[error(
        "the store {} was written by a newer kymo (schema {found}, this one knows {known}): update kymo or use another \
         --store",
        store
    )]
    Newer {
        /// The store.
        store: StoreAddress,
        /// Its schema.
        found: i64,
        /// The newest schema that this build knows.
        known: i64,
    },
    /// A newer kymo wrote the run's document.
    #[error("{name} has run document schema {found}, this kymo knows {known}: update kymo")]
    NewerDocument {
        /// The run, or the file it was read from.
        name: String,
        /// The document's schema.
        found: u64,
        /// The newest schema that this build knows.
        known: u32,
    },
    /// The document is no run, or contradicts itself.
    #[error("{name} is no valid run document: {problem}")]
    Document {
        /// The run, or the file it was read from.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The path names a folder.
    #[error("the store {} is a folder: give the path of a file in it, as {}", store, store.file().unwrap_or(Path::new("")).join("kymo.db").display())]
    Folder {
        /// The folder.
        store: StoreAddress,
    },
    /// The file is something else.
    #[error(
        "{} is {what}, not a store of kymo: give another --store; a new one is created where there is no file",
        store
    )]
    NotAStore {
        /// The file.
        store: StoreAddress,
        /// What it is instead.
        what: &'static str,
    },
    /// The file or its folder cannot be written.
    #[error("the store {} cannot be written: make the file and its folder writable, or use another --store", store)]
    ReadOnly {
        /// The store.
        store: StoreAddress,
    },
    /// The file cannot be opened or created.
    #[error("the store {} cannot be opened or created ({problem}): check the path, or use another --store", store)]
    Unreachable {
        /// The store.
        store: StoreAddress,
        /// What the system said.
        problem: String,
    },
    /// There is no room for more.
    #[error(
        "no room for the store {}: the disk is full, or a quota or file size limit is reached; make room and go on, \
         everything saved before is kept",
        store
    )]
    Full {
        /// The store.
        store: StoreAddress,
    },
    /// Another process holds the store.
    #[error(
        "the store {} is held by another process for more than {waited_s} s: wait for it or end it, then try again",
        store
    )]
    Busy {
        /// The store.
        store: StoreAddress,
        /// How long this one waited.
        waited_s: u64,
    },
    /// What is stored cannot be read.
    #[error("the store {} is damaged ({problem}): keep a copy of the file and restore it from a backup", store)]
    Damaged {
        /// The store.
        store: StoreAddress,
        /// What was found.
        problem: String,
    },
    /// The run is already there.
    #[error("the store {} already has a run {id}, with other contents: delete that one first", store)]
    Exists {
        /// The store.
        store: StoreAddress,
        /// The run.
        id: String,
    },
    /// The invocation is already there.
    #[error("run {id} already has an invocation {sequence}: is another kymo going on with the same run?")]
    InvocationExists {
        /// The run.
        id: String,
        /// The invocation's position.
        sequence: u32,
    },
    /// No run answers to the text.
    #[error("no run '{text}' in the store {}; {hint}", store)]
    NotFound {
        /// The store.
        store: StoreAddress,
        /// What was looked for.
        text: String,
        /// The nearest names, in a sentence.
        hint: String,
    },
    /// Several runs answer to the text.
    #[error("'{text}' may be any of the runs {}: give more of the id", candidates.join(", "))]
    Ambiguous {
        /// What was looked for.
        text: String,
        /// The runs it may mean, newest first.
        candidates: Vec<String>,
    },
    /// A floor is no number.
    #[error("the floor of {name} is not a finite number")]
    Floor {
        /// Variant, phase and metric.
        name: String,
    },
    /// The store has something already.
    #[error("the store {store} is not empty: give a new one, or --replace to have what it holds replaced")]
    NotEmpty {
        /// The store.
        store: StoreAddress,
    },
    /// A back-up cannot be written or used.
    #[error("the back-up {name} {problem}: {advice}")]
    Backup {
        /// The file.
        name: String,
        /// What is wrong, as the rest of a sentence.
        problem: String,
        /// What to do about it.
        advice: &'static str,
    },
    /// Anything else that SQLite reports.
    #[error("the store {} failed: {source}", store)]
    Sqlite {
        /// The store.
        store: StoreAddress,
        /// SQLite's error.
        source: rusqlite::Error,
    },
    /// The database's server cannot be used as it is.
    #[error("the store {store} {problem}: {advice}")]
    Server {
        /// The store.
        store: StoreAddress,
        /// What is wrong, as the rest of a sentence.
        problem: String,
        /// What to do about it.
        advice: &'static str,
    },
    /// Anything else that PostgreSQL reports.
    #[error("the store {store} failed: {problem}")]
    Postgres {
        /// The store.
        store: StoreAddress,
        /// What the server or the connection to it says.
        problem: String,
    },
}
