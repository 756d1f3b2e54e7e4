//! From data to text: tables, notes, Markdown, CSV and JSON.
//!
//! Everything here is a pure function of its arguments. Nothing prints, asks the terminal or reads the environment:
//! whoever calls decides where a text goes and whether it may have colours.

pub mod against_base;
mod block;
pub mod csv;
pub mod grid;
pub mod harmless;
pub mod html;
pub mod json;
pub mod load;
pub mod markdown;
pub mod notes;
pub mod serving;
mod shown;
pub mod spark;
pub mod sweep;
pub mod tables;
#[cfg(test)]
mod tests;
pub mod units;
mod words;

pub use csv::{csv, samples_csv};
pub use json::{Analysed, analysis_document, analysis_schema};
pub use markdown::{markdown, serving_markdown};
pub use notes::notes;
pub use tables::{Look, tables};
