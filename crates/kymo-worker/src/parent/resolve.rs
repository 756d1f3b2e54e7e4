//! From a variant as typed to a variant as run: words become a strategy and settings, checked against the hello.

use crate::protocol::{Accepts, Hello, Setting};
use kymo_model::{Settings, Variant, VariantSpec};

/// Why a variant cannot be run, for the person who typed it.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ResolveError {
    /// A word that is neither a strategy nor a setting.
    #[error("{engine} has no strategy or setting '{word}'; strategies: {strategies}; settings: {settings}")]
    Unknown {
        /// The engine's name.
        engine: String,
        /// The word.
        word: String,
        /// The strategies, for the message.
        strategies: String,
        /// The settings, for the message.
        settings: String,
    },
    /// A strategy of which something is not installed.
    #[error("{engine}[{strategy}] cannot be used here: {reason}")]
    Unavailable {
        /// The engine's name.
        engine: String,
        /// The strategy.
        strategy: String,
        /// What its worker says of it.
        reason: String,
    },
    /// Two strategies in one variant.
    #[error("{variant} names two strategies, '{first}' and '{second}'; use one engine argument for each")]
    TwoStrategies {
        /// The variant.
        variant: String,
        /// The strategy named first.
        first: String,
        /// The strategy named second.
        second: String,
    },
    /// A setting named twice.
    #[error("{variant} gives the setting '{setting}' twice")]
    Twice {
        /// The variant.
        variant: String,
        /// The setting.
        setting: String,
    },
    /// A value that the setting does not take.
    #[error("{variant}: {problem}")]
    Value {
        /// The variant.
        variant: String,
        /// What is wrong.
        problem: String,
    },
}

/// Resolves a variant against its worker's hello.
///
/// # Errors
/// [`ResolveError`], listing what is accepted.
pub fn resolve(spec: &VariantSpec, hello: &Hello) -> Result<Variant, ResolveError> {
    let variant = spec.to_string();
    let mut strategy: Option<String> = None;
    let mut settings = Settings::new();
    for (word, value) in &spec.words {
        if value.is_none() && hello.strategies.iter().any(|known| known.name == *word) {
            if let Some(first) = strategy.replace(word.clone()) {
                return Err(ResolveError::TwoStrategies { variant, first, second: word.clone() });
            }
            continue;
        }
        let Some(setting) = hello.settings.iter().find(|setting| setting.name == *word) else {
            return Err(unknown(&spec.engine, word, hello));
        };
        let value = checked_value(setting, value.as_deref())
            .map_err(|problem| ResolveError::Value { variant: variant.clone(), problem })?;
        if settings.insert(word.clone(), value).is_some() {
            return Err(ResolveError::Twice { variant, setting: word.clone() });
        }
    }
    let default = hello.strategies.first().map(|known| known.name.clone()).unwrap_or_default();
    let strategy = strategy.unwrap_or(default);
    let chosen = hello.strategies.iter().find(|known| known.name == strategy);
    if let Some(reason) = chosen.and_then(|chosen| chosen.unavailable.clone()) {
        return Err(ResolveError::Unavailable { engine: spec.engine.clone(), strategy, reason });
    }
    Ok(Variant { name: variant, engine: spec.engine.clone(), build: spec.build.clone(), strategy, settings })
}

fn unknown(engine: &str, word: &str, hello: &Hello) -> ResolveError {
    let join = |names: Vec<&str>| {
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    };
    ResolveError::Unknown {
        engine: engine.to_owned(),
        word: word.to_owned(),
        strategies: join(hello.strategies.iter().map(|known| known.name.as_str()).collect()),
        settings: join(hello.settings.iter().map(|setting| setting.name.as_str()).collect()),
    }
}

/// The value as workers take it: a bare flag is `on`, `yes/no/true/false` are accepted, sizes may have a suffix.
fn checked_value(setting: &Setting, value: Option<&str>) -> Result<String, String> {
    let value = match (&setting.accepts, value) {
        (Accepts::Flag, None) => "on".to_owned(),
        (_, None) => {
            return Err(format!("the setting '{0}' needs a value, as in {0}=VALUE", setting.name));
        }
        (Accepts::Flag, Some("true" | "yes" | "1")) => "on".to_owned(),
        (Accepts::Flag, Some("false" | "no" | "0")) => "off".to_owned(),
        (Accepts::Integer, Some(text)) => bytes_with_suffix(text).unwrap_or_else(|| text.to_owned()),
        (_, Some(text)) => text.to_owned(),
    };
    setting.accepts.check(&setting.name, &value)?;
    Ok(value)
}

fn bytes_with_suffix(text: &str) -> Option<String> {
    let (number, shift) = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40)]
        .into_iter()
        .find_map(|(suffix, shift)| text.strip_suffix(suffix).map(|number| (number.trim(), shift)))?;
    number.parse::<u64>().ok()?.checked_mul(1 << shift).map(|bytes| bytes.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{flag, setting};
    use crate::protocol::{PROTOCOL, Strategy};

    fn hello() -> Hello {
        let strategy = |name: &str| Strategy::new(name, Vec::new(), Vec::new());
        let newest = Strategy { unavailable: Some("make newest installs it".to_owned()), ..strategy("newest") };
        let speeds = Accepts::Choice(vec!["none".to_owned(), "speed".to_owned()]);
        Hello {
            protocol: PROTOCOL,
            name: "wasmtime".to_owned(),
            engine_version: "1".to_owned(),
            build_id: "b".to_owned(),
            strategies: vec![strategy("cranelift"), strategy("winch"), newest],
            settings: vec![
                setting("opt", "speed", speeds, "how hard the compiler tries"),
                flag("pooling", false, "the pooling allocator"),
                setting("guard-size", "auto", Accepts::Integer, "bytes of guard"),
            ],
            metrics: vec!["wall_time".to_owned()],
        }
    }

    fn check(text: &str, expect: &str) {
        let shown = match resolve(&text.parse().unwrap(), &hello()) {
            Ok(variant) => format!("{} {:?}", variant.strategy, variant.settings),
            Err(error) => error.to_string(),
        };
        assert_eq!(shown, expect, "for {text}");
    }

    #[test]
    fn words_are_strategies_or_settings() {
        check("wasmtime", "cranelift {}");
        check("wasmtime[winch]", "winch {}");
        check("wasmtime[winch,pooling]", r#"winch {"pooling": "on"}"#);
        check("wasmtime[pooling=false,guard-size=2MiB]", r#"cranelift {"guard-size": "2097152", "pooling": "off"}"#);
        check("wasmtime[opt=fast]", "wasmtime[opt=fast]: the setting 'opt' takes one of none, speed, not 'fast'");
        check("wasmtime[opt]", "wasmtime[opt]: the setting 'opt' needs a value, as in opt=VALUE");
        check("wasmtime[opt=none,opt=speed]", "wasmtime[opt=none,opt=speed] gives the setting 'opt' twice");
        check(
            "wasmtime[guard-size=big]",
            "wasmtime[guard-size=big]: the setting 'guard-size' takes a whole number, or 'auto', not 'big'",
        );
        check(
            "wasmtime[winsch]",
            "wasmtime has no strategy or setting 'winsch'; strategies: cranelift, winch, newest; \
             settings: opt, pooling, guard-size",
        );
        check("wasmtime[newest]", "wasmtime[newest] cannot be used here: make newest installs it");
        check(
            "wasmtime[winch,cranelift]",
            "wasmtime[winch,cranelift] names two strategies, 'winch' and 'cranelift'; use one engine argument for each",
        );
    }
}
