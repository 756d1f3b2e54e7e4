//! `kymo token`.

use super::{console, existing, print, print_json, store, words};
use crate::cli::{Format, TokenAddArgs, TokenCommand};
use crate::columns::columns;
use crate::context::Context;
use crate::error::CliError;
use crate::remark::remark;
use kymo_model::watch::{Scope, TokenInfo};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

/// Tokens of accounts and machines.
pub fn token(context: &Context, command: &TokenCommand) -> Result<ExitCode, CliError> {
    let mut store = if matches!(command, TokenCommand::Add(_)) { store(context)? } else { existing(context)? };
    match command {
        TokenCommand::Add(args) => {
            let token = store.add_token(&console(), &scope(args)?, &args.note, expires(args))?;
            // Alone on standard output, so that it can go into a file.
            print(&format!("{}\n", token.secret))?;
            remark(format_args!(
                "the token {} is shown this once; kymo token revoke {} ends it",
                token.info.id, token.info.id
            ));
        }
        TokenCommand::List(args) => list(context, &store.tokens()?, args.format)?,
        TokenCommand::Revoke(args) => {
            store.revoke_token(&console(), &args.id)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn scope(args: &TokenAddArgs) -> Result<Scope, CliError> {
    match (&args.user, &args.machine) {
        (Some(user), None) => Ok(Scope::Account(user.clone())),
        (None, Some(machine)) => Ok(Scope::Machine(machine.clone())),
        _ => Err(CliError::usage("--user or --machine says whom the token speaks for")),
    }
}

fn now_unix_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn expires(args: &TokenAddArgs) -> Option<u64> {
    args.expires.map(|span| now_unix_s() + span.get().ceil() as u64)
}

fn list(context: &Context, tokens: &[TokenInfo], format: Format) -> Result<(), CliError> {
    if format == Format::Json {
        return print_json(&tokens);
    }
    let now = now_unix_s();
    let header = ["id", "speaks for", "made (UTC)", "last used (UTC)", "ends (UTC)", "for"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    rows.extend(tokens.iter().map(|token| {
        let speaks = match &token.scope {
            Scope::Account(name) => format!("account {name}"),
            Scope::Machine(name) => format!("machine {name}"),
        };
        let ends = match (token.revoked_unix_s, token.expires_unix_s) {
            (Some(at), _) => format!("revoked {}", words::moment(at)),
            (None, Some(at)) if at <= now => format!("expired {}", words::moment(at)),
            (None, Some(at)) => words::moment(at),
            (None, None) => "never".to_owned(),
        };
        let used = token.used_unix_s.map(words::moment).unwrap_or_else(|| "never".to_owned());
        vec![token.id.clone(), speaks, words::moment(token.created_unix_s), used, ends, token.note.clone()]
    }));
    print(&columns(&rows, context.colour))
}
