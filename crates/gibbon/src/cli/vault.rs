//! `gibbon vault get <reference>`: the value behind a reference, as the gateway would find it.

use super::node::NodeArgs;
use super::terminal::say;
use super::{Failure, Verbosity, terminal};
use gibbon_vault::is_reference;

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
    say(&loaded.vaults.get(&framed(&get.reference))?);
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
