//! The site over the live store: files that were published, figures, health.

pub mod files;
pub mod keeper;
pub mod metrics;
mod queue_metrics;
pub mod respond;
