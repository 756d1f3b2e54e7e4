//! What must be said of a run that another tool measured, wherever figures made from it are shown.

use kymo_model::{Lack, Run};

/// The remark on an imported run in one line; `None` for a run of ours. `what` names the run where there are several.
pub fn imported_remark(run: &Run, what: Option<&str>) -> Option<String> {
    let imported = run.imported.as_ref()?;
    let lacks: Vec<&str> = imported.lacks.iter().map(|lack| consequence(*lack)).collect();
    let name = what.map(|what| format!("{what} was ")).unwrap_or_default();
    Some(match lacks.as_slice() {
        [] => format!("{name}imported from {}", imported.from),
        lacks => format!("{name}imported from {}: {}", imported.from, lacks.join("; ")),
    })
}

/// What is lacking, and what follows from it.
fn consequence(lack: Lack) -> &'static str {
    match lack {
        Lack::Rounds => "no rounds, so nothing is paired and drift is not excluded",
        Lack::Machine => "no machine, so a difference may be that of machines",
        Lack::Modules => "no modules, so benchmarks are told by name alone",
        Lack::Processes => "one process a benchmark, so there is no spread between processes and no verdict",
        Lack::Samples => "no samples, only a summary of each process",
        Lack::Unit => "no unit, so times are taken for nanoseconds",
        Lack::Time => "no date, so it bears that of its import",
    }
}
