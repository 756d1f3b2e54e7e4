//! The flags of `kymo agent`.

use clap::Args;
use std::path::PathBuf;

/// Take jobs from a server and carry them out on this machine, in a sandbox.
///
/// The agent asks the server; nothing here listens. It keeps its state in a folder and goes on from there after whatever
/// ended it: a signal, a kill, a reboot. It runs as root, for every job gets a user and a disk of its own.
#[derive(Args, Debug)]
pub struct AgentArgs {
    /// The server, as `https://bench.example.org`
    #[arg(long, value_name = "URL", env = "KYMO_SERVER")]
    pub server: String,
    /// The file with this machine's token, which nobody else may read; kymo token add --machine NAME makes one
    #[arg(long, value_name = "FILE", env = "KYMO_TOKEN_FILE")]
    pub token_file: PathBuf,
    /// The folder of the agent's state
    #[arg(long, value_name = "FOLDER", default_value = "/var/lib/kymograph-agent")]
    pub folder: PathBuf,
    /// Processors that jobs are measured on, as 2,3 [default: those of agent.toml, else all]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub cpus: Vec<u32>,
    /// What this machine lets jobs do, and how it keeps itself: agent.toml
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// End after one job, or when there is none
    #[arg(long)]
    pub once: bool,
    /// Take plain http from a server on another machine: its network sees the token
    #[arg(long)]
    pub insecure_http: bool,
    /// For tests: end like by kill -9 when this point is reached, as `build.begin`; with a number, the so manieth time
    #[arg(long, value_name = "POINT[:N]", hide = true)]
    pub die_at: Option<String>,
}
