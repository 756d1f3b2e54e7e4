//! Features of WebAssembly and of its system interfaces that a module may require and an engine may lack.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! features {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// A feature that a module requires or a strategy of an engine supports.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum Feature {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)*
        }

        impl Feature {
            /// Every feature that Kymograph knows.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in suites, hellos and documents.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

features! {
    /// Import and export of mutable globals.
    MutableGlobals = "mutable-globals",
    /// Non-trapping conversions from floating point to integers.
    SaturatingFloatToInt = "saturating-float-to-int",
    /// Sign-extension operators.
    SignExtension = "sign-extension",
    /// `externref`, `funcref` values and several tables.
    ReferenceTypes = "reference-types",
    /// Several results and block parameters.
    MultiValue = "multi-value",
    /// `memory.copy`, `memory.fill`, passive segments.
    BulkMemory = "bulk-memory",
    /// 128-bit vectors.
    Simd = "simd",
    /// Vectors whose results may differ between machines.
    RelaxedSimd = "relaxed-simd",
    /// Shared memories and atomic operations.
    Threads = "threads",
    /// `return_call` and its kin.
    TailCall = "tail-call",
    /// Several memories in a module.
    MultiMemory = "multi-memory",
    /// `try_table`, `throw`, `exnref`.
    Exceptions = "exceptions",
    /// The `try`/`catch` of the earlier proposal.
    LegacyExceptions = "legacy-exceptions",
    /// 64-bit memories and tables.
    Memory64 = "memory64",
    /// Constant expressions with arithmetic.
    ExtendedConst = "extended-const",
    /// Typed function references.
    FunctionReferences = "function-references",
    /// Garbage-collected structs and arrays.
    Gc = "gc",
    /// 128-bit arithmetic on pairs of i64.
    WideArithmetic = "wide-arithmetic",
    /// Memories with pages of another size.
    CustomPageSizes = "custom-page-sizes",
    /// Continuations: `cont.new`, `suspend`, `resume`, `switch`.
    StackSwitching = "stack-switching",
    /// Fibers that the host makes and switches: the imports of `kymo_fiber`.
    HostFibers = "host-fibers",
    /// The component model.
    ComponentModel = "component-model",
    /// Streams, futures and async functions between components.
    ComponentModelAsync = "component-model-async",
    /// WASI 0.1, `wasi_snapshot_preview1`.
    WasiP1 = "wasi-p1",
    /// WASI 0.2 interfaces of a command.
    WasiP2 = "wasi-p2",
    /// WASI 0.2 HTTP.
    WasiHttp = "wasi-http",
    /// TCP sockets of WASI 0.2.
    WasiSockets = "wasi-sockets",
    /// WASI 0.3 HTTP.
    WasiHttpP3 = "wasi-http-p3",
    /// Sockets and polling as functions of the host, for core modules that are servers: the imports of `kymo_socket`.
    HostSockets = "host-sockets",
    /// WASI-NN.
    WasiNn = "wasi-nn",
}

impl std::fmt::Display for Feature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// A feature's name that Kymograph does not know.
#[derive(Debug, thiserror::Error)]
#[error("unknown feature '{0}'; the features are {list}", list = names())]
pub struct UnknownFeature(String);

fn names() -> String {
    Feature::ALL.iter().map(|feature| feature.name()).collect::<Vec<_>>().join(", ")
}

impl std::str::FromStr for Feature {
    type Err = UnknownFeature;
    fn from_str(text: &str) -> Result<Self, UnknownFeature> {
        Self::ALL.iter().copied().find(|feature| feature.name() == text).ok_or_else(|| UnknownFeature(text.to_owned()))
    }
}
