//! The flags of `kymo serve`.

use super::ShownArgs;
use crate::parse;
use clap::Args;
use kymo_model::Seconds;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Show the record as a site, over the live store, and keep the queue of measurements.
///
/// Pages are those of `kymo site build`, and newer whenever the store is. Below /api/v1 is the API of the queue, which agents
/// and `kymo request` ask. With nothing set it serves this machine alone, from the store in a file; several servers may
/// share a store on PostgreSQL.
#[derive(Args, Debug)]
pub struct ServeArgs {
    /// Address and port; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:7575")]
    pub listen: SocketAddr,
    /// The folder to publish into [default: one for this store in the platform's cache]
    #[arg(long, value_name = "FOLDER")]
    pub site_dir: Option<PathBuf>,
    /// The folder for the projects' histories [default: one for this store in the platform's cache]
    #[arg(long, value_name = "FOLDER")]
    pub data_dir: Option<PathBuf>,
    /// What is shown.
    #[command(flatten)]
    pub shown: ShownArgs,
    /// Where people see the server, as `https://perf.example.org`; needed behind a proxy, and for log-ins at a provider
    #[arg(long, env = "KYMO_PUBLIC_URL", value_name = "URL", hide_env_values = true)]
    pub public_url: Option<url::Url>,
    /// Show the queue, jobs and machines to accounts only. The site's pages stay public
    #[arg(long)]
    pub private: bool,
    /// A proxy in front says who asks, by X-Forwarded-For
    #[arg(long)]
    pub behind_proxy: bool,
    /// Let projects have file:// remotes: for trying things out on one machine
    #[arg(long)]
    pub allow_file_remotes: bool,
    /// A file with providers of log-ins, in TOML
    #[arg(long, value_name = "FILE")]
    pub oauth: Option<PathBuf>,
    /// Requests a second for each token, and for each address without one; four times as many at once
    #[arg(long, value_name = "COUNT", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub requests_per_second: u32,
    /// Connections at once
    #[arg(long, value_name = "COUNT", default_value_t = 8192, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub connections: u32,
    /// Connections to the store at once
    #[arg(long, value_name = "COUNT", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub store_connections: u32,
    /// How long the head of a request may take to come, and a connection may be idle
    #[arg(long, value_name = "TIME", default_value = "15s", value_parser = parse::seconds)]
    pub head_within: Seconds,
    /// How long the body of a request may take to come
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = parse::seconds)]
    pub body_within: Seconds,
    /// How long a job is lent to an agent that is not heard of; then it goes back to the queue
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = parse::seconds)]
    pub lease: Seconds,
    /// Serve the site alone, without the API
    #[arg(long)]
    pub site_only: bool,
    /// No remarks
    #[arg(short, long)]
    pub quiet: bool,
}
