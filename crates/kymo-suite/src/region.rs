//! Which part of a module's execution counts.

use crate::inspect::Inspection;
use kymo_model::Region;

/// The region asked for, or by default what the module brackets, else the whole of its start. An error says what the
/// module lacks and lists its functions; `hint` is how the caller's user names one of them.
pub(crate) fn of(module: &Inspection, asked: Option<&Region>, hint: &str) -> Result<Region, String> {
    match asked {
        Some(Region::Export(name)) if module.exports.contains(name) => Ok(Region::Export(name.clone())),
        Some(Region::Export(name)) => Err(format!("no function is exported as '{name}'; {}", exports(module))),
        // A server has no part that counts: what is measured is seen from outside.
        None | Some(Region::Start) if module.handles_http && !module.has_start => Ok(Region::Start),
        _ if !module.has_start => Err(format!(
            "the module has no start (neither _start nor wasi:cli/run); name a function with {hint}; {}",
            exports(module)
        )),
        Some(Region::Bench) if !module.brackets_region() => {
            Err("the module imports neither bench.start nor bench.end, so nothing would be measured; the whole of its \
             start is region = \"start\""
                .to_owned())
        }
        Some(region) => Ok(region.clone()),
        None if module.brackets_region() => Ok(Region::Bench),
        None => Ok(Region::Start),
    }
}

fn exports(module: &Inspection) -> String {
    if module.exports.is_empty() {
        "it exports no function".to_owned()
    } else {
        format!("it exports {}", module.exports.join(", "))
    }
}
