//! The command line. One file a command; what they share is here, in `node` (which gateway is meant) and in `failure` (how
//! an error is shown).
//!
//! Names, options and the shape of the answers are those of Kong's command, with Gibbon's name where a product stands.

mod admin_token;
mod check;
mod config;
mod explain;
mod failure;
mod health;
mod jwt;
mod migrate;
mod migrations;
mod node;
mod openapi;
mod quit;
mod records;
mod reload;
mod restart;
mod session;
mod start;
mod stop;
mod terminal;
mod upgrade;
mod vault;
mod version;

use clap::{Parser, Subcommand};
pub(crate) use failure::Failure;
pub(crate) use start::Boot;
use std::process::ExitCode;

/// An API gateway that speaks Kong's interfaces.
#[derive(Debug, Parser)]
#[command(name = "gibbon", version, arg_required_else_help = true, max_term_width = 100)]
struct Cli {
    /// Say more about what happens.
    #[arg(long = "v", global = true)]
    verbose: bool,
    /// Say everything, all settings among it.
    #[arg(long = "vv", global = true)]
    debug: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start a gateway.
    Start(start::Args),
    /// Stop a gateway at once (TERM).
    Stop(stop::Args),
    /// Let a gateway finish the requests under way, then stop it (QUIT).
    Quit(quit::Args),
    /// Stop a gateway and start it again, in the background.
    Restart(restart::Args),
    /// Make a gateway read its settings again without closing a connection (HUP).
    Reload(reload::Args),
    /// Put the program that is installed now in the place of the one that runs, without closing a connection (USR2).
    Upgrade(upgrade::Args),
    /// Tell whether a gateway runs.
    Health(health::Args),
    /// Tell whether settings or a file of configuration are valid, everything that is wrong with them, and what is surely
    /// not meant.
    Check(check::Args),
    /// Take over what a Kong serves.
    Migrate(migrate::Args),
    /// Read and write files of configuration.
    Config(config::Args),
    /// Tell what a running gateway would make of a request, and why.
    Explain(explain::Args),
    /// Print the version.
    Version(version::Args),
    /// Make the tables of the database, and bring them up to date.
    Migrations(migrations::Args),
    /// Make, read and verify tokens.
    Jwt(jwt::JwtArgs),
    /// Look at the secrets that references stand for.
    Vault(vault::Args),
    /// Print the OpenAPI document of the Admin API.
    Openapi,
    /// Make tokens for the Admin API.
    AdminToken(admin_token::AdminTokenArgs),
}

/// How much a command says besides its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    /// Only the result.
    Normal,
    /// Also what it does.
    Verbose,
    /// Also what it does that for.
    Debug,
}

/// Runs the command that the process was started with.
pub(crate) fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => return terminal::usage(&usage),
    };
    let verbosity = match (cli.verbose, cli.debug) {
        (_, true) => Verbosity::Debug,
        (true, false) => Verbosity::Verbose,
        (false, false) => Verbosity::Normal,
    };
    match run(cli.command, verbosity) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.show(verbosity),
    }
}

fn run(command: Command, verbosity: Verbosity) -> Result<(), Failure> {
    match command {
        Command::Start(args) => start::run(&args, verbosity),
        Command::Stop(args) => stop::run(&args, verbosity),
        Command::Quit(args) => quit::run(&args, verbosity),
        Command::Restart(args) => restart::run(&args, verbosity),
        Command::Reload(args) => reload::run(&args, verbosity),
        Command::Upgrade(args) => upgrade::run(&args, verbosity),
        Command::Health(args) => health::run(&args),
        Command::Check(args) => check::run(&args, verbosity),
        Command::Migrate(args) => migrate::run(&args, verbosity),
        Command::Config(args) => config::run(args, verbosity),
        Command::Explain(args) => explain::run(&args),
        Command::Version(args) => version::run(&args),
        Command::Migrations(args) => migrations::run(&args, verbosity),
        Command::Jwt(args) => jwt::run(args, verbosity),
        Command::Vault(args) => vault::run(&args, verbosity),
        Command::Openapi => openapi::run(),
        Command::AdminToken(args) => admin_token::run(&args),
    }
}
