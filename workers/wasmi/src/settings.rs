//! The settings of wasmi that change a measured number.

use kymo_worker::engine::{Chosen, flag, setting};
use kymo_worker::protocol::{Accepts, Failure, Setting};
use wasmi::{CompilationMode, Config};

const MODES: [&str; 3] = ["lazy-translation", "eager", "lazy"];

/// Every setting, for the hello.
pub fn declared() -> Vec<Setting> {
    let modes = Accepts::Choice(MODES.map(str::to_owned).to_vec());
    let integer = |name, default, about| setting(name, default, Accepts::Integer, about);
    vec![
        setting(
            "compilation",
            MODES[0],
            modes,
            "Whether functions are validated and translated at once or when first called.",
        ),
        flag("fuel", false, "Code counts the instructions that it executes; gives the metric fuel."),
        flag("ignore-custom-sections", false, "Custom sections are not kept."),
        integer("max-recursion-depth", "1000", "How deep calls may nest."),
        integer("min-stack-height", "1000", "Bytes of value stack to start with."),
        integer("max-stack-height", "1000000", "Bytes of value stack at most."),
        integer("max-cached-stacks", "2", "How many stacks are kept for the next call from the host."),
    ]
}

/// wasmi's configuration for these settings. Everything that is claimed is switched on.
pub fn config(chosen: &Chosen) -> Result<Config, Failure> {
    let mut config = Config::default();
    config.wasm_custom_page_sizes(true).wasm_wide_arithmetic(true);
    config.compilation_mode(match chosen.text("compilation") {
        "eager" => CompilationMode::Eager,
        "lazy" => CompilationMode::Lazy,
        _ => CompilationMode::LazyTranslation,
    });
    config.consume_fuel(chosen.is_on("fuel")).ignore_custom_sections(chosen.is_on("ignore-custom-sections"));
    let size = |name: &str| {
        let value = chosen.integer(name).and_then(|value| usize::try_from(value).ok());
        value.ok_or_else(|| Failure::failed(format!("the setting '{name}' takes a whole number that fits")))
    };
    let (least, most) = (size("min-stack-height")?, size("max-stack-height")?);
    if least > most {
        return Err(Failure::failed(format!("'min-stack-height' {least} exceeds 'max-stack-height' {most}")));
    }
    // Either bound is checked against the other's present value: wasmi panics unless the lower one is lowered first.
    config.set_min_stack_height(0).set_max_stack_height(most).set_min_stack_height(least);
    config.set_max_recursion_depth(size("max-recursion-depth")?).set_max_cached_stacks(size("max-cached-stacks")?);
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(pairs: &[(&str, &str)]) -> Result<Config, Failure> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        config(&Chosen::new(&declared(), &pairs)?)
    }

    #[test]
    fn defaults_are_those_of_wasmi() {
        let (ours, mut theirs) = (given(&[]).unwrap(), Config::default());
        theirs.wasm_custom_page_sizes(true).wasm_wide_arithmetic(true);
        assert_eq!(format!("{ours:?}"), format!("{theirs:?}"));
    }

    #[test]
    fn stack_bounds_are_set_in_any_order() {
        assert!(given(&[("min-stack-height", "2000000"), ("max-stack-height", "3000000")]).is_ok());
        assert!(given(&[("min-stack-height", "10"), ("max-stack-height", "500")]).is_ok());
        assert!(given(&[("min-stack-height", "2000000")]).is_err());
    }
}
