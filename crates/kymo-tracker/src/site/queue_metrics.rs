//! Figures of the queue and its machines for Prometheus.

use super::metrics::{family, sample};
use kymo_model::watch::{MachineState, MachineView};

const STATES: [(MachineState, &str); 5] = [
    (MachineState::Idle, "idle"),
    (MachineState::Running, "running"),
    (MachineState::Paused, "paused"),
    (MachineState::Silent, "silent"),
    (MachineState::New, "new"),
];

/// Appends what is known of each machine. Nothing in it grows with the number of jobs.
pub fn append(out: &mut String, machines: &[MachineView]) {
    family(out, "kymograph_jobs_waiting", "Jobs that wait for a machine");
    for machine in machines {
        sample(out, "kymograph_jobs_waiting", &[("machine", &machine.name)], f64::from(machine.queued));
    }
    family(out, "kymograph_machine_state", "1 for the state that a machine is in, 0 for the others");
    for machine in machines {
        for (state, name) in STATES {
            let labels = [("machine", machine.name.as_str()), ("state", name)];
            sample(out, "kymograph_machine_state", &labels, f64::from(u8::from(machine.state == state)));
        }
    }
    family(out, "kymograph_machine_heard_timestamp_seconds", "When a machine's agent was last heard of");
    for (machine, heard) in machines.iter().filter_map(|machine| Some((machine, machine.heard_unix_s?))) {
        sample(out, "kymograph_machine_heard_timestamp_seconds", &[("machine", &machine.name)], heard as f64);
    }
    family(out, "kymograph_machine_disk_free_bytes", "Bytes that are free where a machine's agent keeps its files");
    for (machine, report) in machines.iter().filter_map(|machine| Some((machine, machine.report.as_ref()?))) {
        let free = report.disk_free.get() as f64;
        sample(out, "kymograph_machine_disk_free_bytes", &[("machine", &machine.name)], free);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_is_in_one_state() {
        let machine = MachineView {
            name: "bench-1".to_owned(),
            state: MachineState::Silent,
            report: None,
            heard_unix_s: Some(1_795_345_200),
            job: None,
            queued: 3,
            paused_by_operator: None,
        };
        let mut out = String::new();
        append(&mut out, &[machine]);
        let values: Vec<&str> = out.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(
            values,
            [
                "kymograph_jobs_waiting{machine=\"bench-1\"} 3",
                "kymograph_machine_state{machine=\"bench-1\",state=\"idle\"} 0",
                "kymograph_machine_state{machine=\"bench-1\",state=\"running\"} 0",
                "kymograph_machine_state{machine=\"bench-1\",state=\"paused\"} 0",
                "kymograph_machine_state{machine=\"bench-1\",state=\"silent\"} 1",
                "kymograph_machine_state{machine=\"bench-1\",state=\"new\"} 0",
                "kymograph_machine_heard_timestamp_seconds{machine=\"bench-1\"} 1795345200",
            ]
        );
    }
}
