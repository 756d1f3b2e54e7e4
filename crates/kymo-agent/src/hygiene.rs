//! Whether the machine is fit to measure: the doctor's checks, of which agent.toml names those that must be good.

use kymo_measure::doctor::{Check, Status, checks};

/// What the doctor found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Look {
    /// Required checks that are not good, a line each: the machine takes no jobs.
    pub(crate) failing: Vec<String>,
    /// What may disturb a measurement, a line each.
    pub(crate) warnings: Vec<String>,
}

/// Looks at the machine; it takes half a second.
pub(crate) fn look(require: &[String]) -> Look {
    judge(&checks(), require)
}

/// The first name that is no check's, with the names there are.
pub(crate) fn unknown_name(require: &[String]) -> Option<String> {
    if require.is_empty() {
        return None;
    }
    let found = checks();
    let missing = require.iter().find(|name| !found.iter().any(|check| check.name == name.as_str()))?;
    let names: Vec<&str> = found.iter().map(|check| check.name).collect();
    Some(format!("hygiene.require: there is no check '{missing}'; there are {}", names.join(", ")))
}

fn judge(found: &[Check], require: &[String]) -> Look {
    let mut look = Look::default();
    for check in found {
        let required = require.iter().any(|name| name == check.name);
        let remedy = check.remedy.as_ref().map(|remedy| format!(" ({remedy})")).unwrap_or_default();
        let line = format!("{}: {}{remedy}", check.name, check.finding);
        match check.status {
            Status::Good => {}
            // What a machine does not say is not known to be good.
            Status::Warning | Status::Unknown if required => look.failing.push(line),
            Status::Warning => look.warnings.push(line),
            Status::Unknown => {}
        }
    }
    look
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &'static str, status: Status) -> Check {
        let remedy = (status == Status::Warning).then(|| "mend it".to_owned());
        Check { name, status, finding: "found".to_owned(), remedy }
    }

    #[test]
    fn what_is_required_must_be_known_to_be_good() {
        let found = [
            check("a", Status::Good),
            check("b", Status::Warning),
            check("c", Status::Unknown),
            check("d", Status::Warning),
        ];
        let require: Vec<String> = ["a", "b", "c"].map(str::to_owned).to_vec();
        let look = judge(&found, &require);
        assert_eq!(look.failing, ["b: found (mend it)", "c: found"]);
        assert_eq!(look.warnings, ["d: found (mend it)"]);
        assert_eq!(judge(&found, &[]).failing, Vec::<String>::new());
    }

    #[test]
    fn names_are_those_of_the_doctor() {
        assert_eq!(unknown_name(&["frequency governor".to_owned()]), None);
        let told = unknown_name(&["govenor".to_owned()]).unwrap_or_default();
        assert!(told.contains("'govenor'") && told.contains("frequency governor, "), "{told}");
    }
}
