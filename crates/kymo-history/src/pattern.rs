//! Patterns for names of series: `*` stands for anything, a plain text for itself anywhere in the name.

/// A pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// The pattern of a text as typed.
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The text as typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a name fits: the whole of it where the pattern has a `*`, any part of it otherwise.
    pub fn fits(&self, name: &str) -> bool {
        if !self.0.contains('*') {
            return name.contains(&self.0);
        }
        let mut parts = self.0.split('*');
        let first = parts.next().unwrap_or_default();
        let Some(mut rest) = name.strip_prefix(first) else { return false };
        let mut parts: Vec<&str> = parts.collect();
        let last = parts.pop().unwrap_or_default();
        for part in parts {
            match rest.find(part) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        rest.ends_with(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_anything() {
        let fits = |pattern: &str, name: &str| Pattern::new(pattern).fits(name);
        assert!(fits("fib", "basics/fib wasmtime execute"));
        assert!(fits("basics/*", "basics/fib wasmtime execute"));
        assert!(fits("*execute", "basics/fib wasmtime execute"));
        assert!(fits("basics/*winch*wall_time", "basics/fib wasmtime[winch] execute wall_time"));
        assert!(!fits("real/*", "basics/fib"));
        assert!(!fits("*compile", "basics/fib execute"));
        // The last part must not overlap with what was used up.
        assert!(!fits("ab*ba", "aba"));
        assert!(fits("*", ""));
    }
}
