//! The commands of the record.

pub mod confirm;
pub mod decide;
pub mod detect;
pub mod drift;
pub mod history;
pub mod incident;
pub mod verify;
