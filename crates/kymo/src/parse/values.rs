//! The values of a parameter as people type them: lists and ranges.

/// More values than this are a slip: every one is a benchmark of its own, with processes of its own.
pub const VALUES_MAX: usize = 1000;

/// The values that a text means: parts with commas between them, each a value or a range of whole numbers. `0..25` counts
/// by one, `0..100+20` by twenty, `10..30000*2` doubles; a range goes as far as its end, which it reaches if a step
/// lands on it.
///
/// # Errors
/// A sentence that says what is wrong and what is accepted.
pub fn values(text: &str) -> Result<Vec<String>, String> {
    let mut values: Vec<String> = Vec::new();
    for part in text.split(',') {
        match part.split_once("..") {
            Some((from, rest)) => values.extend(range(part, from, rest)?),
            None if part.is_empty() => {
                let place = if text.is_empty() { "there is none" } else { "one of them is empty" };
                return Err(format!("values are needed, as 0,1,2,4 or 0..25 or 10..10000*10: {place}"));
            }
            None => {
                kymo_model::name::check_value(part).map_err(|error| error.to_string())?;
                values.push(part.to_owned());
            }
        }
        if values.len() > VALUES_MAX {
            return Err(format!("these are more than {VALUES_MAX} values"));
        }
    }
    match values.iter().enumerate().find(|(place, value)| values[..*place].contains(value)) {
        Some((_, twice)) => Err(format!("the value {twice} is there twice")),
        None => Ok(values),
    }
}

/// How a range goes on from a number.
#[derive(Clone, Copy)]
enum Step {
    Add(i64),
    Times(i64),
}

fn range(part: &str, from: &str, rest: &str) -> Result<Vec<String>, String> {
    let wrong = || {
        format!(
            "'{part}' is no range of whole numbers; write FROM..TO, FROM..TO+STEP or FROM..TO*FACTOR, as 0..25, 0..100+20 \
             or 10..30000*2"
        )
    };
    let number = |text: &str| text.parse::<i64>().map_err(|_| wrong());
    // A sign at the start of the end is the end's own.
    let sign = rest.char_indices().skip(1).find(|(_, letter)| matches!(letter, '+' | '*'));
    let (to, step) = match sign {
        Some((at, '+')) => (&rest[..at], Step::Add(number(&rest[at + 1..])?)),
        Some((at, _)) => (&rest[..at], Step::Times(number(&rest[at + 1..])?)),
        None => (rest, Step::Add(1)),
    };
    let (from, to) = (number(from)?, number(to)?);
    if from > to {
        return Err(format!("the range '{part}' ends before it begins; write the smaller number first"));
    }
    match step {
        Step::Add(by) if by < 1 => return Err(format!("the range '{part}' gets nowhere: its step must be above zero")),
        Step::Times(by) if by < 2 || from < 1 => {
            return Err(format!(
                "the range '{part}' gets nowhere: a range with a factor begins at 1 or more, and multiplies by 2 or more"
            ));
        }
        _ => {}
    }
    let next = |number: &i64| match step {
        Step::Add(by) => number.checked_add(by),
        Step::Times(by) => number.checked_mul(by),
    };
    let all = std::iter::successors(Some(from), next).take_while(|number| *number <= to);
    // One more than allowed, so that the caller sees that it is too many.
    Ok(all.take(VALUES_MAX + 1).map(|number| number.to_string()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lists_and_ranges() {
        let read = |text: &str| values(text).unwrap().join(" ");
        assert_eq!(read("0,1,2,4"), "0 1 2 4");
        assert_eq!(read("7"), "7");
        assert_eq!(read("0..5"), "0 1 2 3 4 5");
        assert_eq!(read("-2..2"), "-2 -1 0 1 2");
        assert_eq!(read("-4..-2"), "-4 -3 -2");
        assert_eq!(read("0..100+25"), "0 25 50 75 100");
        assert_eq!(read("0..90+25"), "0 25 50 75");
        assert_eq!(read("10..100*2"), "10 20 40 80");
        assert_eq!(read("0,10..1000*10,30000"), "0 10 100 1000 30000");
        assert_eq!(read("3..3"), "3");
        assert_eq!(read("small,0.5,1e6"), "small 0.5 1e6");
        let end = i64::MAX.to_string();
        assert_eq!(read(&format!("{end}..{end}")), end, "no overflow at the end of numbers");
    }

    #[test]
    fn what_is_no_list_is_told() {
        let mut told = String::new();
        for text in [
            "", "1,,2", "1,1", "0..3,2", "5..1", "1..9+0", "1..9+-1", "0..9*2", "1..9*1", "a..b", "1..", "..5", "1...5",
        ] {
            told.push_str(&format!("{text:?}: {}\n", values(text).unwrap_err()));
        }
        for text in ["a b", "0..1000000", "1..9*2*3", "\u{1b}"] {
            told.push_str(&format!("{text:?}: {}\n", values(text).unwrap_err()));
        }
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!("values", told));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[0-9.,+*a-]{0,12}") {
            if let Ok(values) = values(&text) {
                prop_assert!(!values.is_empty() && values.len() <= VALUES_MAX);
            }
        }

        #[test]
        fn an_arithmetic_range_has_its_steps(from in -500i64..500, steps in 0i64..50, by in 1i64..9, over in 0i64..9) {
            let over = over % by;
            let to = from + steps * by + over;
            let expect: Vec<String> = (0..=steps).map(|step| (from + step * by).to_string()).collect();
            prop_assert_eq!(values(&format!("{from}..{to}+{by}")).unwrap(), expect);
        }

        #[test]
        fn a_list_says_what_it_says(numbers in proptest::collection::btree_set(-99i64..99, 1..20)) {
            let texts: Vec<String> = numbers.iter().map(i64::to_string).collect();
            prop_assert_eq!(values(&texts.join(",")).unwrap(), texts);
        }
    }
}
