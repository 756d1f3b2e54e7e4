//! What a worker is told when it is started, before it says hello.

use kymo_model::Settings;

/// The arguments of a worker's process. Most workers may ignore them, since `open` says the same again; a worker whose
/// hello depends on them reads them here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arguments {
    /// The strategy that it is to serve, where one is chosen already.
    pub strategy: Option<String>,
    /// The settings that `open` is going to give.
    pub settings: Settings,
}

impl Arguments {
    /// Those of this process.
    pub fn of_process() -> Self {
        Self::read(std::env::args().skip(1))
    }

    /// Reads `--strategy NAME` and any number of `--setting NAME=VALUE`; others are ignored, as an older worker would.
    fn read(mut words: impl Iterator<Item = String>) -> Self {
        let mut found = Self::default();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--strategy" => found.strategy = words.next(),
                "--setting" => {
                    if let Some((name, value)) = words.next().as_deref().and_then(|word| word.split_once('=')) {
                        found.settings.insert(name.to_owned(), value.to_owned());
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// The value of a setting; empty where it was not given.
    pub fn setting(&self, name: &str) -> &str {
        self.settings.get(name).map_or("", String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strategy_and_settings_are_read_and_the_rest_ignored() {
        let words = ["--new", "--strategy", "process", "--setting", "command=a b=c", "--setting", "x", "--setting"];
        let found = Arguments::read(words.iter().map(|word| (*word).to_owned()));
        assert_eq!(found.strategy.as_deref(), Some("process"));
        assert_eq!(found.settings, Settings::from([("command".to_owned(), "a b=c".to_owned())]));
        assert_eq!(found.setting("command"), "a b=c");
        assert_eq!(found.setting("flags"), "");
    }
}
