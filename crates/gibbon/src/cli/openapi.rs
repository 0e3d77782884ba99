//! `gibbon openapi`: the Admin API of this gateway with all its plugins, described for programs.

use gibbon_runtime::Definitions;

use super::Failure;
use super::terminal::say;

pub(super) fn run() -> Result<(), Failure> {
    let registry = gibbon_plugins::registry::registry();
    let document = gibbon_admin::openapi(&Definitions::new(&registry), &registry, env!("CARGO_PKG_VERSION"));
    say(&format!("{document:#}"));
    Ok(())
}
