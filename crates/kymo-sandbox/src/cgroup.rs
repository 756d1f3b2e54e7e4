//! Control groups: what bounds a sandbox's memory, processes, processor time and disk rate, counts them, and kills
//! whatever is left of it. Versions 1, 2 and both at once.

mod group;
mod layout;
mod leftovers;

pub(crate) use group::{Counted, Group, Wanted, end_groups_named, names_of_groups};
pub(crate) use layout::{Controller, Layout};
pub(crate) use leftovers::sweep;
