//! `gibbon vault get <reference>`: the value behind a reference, as the gateway would find it.

use super::node::NodeArgs;
use super::terminal::say;
use super::{Failure, Verbosity, terminal};
use crate::app::stored_vaults;
use gibbon_vault::{ENV, Reference, is_reference};

/// The command with its own commands.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Print the value of a reference.
    Get(Get),
}

#[derive(Debug, clap::Args)]
struct Get {
    /// The reference: `{vault://env/my-secret/key}`, or without its frame `env/my-secret/key`.
    #[arg(value_name = "REFERENCE")]
    reference: String,
    #[command(flatten)]
    node: NodeArgs,
}

pub(super) fn run(args: &Args, verbosity: Verbosity) -> Result<(), Failure> {
    let Command::Get(get) = &args.command;
    let loaded = get.node.source().load()?;
    terminal::show_loaded(&loaded, verbosity);
    let reference = Reference::parse(&framed(&get.reference))?;
    let vaults = if reference.vault == ENV { loaded.vaults } else { stored_vaults(&loaded.conf, loaded.vaults)? };
    say(&vaults.look_up(&reference)?);
    Ok(())
}

fn framed(reference: &str) -> String {
    if is_reference(reference) { reference.to_owned() } else { format!("{{vault://{reference}}}") }
}

#[cfg(test)]
mod tests {
    use super::framed;

    #[test]
    fn a_reference_may_leave_out_its_frame() {
        assert_eq!(framed("env/a"), "{vault://env/a}");
        assert_eq!(framed("{vault://env/a}"), "{vault://env/a}");
    }
}
