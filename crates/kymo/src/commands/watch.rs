//! The queue: what is asked of a server, and what is set in its store.

mod client;
mod follow;
pub mod job;
pub mod machine;
pub mod project;
pub mod providers;
pub mod queue;
pub mod request;
pub mod token;
pub mod user;
mod words;

use crate::context::Context;
use crate::error::CliError;
use kymo_store::{Actor, Store, StoreAddress};
use serde::Serialize;
use std::io::Write;

/// Where the store is.
pub fn store_address(context: &Context) -> StoreAddress {
    context.store_address().clone()
}

/// The store, made where there is none. Whoever can open it may change everything in it.
fn store(context: &Context) -> Result<Store, CliError> {
    context.store()
}

/// The store, for what would look for something in a new one in vain.
fn existing(context: &Context) -> Result<Store, CliError> {
    context.existing_store("give another --store; kymo user add NAME --role admin makes a new one")
}

/// Who changes something by these commands, as the audit log has it.
fn console() -> Actor {
    Actor("console".to_owned())
}

fn print_json<T: Serialize>(value: &T) -> Result<(), CliError> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, value).map_err(std::io::Error::from)?;
    Ok(writeln!(out)?)
}

fn print(text: &str) -> Result<(), CliError> {
    Ok(std::io::stdout().lock().write_all(text.as_bytes())?)
}
