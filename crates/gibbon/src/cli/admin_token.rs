//! `gibbon admin-token`: tokens for the Admin API.

use std::io;

use gibbon_admin::MadeToken;
use gibbon_conf::{AdminToken, TokenAccess};

use super::Failure;
use super::terminal::say;

/// The commands about tokens of the Admin API.
#[derive(Debug, clap::Args)]
pub(super) struct AdminTokenArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Make a token: prints it, this once, and the line that a gateway is told of it.
    New(Args),
}

/// The options.
#[derive(Debug, clap::Args)]
struct Args {
    /// The token may only be used for what changes nothing.
    #[arg(long)]
    read_only: bool,
    /// What the token is called in the history and in logs.
    #[arg(long, default_value = "admin", value_parser = name)]
    name: String,
}

pub(super) fn run(args: &AdminTokenArgs) -> Result<(), Failure> {
    let Command::New(Args { read_only, name }) = &args.command;
    let access = if *read_only { TokenAccess::ReadOnly } else { TokenAccess::Full };
    let made = MadeToken::new(name, access).map_err(|error| Failure::NoRandomness(io::Error::other(error)))?;
    say(&format!("token: {}", made.text));
    say(&format!("admin_tokens = {}", made.kept));
    Ok(())
}

fn name(text: &str) -> Result<String, String> {
    AdminToken::check_name(text).map(|()| text.to_owned())
}
