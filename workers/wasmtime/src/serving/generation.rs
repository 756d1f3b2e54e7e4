//! Which handler a component exports, before anything is compiled.

use wasmparser::{Parser, Payload};

/// The generation of `wasi:http` that a component handles requests by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    /// `wasi:http/incoming-handler` of WASI 0.2.
    P2,
    /// `wasi:http/handler` of WASI 0.3.
    P3,
}

impl Generation {
    /// That of a component; `None` for one that handles no requests, and for a core module.
    pub fn of(module: &[u8]) -> Option<Self> {
        // The parser walks through nested modules and components, too; theirs are not this component's.
        let mut depth = 0_usize;
        let mut found = None;
        for payload in Parser::new(0).parse_all(module).map_while(Result::ok) {
            match payload {
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::ComponentExportSection(section) if depth == 0 => {
                    for export in section.into_iter().map_while(Result::ok) {
                        found = Self::named(export.name.name).or(found);
                    }
                }
                _ => {}
            }
        }
        found
    }

    fn named(export: &str) -> Option<Self> {
        if export.starts_with("wasi:http/incoming-handler@0.2.") {
            Some(Self::P2)
        } else if export.starts_with("wasi:http/handler@0.3.") {
            Some(Self::P3)
        } else {
            None
        }
    }

    /// How many requests an instance gets one after the other, unless a setting says so, as `wasmtime serve` has it.
    pub fn usual_reuse(self) -> u64 {
        match self {
            Self::P2 => 1,
            Self::P3 => 128,
        }
    }

    /// How many requests an instance gets at the same time, unless a setting says so. Instances of 0.2 handle one.
    pub fn usual_concurrency(self) -> u64 {
        match self {
            Self::P2 => 1,
            Self::P3 => 16,
        }
    }
}
