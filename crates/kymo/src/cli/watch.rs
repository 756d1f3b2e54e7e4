//! The flags of the commands about the queue: what is asked of a server, and what is set in its store.

use super::Format;
use crate::parse;
use clap::{Args, Subcommand, ValueEnum};
use kymo_model::{Bytes, ProjectName, Seconds};
use std::path::PathBuf;

/// Which server is asked, and as whom.
#[derive(Args, Clone, Debug)]
pub struct ServerArgs {
    /// The server
    #[arg(
        long,
        env = "KYMO_SERVER",
        value_name = "URL",
        default_value = "http://127.0.0.1:7575",
        hide_env_values = true
    )]
    pub server: url::Url,
    /// A file with a token that only its owner can read, as `kymo token add` writes it
    #[arg(long, env = "KYMO_TOKEN_FILE", value_name = "FILE", hide_env_values = true)]
    pub token_file: Option<PathBuf>,
}

/// Ask the server to measure commits.
///
/// Each commit becomes a job on each machine of the project; their numbers are printed.
#[derive(Args, Debug)]
pub struct RequestArgs {
    /// The project
    pub project: ProjectName,
    /// Branches, tags or hashes that the project's repository knows
    #[arg(value_name = "COMMIT", required = true)]
    pub commits: Vec<String>,
    /// The tier of the project's kymo.toml
    #[arg(long, value_name = "NAME", default_value = "full")]
    pub tier: String,
    /// Only this machine; may be given several times
    #[arg(long = "machine", value_name = "NAME")]
    pub machines: Vec<String>,
    /// Which server.
    #[command(flatten)]
    pub server: ServerArgs,
    /// Follow the jobs to their end; exit code 1 if one failed
    #[arg(long)]
    pub wait: bool,
    /// No remarks and no progress
    #[arg(short, long)]
    pub quiet: bool,
}

/// Show what the machines measure, and what waits.
#[derive(Args, Debug)]
pub struct QueueArgs {
    /// Only this machine
    #[arg(long, value_name = "NAME")]
    pub machine: Option<String>,
    /// Jobs at most
    #[arg(short = 'n', long, value_name = "COUNT", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=500))]
    pub count: u32,
    /// Which server.
    #[command(flatten)]
    pub server: ServerArgs,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// Jobs of the queue.
#[derive(Debug, Subcommand)]
pub enum JobCommand {
    /// Show a job
    Show(JobRef),
    /// Print a job's log
    Log(JobRef),
    /// Call a job off
    Cancel(JobRef),
    /// Put a job that ended into the queue again
    Retry(JobRef),
    /// Give a waiting job another place: higher comes first
    Priority(JobPriorityArgs),
}

/// A job.
#[derive(Args, Debug)]
pub struct JobRef {
    /// The job's number
    pub id: u64,
    /// Which server.
    #[command(flatten)]
    pub server: ServerArgs,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// Another place for a job.
#[derive(Args, Debug)]
pub struct JobPriorityArgs {
    /// The job.
    #[command(flatten)]
    pub job: JobRef,
    /// From -1000 to 1000; a person's request has 40
    #[arg(long = "to", value_name = "NUMBER", allow_hyphen_values = true)]
    pub priority: i32,
}

/// What an account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RoleArg {
    /// Look
    Viewer,
    /// Ask for jobs, and call off and retry its own
    Requester,
    /// Call off, retry and reorder any job; pause machines
    Operator,
    /// Projects, accounts, tokens, the audit log
    Admin,
}

/// Accounts of the server. Whoever can open the store may change them.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Make an account
    Add(UserAddArgs),
    /// List the accounts
    List(ListArgs),
    /// Let an account do nothing any more; its tokens and sessions end with it
    Disable(UserRef),
    /// Let a disabled account do what it did
    Enable(UserRef),
    /// Give an account another role
    Role(UserRoleArgs),
    /// Say who an account is at a provider of log-ins
    Link(UserLinkArgs),
}

/// A new account.
#[derive(Args, Debug)]
pub struct UserAddArgs {
    /// Its name
    pub name: String,
    /// What it may do
    #[arg(long, value_name = "ROLE")]
    pub role: RoleArg,
    /// Who it is at a provider of log-ins, as github:1234 (the number, for a name can change hands)
    #[arg(long, value_name = "PROVIDER:SUBJECT")]
    pub external: Option<String>,
}

/// An account.
#[derive(Args, Debug)]
pub struct UserRef {
    /// Its name
    pub name: String,
}

/// Another role.
#[derive(Args, Debug)]
pub struct UserRoleArgs {
    /// The account's name
    pub name: String,
    /// What it may do
    pub role: RoleArg,
}

/// Another identity at a provider.
#[derive(Args, Debug)]
pub struct UserLinkArgs {
    /// The account's name
    pub name: String,
    /// Who it is there, as github:1234; nothing ends the link
    #[arg(value_name = "PROVIDER:SUBJECT", default_value = "")]
    pub external: String,
}

/// A list.
#[derive(Args, Debug)]
pub struct ListArgs {
    /// How results are written: table or json
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: Format,
}

/// Tokens of accounts and machines. Whoever can open the store may change them.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token, and print it: it is shown this once
    Add(TokenAddArgs),
    /// List the tokens, without their secrets
    List(ListArgs),
    /// Let a token count no more
    Revoke(TokenRef),
}

/// A new token.
#[derive(Args, Debug)]
pub struct TokenAddArgs {
    /// The account that it speaks for
    #[arg(long, value_name = "NAME", required_unless_present = "machine", conflicts_with = "machine")]
    pub user: Option<String>,
    /// The machine whose agent it is for; its first token makes the machine known
    #[arg(long, value_name = "NAME")]
    pub machine: Option<String>,
    /// When it stops to count, from now, as 90d [default: never]
    #[arg(long, value_name = "TIME", value_parser = parse::days)]
    pub expires: Option<Seconds>,
    /// What it is for
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub note: String,
}

/// A token.
#[derive(Args, Debug)]
pub struct TokenRef {
    /// Its public part, as the list shows it
    pub id: String,
}

/// Projects that are watched. Whoever can open the store may change them.
#[derive(Debug, Subcommand)]
pub enum ProjectCommand {
    /// Watch a project, or change what it may do
    Set(Box<ProjectSetArgs>),
    /// List the projects
    List(ListArgs),
}

/// What a project may do. Its own kymo.toml can ask for less, never for more.
#[derive(Args, Debug)]
pub struct ProjectSetArgs {
    /// The project
    pub name: ProjectName,
    /// The only address that its commits come from: https://, or file:// where server and agent allow it
    #[arg(long, value_name = "URL")]
    pub remote: String,
    /// The branch that the history follows
    #[arg(long, value_name = "NAME", default_value = "main")]
    pub branch: String,
    /// A machine that measures it; may be given several times
    #[arg(long = "machine", value_name = "NAME", required = true)]
    pub machines: Vec<String>,
    /// Let the step `prepare` use the network, as to fetch crates
    #[arg(long)]
    pub network_in_prepare: bool,
    /// Take a file:// remote: for trying things out on one machine
    #[arg(long)]
    pub allow_file_remotes: bool,
    /// Time of each step up to the build
    #[arg(long, value_name = "TIME", value_parser = parse::seconds, help_heading = "Limits")]
    pub build_time: Option<Seconds>,
    /// Memory of the build
    #[arg(long, value_name = "SIZE", value_parser = parse::bytes, help_heading = "Limits")]
    pub build_memory: Option<Bytes>,
    /// Disk of the build
    #[arg(long, value_name = "SIZE", value_parser = parse::bytes, help_heading = "Limits")]
    pub build_disk: Option<Bytes>,
    /// Processes of the build at once
    #[arg(long, value_name = "COUNT", help_heading = "Limits")]
    pub build_processes: Option<u32>,
    /// Time of the measurement
    #[arg(long, value_name = "TIME", value_parser = parse::seconds, help_heading = "Limits")]
    pub measure_time: Option<Seconds>,
    /// Memory of the measurement
    #[arg(long, value_name = "SIZE", value_parser = parse::bytes, help_heading = "Limits")]
    pub measure_memory: Option<Bytes>,
    /// Disk of the measurement
    #[arg(long, value_name = "SIZE", value_parser = parse::bytes, help_heading = "Limits")]
    pub measure_disk: Option<Bytes>,
    /// Processes of the measurement at once
    #[arg(long, value_name = "COUNT", help_heading = "Limits")]
    pub measure_processes: Option<u32>,
    /// How often a job is tried before it is given up
    #[arg(long, value_name = "COUNT", default_value_t = 3, help_heading = "Limits")]
    pub attempts: u32,
    /// Jobs of the project that may wait at once
    #[arg(long, value_name = "COUNT", default_value_t = 10_000, help_heading = "Limits")]
    pub queued: u32,
}

/// Machines that measure. Whoever can open the store may change them.
#[derive(Debug, Subcommand)]
pub enum MachineCommand {
    /// List the machines
    List(ListArgs),
    /// Let a machine take no more jobs
    Pause(MachinePauseArgs),
    /// Let a machine take jobs again
    Resume(MachineRef),
}

/// A pause.
#[derive(Args, Debug)]
pub struct MachinePauseArgs {
    /// The machine
    pub name: String,
    /// Why, in a line that everybody may read
    #[arg(long, value_name = "TEXT")]
    pub because: String,
}

/// A machine.
#[derive(Args, Debug)]
pub struct MachineRef {
    /// Its name
    pub name: String,
}
