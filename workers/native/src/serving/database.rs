//! PostgreSQL, asked over connections that are kept.

use super::fortunes::Fortune;
use kymo_worker::protocol::Failure;
use serde::Serialize;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio_postgres::{Client, Config, NoTls, Statement};

/// The variable of the benchmark's environment that names the database, as `HOST:PORT`.
pub const VARIABLE: &str = "KYMO_POSTGRES";

/// The user and the name of the database.
const NAME: &str = "kymo";

/// The rows of the table `world`.
const ROWS: i32 = 10_000;

/// A row of the table `world`, as the answer has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct World {
    pub id: i32,
    #[serde(rename = "randomNumber")]
    pub random_number: i32,
}

/// Connections that take turns. Requests on one are pipelined.
pub struct Database {
    connections: Vec<Connection>,
    turn: AtomicUsize,
}

struct Connection {
    client: Client,
    world: Statement,
    fortunes: Statement,
}

impl Database {
    /// Connects, and prepares what is going to be asked.
    ///
    /// # Errors
    /// `failed`, naming the address: nobody is there, or the tables are not.
    pub async fn connect(address: &str, connections: usize) -> Result<Self, Failure> {
        let wrong = || Failure::failed(format!("{VARIABLE} is HOST:PORT of a PostgreSQL, not '{address}'"));
        let (host, port) = address.rsplit_once(':').ok_or_else(wrong)?;
        let mut config = Config::new();
        config.host(host).port(port.parse().map_err(|_| wrong())?).user(NAME).dbname(NAME);
        let mut made = Vec::new();
        for _ in 0..connections {
            let connection = Connection::new(&config).await;
            made.push(connection.map_err(|error| {
                Failure::failed(format!("cannot use the PostgreSQL at {address}: {}", described(&error)))
            })?);
        }
        Ok(Self { connections: made, turn: AtomicUsize::new(0) })
    }

    fn next(&self) -> &Connection {
        &self.connections[self.turn.fetch_add(1, Ordering::Relaxed) % self.connections.len()]
    }

    /// A row at random.
    pub async fn world(&self) -> Result<World, String> {
        let Connection { client, world, .. } = self.next();
        let id = fastrand::i32(1..=ROWS);
        let row = client.query_one(world, &[&id]).await.map_err(|error| described(&error))?;
        Ok(World { id: row.get(0), random_number: row.get(1) })
    }

    /// All fortunes.
    pub async fn fortunes(&self) -> Result<Vec<Fortune>, String> {
        let Connection { client, fortunes, .. } = self.next();
        let rows = client.query(fortunes, &[]).await.map_err(|error| described(&error))?;
        Ok(rows.iter().map(|row| Fortune { id: row.get(0), message: row.get(1) }).collect())
    }
}

impl Connection {
    async fn new(config: &Config) -> Result<Self, tokio_postgres::Error> {
        let (client, connection) = config.connect(NoTls).await?;
        // What ends it, the next query tells.
        tokio::spawn(connection);
        let world = client.prepare("SELECT id, randomnumber FROM world WHERE id = $1").await?;
        let fortunes = client.prepare("SELECT id, message FROM fortune").await?;
        Ok(Self { client, world, fortunes })
    }
}

/// The error with what caused it, which says more.
fn described(error: &tokio_postgres::Error) -> String {
    let cause = std::error::Error::source(error).map(ToString::to_string);
    cause.map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}
