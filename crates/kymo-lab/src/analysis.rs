//! From run documents to tables: a pure function of samples, settings and nothing else.

pub mod against_base;
pub mod cells;
pub mod compare;
pub mod costs;
pub mod drift;
pub mod flavours;
pub mod imported;
pub mod judged;
pub mod module_sizes;
pub mod pairs;
pub mod points;
pub mod serving;
pub mod sweep;
pub mod table;

pub use against_base::{AgainstBase, FlavourRow, OnVariant, Pair, against_base};
pub use cells::{CellInvocation, RunCell, cells};
pub use compare::{Comparable, CompareError, compare, compare_all};
pub use drift::{Drift, drifts};
pub use flavours::{FlavourError, compare_flavours};
pub use imported::imported_remark;
pub use judged::{Difference, Floors, Judged, Remark, Settings};
pub use module_sizes::{ModuleSize, Sizes, module_sizes};
pub use pairs::{Wanted, judge_pairs};
pub use points::{PointEstimate, RunPoint, run_points};
pub use serving::{ServeRow, ServeTable, serving};
pub use sweep::{Swept, sweep};
pub use table::{Cell, Row, Table, summary_of, tables};

/// Version of the analysis: what changes a figure made from the same run document raises it.
pub const ANALYSIS_VERSION: u32 = 1;
