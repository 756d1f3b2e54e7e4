//! skeleton
use kymo_model::Machine;
/// skeleton
pub fn machine() -> Machine {
    Machine {
        fingerprint: String::new(),
        name: String::new(),
        arch: std::env::consts::ARCH.to_owned(),
        os: std::env::consts::OS.to_owned(),
        cpu_model: None,
        logical_cpus: 1,
        physical_cores: None,
        microcode: None,
        kernel: None,
        memory: None,
        governor: None,
        smt: None,
        boost: None,
        hypervisor: None,
        container: None,
    }
}
