//! Memory of processes: high-water mark, resident set, proportional set of a tree.

pub use crate::pss::{PssPeak, PssSampler};

/// skeleton
pub fn peak_rss_bytes(_pid: u32) -> Option<u64> {
    None
}
/// skeleton
pub fn reset_own_peak_rss() -> bool {
    false
}
/// skeleton
pub fn rss_bytes(_pid: u32) -> Option<u64> {
    None
}
/// skeleton
pub fn pss_bytes_tree(_pid: u32) -> Option<u64> {
    None
}
