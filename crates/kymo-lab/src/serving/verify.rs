//! Whether a server answers as its test wants, before anything is timed.

use super::fetch;
use kymo_load::techempower;
use kymo_model::{Outcome, ServeTest};
use std::net::SocketAddr;

/// The rule that any answer with a status below 400 passes.
pub(super) const ANY: &str = "ok";

/// Holds the answers against the rule of the test: every one of TechEmpower's checks where it is to be thorough, which
/// takes some seconds, since the date must have changed; else the first answer's status.
///
/// # Errors
/// `wrong_output` with what is wrong, or `failed` where there was no answer.
pub(super) fn answers(address: SocketAddr, test: &ServeTest, thorough: bool) -> Result<(), Outcome> {
    if thorough && test.expect != ANY {
        let mut failure = None;
        let findings = techempower::verify(
            &test.expect,
            &test.path,
            &mut |path| {
                let answer = fetch::get(address, path);
                failure = failure.take().or_else(|| answer.as_ref().err().cloned());
                answer
            },
            &mut std::thread::sleep,
        );
        if let Some(problem) = failure {
            return Err(Outcome::Failed { message: format!("no answer to {}: {problem}", test.path) });
        }
        let broken: Vec<String> = findings.into_iter().filter(|finding| finding.fails).map(|f| f.message).collect();
        return if broken.is_empty() { Ok(()) } else { Err(Outcome::WrongOutput { message: broken.join("; ") }) };
    }
    let answer = fetch::get(address, &test.path)
        .map_err(|problem| Outcome::Failed { message: format!("no answer to {}: {problem}", test.path) })?;
    let right = if test.expect == ANY { answer.status < 400 } else { answer.status == 200 };
    if right {
        return Ok(());
    }
    let body = String::from_utf8_lossy(&answer.body);
    let body: String = body.trim().chars().take(200).collect();
    Err(Outcome::WrongOutput { message: format!("{} answers with status {}: {body}", test.path, answer.status) })
}
