//! Flags of a run that measures servers.

use super::LoadCpus;
use crate::parse;
use clap::{Args, ValueEnum};
use kymo_model::{Arrivals, Seconds, ServeRate};

/// How servers are loaded.
#[derive(Args, Clone, Debug)]
pub struct ServeRunArgs {
    /// How fast requests come: peak, requests a second (40000, 40k), shares of the base line's peak (75%)
    /// [default: peak,50%,75%,100%]
    #[arg(long, value_delimiter = ',', value_name = "RATES", help_heading = "For servers")]
    pub rates: Vec<ServeRate>,
    /// How long each load is measured
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = parse::seconds, help_heading = "For servers")]
    pub window: Seconds,
    /// How long each server is loaded before that
    #[arg(long, value_name = "TIME", default_value = "500ms", value_parser = parse::seconds, help_heading = "For servers")]
    pub warm_up: Seconds,
    /// Threads of the load generator [default: one for each of its processors]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "For servers")]
    pub load_threads: Option<u32>,
    /// Logical processors of the servers, as 0-3 [default: the first half]
    #[arg(long, value_name = "LIST", value_parser = parse::load::cpus, help_heading = "For servers")]
    pub server_cpus: Option<LoadCpus>,
    /// Logical processors of the load generator, none of them a server's [default: those that are left]
    #[arg(long, value_name = "LIST", value_parser = parse::load::cpus, help_heading = "For servers")]
    pub client_cpus: Option<LoadCpus>,
    /// Let servers and load generator share processors; the run says so
    #[arg(long, conflicts_with_all = ["server_cpus", "client_cpus"], help_heading = "For servers")]
    pub share_cpus: bool,
    /// How requests are spread at a fixed rate
    #[arg(long, value_name = "HOW", default_value = "constant", help_heading = "For servers")]
    pub arrivals: ArrivalsArg,
}

/// How requests are spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ArrivalsArg {
    /// At a constant distance
    Constant,
    /// At random, as a Poisson process
    Poisson,
}

impl From<ArrivalsArg> for Arrivals {
    fn from(typed: ArrivalsArg) -> Self {
        match typed {
            ArrivalsArg::Constant => Self::Constant,
            ArrivalsArg::Poisson => Self::Poisson,
        }
    }
}
