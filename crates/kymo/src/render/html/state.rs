//! The machine, and what disturbed it.

use super::facts::list;
use crate::render::notes::state::noise;
use crate::render::units;
use kymo_model::{Conditions, Lack, Machine, Run, Share, Unit};
use maud::{Markup, html};

/// A machine, by its fingerprint.
pub fn machine(machine: &Machine, run: &Run) -> Markup {
    if run.lacks(Lack::Machine) {
        return html! { p { "The results do not say which machine they are of." } };
    }
    let yes_no = |answer: Option<bool>| answer.map(|yes| if yes { "on" } else { "off" }.to_owned());
    let size = machine.memory.map(|memory| units::quantity(memory.get() as f64, Unit::Byte));
    let facts = vec![
        ("processor", machine.cpu_model.clone()),
        ("processors", (machine.logical_cpus > 0).then(|| processors(machine))),
        ("SMT", yes_no(machine.smt)),
        ("boost", yes_no(machine.boost)),
        ("governor", machine.governor.clone()),
        ("microcode", machine.microcode.clone()),
        ("memory", size),
        ("kernel", machine.kernel.clone()),
        ("hypervisor", machine.hypervisor.clone()),
        ("container", machine.container.clone()),
    ];
    // A hypervisor and a container need not be; of the others there is always one.
    let always = facts.iter().filter(|(what, _)| !matches!(*what, "hypervisor" | "container"));
    let silent: Vec<&str> = always.filter(|(_, value)| value.is_none()).map(|(what, _)| *what).collect();
    let place = format!("{} {}", machine.os, machine.arch);
    let mut all = vec![
        ("name", Some(machine.name.clone())),
        ("fingerprint", Some(machine.fingerprint.clone())),
        ("system", Some(place.trim().to_owned())),
    ];
    all.extend(facts);
    html! {
        (list(all))
        @if !silent.is_empty() { p.aside { "The machine does not say: " (silent.join(", ")) "." } }
    }
}

fn processors(machine: &Machine) -> String {
    let logical = format!("{} logical", machine.logical_cpus);
    match machine.physical_cores {
        Some(cores) => format!("{logical}, {}", units::counted(cores as usize, "physical core")),
        None => logical,
    }
}

/// The state of the machine over a run. What made the run noisy stands above the figures.
pub fn conditions(run: &Run) -> Markup {
    html! {
        @match &run.conditions {
            Some(conditions) => {
                @if noise(run).is_empty() { p { "Nothing was found that disturbed the run." } }
                (list(figures(conditions)))
            }
            None => p.aside { "The state of the machine over the run is not known." },
        }
    }
}

fn figures(conditions: &Conditions) -> Vec<(&'static str, Option<String>)> {
    let share = |share: Option<Share>| share.map(|share| units::share(share.get()));
    let frequency = match (conditions.frequency_mhz_min, conditions.frequency_mhz_max) {
        (Some(lo), Some(hi)) => Some(format!("{} to {} MHz", units::grouped(lo, 0), units::grouped(hi, 0))),
        _ => None,
    };
    let busiest = conditions.busiest_others.iter().map(|(name, share)| format!("{name} {}", units::share(share.get())));
    vec![
        ("other processes", share(conditions.others_cpu)),
        ("the busiest, of one processor", Some(busiest.collect::<Vec<_>>().join(", "))),
        ("taken by the hypervisor", share(conditions.steal)),
        ("waited for a processor", share(conditions.cpu_pressure)),
        ("waited for memory", share(conditions.memory_pressure)),
        ("waited for input and output", share(conditions.io_pressure)),
        ("load at the end", conditions.load_1m.map(|load| units::grouped(load, 2))),
        ("frequencies at the end", frequency),
        ("throttled", conditions.throttle_events.map(|times| units::counted(times as usize, "time"))),
    ]
}
