//! skeleton
use kymo_model::{Conditions, Noise};
/// skeleton
pub fn noise(_: &Conditions) -> Vec<Noise> {
    Vec::new()
}
