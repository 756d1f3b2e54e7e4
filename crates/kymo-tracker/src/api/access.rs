//! Who may do what.

use super::problem::{Kind, Problem};
use kymo_model::watch::{Account, Role};

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Nobody that is known.
    Anyone,
    /// An account, by its token or from a browser's session.
    Account(Account),
    /// The agent of a machine.
    Machine(String),
}

/// Who may ask for a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Anyone,
    /// Everybody, or those with an account where the server is private.
    Reader,
    /// Accounts with at least this role.
    Role(Role),
    /// Agents alone, each for its own machine.
    Agent,
}

impl Access {
    /// Whether a caller may ask.
    ///
    /// # Errors
    /// When it may not: 401 where a token would help, 403 where another is needed.
    pub fn check(self, caller: &Caller, private: bool) -> Result<(), Problem> {
        let needed = match self {
            Self::Anyone => None,
            Self::Reader => private.then_some(Role::Viewer),
            Self::Role(role) => Some(role),
            Self::Agent => {
                return match caller {
                    Caller::Machine(_) => Ok(()),
                    Caller::Account(_) => Err(forbidden("this is for agents: an account's token does not open it")),
                    Caller::Anyone => Err(unauthenticated()),
                };
            }
        };
        match (caller, needed) {
            (Caller::Machine(_), _) => Err(forbidden("an agent's token is good for /api/v1/agent alone")),
            (Caller::Anyone, Some(_)) => Err(unauthenticated()),
            (Caller::Account(account), Some(role)) if account.role < role => {
                let name = |role| serde_json::to_value(role).ok().and_then(|v| v.as_str().map(str::to_owned));
                let (needed, has) = (name(role).unwrap_or_default(), name(account.role).unwrap_or_default());
                Err(forbidden(format!("this needs the role {needed}; {} is {has}", account.name)))
            }
            (Caller::Anyone | Caller::Account(_), _) => Ok(()),
        }
    }
}

/// A problem for those who may not.
pub fn forbidden(detail: impl Into<String>) -> Problem {
    Problem::new(Kind::Forbidden, detail)
}

/// A problem for those who are not known.
pub fn unauthenticated() -> Problem {
    Problem::new(Kind::Unauthenticated, "send Authorization: Bearer and a token, or log in")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(role: Role) -> Caller {
        Caller::Account(Account { name: "a".to_owned(), role, external: None, disabled: false, created_unix_s: 0 })
    }

    #[test]
    fn a_role_may_what_those_before_it_may_and_agents_only_their_own() {
        let roles = [Role::Viewer, Role::Requester, Role::Operator, Role::Admin];
        for (place, needed) in roles.into_iter().enumerate() {
            for (own_place, own) in roles.into_iter().enumerate() {
                let may = Access::Role(needed).check(&account(own), false).is_ok();
                assert_eq!(may, own_place >= place, "{own:?} for {needed:?}");
            }
            let machine = Caller::Machine("m".to_owned());
            assert_eq!(Access::Role(needed).check(&machine, false).unwrap_err().kind, Kind::Forbidden);
            assert_eq!(Access::Role(needed).check(&Caller::Anyone, false).unwrap_err().kind, Kind::Unauthenticated);
        }
        assert_eq!(Access::Agent.check(&account(Role::Admin), false).unwrap_err().kind, Kind::Forbidden);
        assert!(Access::Agent.check(&Caller::Machine("m".to_owned()), true).is_ok());
        assert!(Access::Reader.check(&Caller::Anyone, false).is_ok());
        assert_eq!(Access::Reader.check(&Caller::Anyone, true).unwrap_err().kind, Kind::Unauthenticated);
        assert!(Access::Anyone.check(&Caller::Machine("m".to_owned()), false).is_err());
    }
}
