//! What people read, as snapshots; what programs read, against its own rules.

mod figures;
mod files;
mod flavours;
mod grids;
mod made;
mod serving;
mod shown;
mod sweeps;

/// Compares a text with its snapshot. The folder is one for all, and names do not depend on the crate's.
macro_rules! snapshot {
    ($name:literal, $text:expr) => {{
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_snapshot_path("../snapshots");
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!($name, $text));
    }};
}
use snapshot;
