//! `kymo user`.

use super::{console, existing, print, print_json, store, words};
use crate::cli::{Format, RoleArg, UserCommand};
use crate::columns::columns;
use crate::context::Context;
use crate::error::CliError;
use crate::remark::remark;
use kymo_model::watch::{Account, Role};
use kymo_store::AccountChange;
use std::process::ExitCode;

/// Accounts of the server.
pub fn user(context: &Context, command: &UserCommand) -> Result<ExitCode, CliError> {
    let mut store = if matches!(command, UserCommand::Add(_)) { store(context)? } else { existing(context)? };
    let mut change = |name: &str, change: AccountChange| store.change_account(&console(), name, &change);
    match command {
        UserCommand::Add(args) => {
            if let Some(external) = &args.external {
                check(external)?;
            }
            let account = store.add_account(&console(), &args.name, role(args.role), args.external.as_deref())?;
            remark(format_args!(
                "{} may log in once it has a token: kymo token add --user {}",
                account.name, account.name
            ));
        }
        UserCommand::List(args) => list(context, &store.accounts()?, args.format)?,
        UserCommand::Disable(args) => {
            change(&args.name, AccountChange { disabled: Some(true), ..AccountChange::default() })?;
        }
        UserCommand::Enable(args) => {
            change(&args.name, AccountChange { disabled: Some(false), ..AccountChange::default() })?;
        }
        UserCommand::Role(args) => {
            change(&args.name, AccountChange { role: Some(role(args.role)), ..AccountChange::default() })?;
        }
        UserCommand::Link(args) => {
            if !args.external.is_empty() {
                check(&args.external)?;
            }
            change(&args.name, AccountChange { external: Some(args.external.clone()), ..AccountChange::default() })?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn check(external: &str) -> Result<(), CliError> {
    kymo_tracker::check_external(external).map_err(|problem| CliError::usage(format!("{external}: {problem}")))
}

const fn role(role: RoleArg) -> Role {
    match role {
        RoleArg::Viewer => Role::Viewer,
        RoleArg::Requester => Role::Requester,
        RoleArg::Operator => Role::Operator,
        RoleArg::Admin => Role::Admin,
    }
}

fn list(context: &Context, accounts: &[Account], format: Format) -> Result<(), CliError> {
    if format == Format::Json {
        return print_json(&accounts);
    }
    let mut rows = vec![["name", "role", "at a provider", "since (UTC)", ""].map(str::to_owned).to_vec()];
    rows.extend(accounts.iter().map(|account| {
        let role = match account.role {
            Role::Viewer => "viewer",
            Role::Requester => "requester",
            Role::Operator => "operator",
            Role::Admin => "admin",
        };
        vec![
            account.name.clone(),
            role.to_owned(),
            account.external.clone().unwrap_or_default(),
            words::moment(account.created_unix_s),
            if account.disabled { "disabled".to_owned() } else { String::new() },
        ]
    }));
    print(&columns(&rows, context.colour))
}
