//! What the commands of the record have in common.

pub mod ends;
pub mod filing;
pub mod project;
pub mod source;

pub use filing::{Beside, Filer};
