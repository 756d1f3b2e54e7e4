//! Settings of an engine: declared in the hello, given in `open`, reported back as resolved.

use crate::protocol::{Accepts, Failure, Setting};
use kymo_model::Settings;

/// A setting of any kind, for a hello.
pub fn setting(name: &str, default: &str, accepts: Accepts, about: &str) -> Setting {
    Setting { name: name.to_owned(), default: default.to_owned(), accepts, about: about.to_owned() }
}

/// A setting that is `on` or `off`, for a hello.
pub fn flag(name: &str, default: bool, about: &str) -> Setting {
    setting(name, if default { "on" } else { "off" }, Accepts::Flag, about)
}

/// The values of all settings for one `open`: those given, and the defaults for the rest.
#[derive(Clone, Debug)]
pub struct Chosen {
    resolved: Settings,
}

impl Chosen {
    /// Merges what was given into the declared defaults.
    ///
    /// # Errors
    /// `failed`, naming the setting and what it accepts, for an unknown name or a value that does not fit. The parent
    /// checks the same beforehand; a worker does not rely on its parent.
    pub fn new(declared: &[Setting], given: &Settings) -> Result<Self, Failure> {
        let mut resolved: Settings =
            declared.iter().map(|setting| (setting.name.clone(), setting.default.clone())).collect();
        for (name, value) in given {
            let Some(setting) = declared.iter().find(|setting| setting.name == *name) else {
                let names: Vec<&str> = declared.iter().map(|setting| setting.name.as_str()).collect();
                return Err(Failure::failed(format!("unknown setting '{name}'; accepted are {}", names.join(", "))));
            };
            setting.accepts.check(name, value).map_err(Failure::failed)?;
            resolved.insert(name.clone(), value.clone());
        }
        Ok(Self { resolved })
    }

    /// The value of a declared setting as text; `auto` or empty where undeclared.
    pub fn text(&self, name: &str) -> &str {
        self.resolved.get(name).map_or("", String::as_str)
    }

    /// Whether a declared flag is on.
    pub fn is_on(&self, name: &str) -> bool {
        self.text(name) == "on"
    }

    /// The number that a declared integer setting has; `None` where it is `auto`.
    pub fn integer(&self, name: &str) -> Option<u64> {
        self.text(name).parse().ok()
    }

    /// Notes the value that the engine really uses, where it differs from what was asked (`auto` resolved …).
    pub fn resolve(&mut self, name: &str, value: impl ToString) {
        self.resolved.insert(name.to_owned(), value.to_string());
    }

    /// Every setting with the value that it has now.
    pub fn all(&self) -> Settings {
        self.resolved.clone()
    }
}

impl Accepts {
    /// Checks a value. `auto` is accepted by choices, integers and texts only where it is the default or listed, so
    /// callers pass it only then.
    ///
    /// # Errors
    /// A sentence that names the setting, the value and what is accepted.
    pub fn check(&self, name: &str, value: &str) -> Result<(), String> {
        let wanted = match self {
            Self::Flag if matches!(value, "on" | "off") => return Ok(()),
            Self::Flag => "'on' or 'off'".to_owned(),
            Self::Choice(words) if words.iter().any(|word| word == value) => return Ok(()),
            Self::Choice(words) => format!("one of {}", words.join(", ")),
            Self::Integer if value == "auto" || value.parse::<u64>().is_ok() => return Ok(()),
            Self::Integer => "a whole number, or 'auto'".to_owned(),
            Self::Text => return Ok(()),
        };
        Err(format!("the setting '{name}' takes {wanted}, not '{value}'"))
    }
}
