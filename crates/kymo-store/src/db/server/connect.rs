//! How a server is reached: what the URL says, time limits, encryption.

use super::failure::{self, words};
use super::sqlite::PATIENCE;
use super::tls::Tls;
use crate::{StoreAddress, StoreError};
use postgres::config::SslMode;
use postgres::{Client, Config, NoTls};
use std::path::PathBuf;
use std::time::Duration;

/// How long connecting may take, unless the URL says `connect_timeout`.
const CONNECTING: Duration = Duration::from_secs(10);

/// How long a network that is silent in the middle of a conversation is waited for.
const SILENCE: Duration = Duration::from_secs(30);

/// How long a transaction may stand still before the database ends it: longer than any work of ours between two
/// statements, as the hashing of a large run.
const IDLE: Duration = Duration::from_secs(300);

/// How a server is reached.
pub struct Way {
    config: Config,
    /// How the connection is encrypted; `None` where it is not.
    tls: Option<Tls>,
}

impl Way {
    /// Reads the URL.
    pub fn of(address: &StoreAddress, url: &str) -> Result<Self, StoreError> {
        let bad = |problem: String| StoreError::Server {
            store: address.clone(),
            problem: format!("has an address that cannot be used ({problem})"),
            advice: "write postgres://USER:PASSWORD@HOST:PORT/DATABASE",
        };
        let (url, encryption) = Encryption::of(url).map_err(bad)?;
        let mut config: Config = url.parse().map_err(|error| bad(words(&error)))?;
        let tls = match &encryption {
            Encryption::None => None,
            Encryption::Unchecked => Some(Tls::unchecked().map_err(bad)?),
            Encryption::Checked(roots) => Some(Tls::checked(roots.as_deref()).map_err(bad)?),
        };
        config.ssl_mode(if tls.is_some() { SslMode::Require } else { SslMode::Disable });
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECTING);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(SILENCE);
        }
        if config.get_application_name().is_none() {
            config.application_name("kymo");
        }
        Ok(Self { config, tls })
    }

    /// Connects, and sets the connection up.
    pub fn connect(&self) -> Result<Client, postgres::Error> {
        let mut client = match &self.tls {
            None => self.config.connect(NoTls)?,
            Some(tls) => self.config.connect(tls.clone())?,
        };
        // A server whose machine lost its power holds a lock until the database knows that it is gone: soon.
        client.batch_execute(&format!(
            "SET lock_timeout = {}; SET idle_in_transaction_session_timeout = {}; \
             SET tcp_keepalives_idle = 20; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 4",
            PATIENCE.as_millis(),
            IDLE.as_millis()
        ))?;
        Ok(client)
    }

    /// What a failure to connect means to a person.
    pub fn explain(&self, address: &StoreAddress, error: &postgres::Error) -> StoreError {
        let server = |problem: String, advice| StoreError::Server { store: address.clone(), problem, advice };
        let user = self.config.get_user().unwrap_or("of this system").to_owned();
        match error.code().map(postgres::error::SqlState::code) {
            Some("28P01" | "28000") => server(
                format!("lets the user {user} not in ({})", words(error)),
                "check user and password, and the server's pg_hba.conf",
            ),
            Some("3D000") => server(
                format!("does not exist on its server ({})", words(error)),
                "make the database (createdb NAME), or check the name",
            ),
            Some("53300") => server(
                format!("has no connection left ({})", words(error)),
                "close some, or raise max_connections of the server",
            ),
            Some("57P03") => server(format!("is not ready ({})", words(error)), "try again when its server is up"),
            Some(_) => failure::explain(address, error),
            None => server(
                format!("cannot be reached ({})", words(error)),
                "start its server, or check host, port and network",
            ),
        }
    }
}

/// What the URL says of encryption, in the words of PostgreSQL's own programs.
#[derive(Debug, PartialEq)]
enum Encryption {
    None,
    Unchecked,
    Checked(Option<PathBuf>),
}

impl Encryption {
    /// Takes what it says of it out of the URL: the library that connects knows some of the words only.
    fn of(url: &str) -> Result<(String, Self), String> {
        let Some((place, query)) = url.rsplit_once('?').filter(|(_, query)| !query.contains('@')) else {
            return Ok((url.to_owned(), Self::None));
        };
        let (mut mode, mut roots, mut rest) = ("prefer", None, Vec::new());
        for parameter in query.split('&') {
            match parameter.split_once('=') {
                Some(("sslmode", value)) => mode = value,
                Some(("sslrootcert", value)) => roots = Some(PathBuf::from(value)),
                _ => rest.push(parameter),
            }
        }
        let encryption = match mode {
            "disable" | "prefer" => Self::None,
            "require" => Self::Unchecked,
            "verify-full" => Self::Checked(roots),
            other => return Err(format!("sslmode {other} is none of disable, prefer, require, verify-full")),
        };
        let rest = if rest.is_empty() { String::new() } else { format!("?{}", rest.join("&")) };
        Ok((format!("{place}{rest}"), encryption))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encryption_is_read_and_taken_out_of_the_url() {
        let of = |url: &str| Encryption::of(url).unwrap();
        let plain = "postgres://me:p?w@host/name";
        assert_eq!(of(plain), (plain.to_owned(), Encryption::None));
        assert_eq!(of("postgres://h/n?sslmode=prefer"), ("postgres://h/n".to_owned(), Encryption::None));
        assert_eq!(
            of("postgres://h/n?connect_timeout=3&sslmode=require&application_name=x"),
            ("postgres://h/n?connect_timeout=3&application_name=x".to_owned(), Encryption::Unchecked)
        );
        assert_eq!(
            of("postgres://h/n?sslrootcert=/a/b.pem&sslmode=verify-full").1,
            Encryption::Checked(Some("/a/b.pem".into()))
        );
        assert!(Encryption::of("postgres://h/n?sslmode=verify-ca").unwrap_err().contains("none of disable"));
    }
}
