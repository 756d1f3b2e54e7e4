//! On which logical processors a process may run.

/// The logical processors that the calling thread may run on, ascending; empty where the system does not tell.
pub fn allowed_cpus() -> Vec<u32> {
    crate::sys::allowed_cpus()
}

#[cfg(test)]
mod tests {
    #[test]
    #[cfg(target_os = "linux")]
    fn there_is_a_processor_to_run_on() {
        let cpus = super::allowed_cpus();
        assert!(!cpus.is_empty());
        assert!(cpus.is_sorted());
    }
}
