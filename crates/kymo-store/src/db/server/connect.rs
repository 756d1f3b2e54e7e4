//! How a server is reached: what the URL says, time limits, encryption.

use super::failure::{self, words};
use super::sqlite::PATIENCE;
use crate::{StoreAddress, StoreError};
use postgres::{Client, Config, NoTls};
use std::time::Duration;

/// How long connecting may take, unless the URL says `connect_timeout`.
const CONNECTING: Duration = Duration::from_secs(10);

/// How long a network that is silent in the middle of a conversation is waited for.
const SILENCE: Duration = Duration::from_secs(30);

/// How a server is reached.
pub struct Way {
    config: Config,
}

impl Way {
    /// Reads the URL.
    pub fn of(address: &StoreAddress, url: &str) -> Result<Self, StoreError> {
        let bad = |problem: String| StoreError::Server {
            store: address.clone(),
            problem: format!("has an address that cannot be used ({problem})"),
            advice: "write postgres://USER:PASSWORD@HOST:PORT/DATABASE",
        };
        let mut config: Config = url.parse().map_err(|error| bad(words(&error)))?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECTING);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(SILENCE);
        }
        if config.get_application_name().is_none() {
            config.application_name("kymo");
        }
        Ok(Self { config })
    }

    /// Connects, and sets the connection up.
    pub fn connect(&self) -> Result<Client, postgres::Error> {
        let mut client = self.config.connect(NoTls)?;
        client.batch_execute(&format!("SET lock_timeout = {}", PATIENCE.as_millis()))?;
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
