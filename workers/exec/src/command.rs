//! A command as a person types it: words as a shell splits them, and places for the module and its arguments.

/// The place of the module's path, anywhere in a word.
const MODULE: &str = "{module}";

/// The place of the benchmark's arguments, a word of its own.
const ARGS: &str = "{args}";

/// Splits a command and puts the module and the arguments in their places. Arguments without a place come last. No
/// shell is at work: nothing is expanded, and a character between quotes stands for itself.
///
/// # Errors
/// What is wrong with the command, and what to write.
pub fn words(command: &str, module: &str, args: &[String]) -> Result<Vec<String>, String> {
    if command.trim().is_empty() {
        return Err("there is no command; write it as -e exec:'PROGRAM {module}'".to_owned());
    }
    let split = shlex::split(command);
    let split = split.ok_or_else(|| format!("the command {command} has a quote that is never closed"))?;
    let mut words = Vec::new();
    let mut placed = false;
    for word in split {
        if word == ARGS {
            words.extend_from_slice(args);
            placed = true;
        } else if word.contains(ARGS) {
            return Err(format!("'{ARGS}' is to be a word of its own, not a part of '{word}'"));
        } else {
            words.push(word.replace(MODULE, module));
        }
    }
    if !placed {
        words.extend_from_slice(args);
    }
    Ok(words)
}

/// The program that a command starts, as it is typed.
pub fn program(command: &str) -> Option<String> {
    shlex::split(command)?.into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(command: &str, expect: &str) {
        let args = ["-n".to_owned(), "a b".to_owned()];
        let shown = match words(command, "/m/sort.wasm", &args) {
            Ok(words) => words.join("|"),
            Err(problem) => problem,
        };
        assert_eq!(shown, expect, "for {command}");
    }

    #[test]
    fn commands_are_split_as_a_shell_splits_and_nothing_more() {
        check("node --x run.mjs {module}", "node|--x|run.mjs|/m/sort.wasm|-n|a b");
        check("tool --module={module} {args} --last", "tool|--module=/m/sort.wasm|-n|a b|--last");
        check("sh -c 'echo $HOME; ls *' \"a \\\" b\"", "sh|-c|echo $HOME; ls *|a \" b|-n|a b");
        check("{module}", "/m/sort.wasm|-n|a b");
        check("", "there is no command; write it as -e exec:'PROGRAM {module}'");
        check("sh -c 'open", "the command sh -c 'open has a quote that is never closed");
        check("tool --args={args}", "'{args}' is to be a word of its own, not a part of '--args={args}'");
    }
}
