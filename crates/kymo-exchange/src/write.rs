//! A file for each family of formats that is written.

pub mod elastic;
pub mod elastic_template;
pub mod sightglass;
