//! The flags of `kymo store`.

use clap::{Args, Subcommand};
use kymo_store::StoreAddress;
use std::path::PathBuf;

/// The store itself: back-up, restoring, moving, what it holds.
#[derive(Debug, Subcommand)]
pub enum StoreCommand {
    /// Write all of the store into one file, while others go on using it
    Backup(StoreBackupArgs),
    /// Make the store of a back-up
    Restore(StoreRestoreArgs),
    /// Copy a store into another: from SQLite to PostgreSQL, or back
    Migrate(StoreMigrateArgs),
    /// Say where the store is and what it holds
    Info(StoreInfoArgs),
}

/// Write all of the store into one file, while others go on using it.
///
/// The file is one state of the store, compressed, with a checksum; it can be restored into SQLite and into PostgreSQL,
/// whichever it is from. It holds all that the store holds, hashes of tokens and the audit log too: keep it as safe.
#[derive(Args, Debug)]
pub struct StoreBackupArgs {
    /// The file to write
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Replace the file if it is there
    #[arg(long)]
    pub replace: bool,
    /// No remarks
    #[arg(short, long)]
    pub quiet: bool,
}

/// Make the store of a back-up.
///
/// All of it or nothing. The back-up is read to its end before anything is changed; afterwards the chain of runs is
/// verified in the new store.
#[derive(Args, Debug)]
pub struct StoreRestoreArgs {
    /// The file that kymo store backup wrote
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Replace what the store holds now: it is lost
    #[arg(long)]
    pub replace: bool,
    /// No remarks
    #[arg(short, long)]
    pub quiet: bool,
}

/// Copy a store into another: from SQLite to PostgreSQL, or back.
///
/// A back-up and its restoring in one: the old store stays as it is. What is written to it while it is copied is not in
/// the new one, so stop what writes first.
#[derive(Args, Debug)]
pub struct StoreMigrateArgs {
    /// The store to copy: a file, or the URL of a database
    #[arg(long, value_name = "FILE|URL", value_parser = clap::value_parser!(StoreAddress))]
    pub from: StoreAddress,
    /// The store to make: a file, or the URL of an empty database
    #[arg(long, value_name = "FILE|URL", value_parser = clap::value_parser!(StoreAddress))]
    pub to: StoreAddress,
    /// Replace what the other store holds now: it is lost
    #[arg(long)]
    pub replace: bool,
    /// No remarks
    #[arg(short, long)]
    pub quiet: bool,
}

/// Say where the store is and what it holds.
#[derive(Args, Debug)]
pub struct StoreInfoArgs {
    /// As JSON
    #[arg(long)]
    pub json: bool,
}
