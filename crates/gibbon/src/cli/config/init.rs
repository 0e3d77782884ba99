//! `gibbon config init`: an example to begin with.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

use super::{ConfigError, USUAL};

/// The options.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where to write it.
    #[arg(value_name = "FILE", default_value = USUAL)]
    file: PathBuf,
}

pub(super) fn run(args: &Args) -> Result<(), ConfigError> {
    let path = &args.file;
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| file.write_all(EXAMPLE.as_bytes()));
    written.map_err(|source| match source.kind() {
        ErrorKind::AlreadyExists => ConfigError::Present(path.display().to_string()),
        _ => ConfigError::Unwritable { path: path.clone(), source },
    })
}

const EXAMPLE: &str = include_str!("example.yml");

#[cfg(test)]
mod tests {
    use gibbon_declarative::{Document, Kinds, Notation, load};
    use gibbon_runtime::Definitions;

    use super::EXAMPLE;

    #[test]
    fn the_example_loads_as_it_is_and_with_everything_switched_on() {
        let definitions = Definitions::new(&gibbon_plugins::registry::registry());
        let switched_on =
            EXAMPLE.lines().map(|line| line.strip_prefix("# ").filter(|rest| is_code(rest)).unwrap_or(line));
        for (text, count) in [(EXAMPLE.to_owned(), 0), (switched_on.collect::<Vec<_>>().join("\n"), 6)] {
            let document = Document::read(&text, Notation::Yaml).unwrap();
            let loaded = load(&document, &Kinds::new(definitions.iter()), &definitions);
            assert_eq!(loaded.unwrap_or_else(|error| panic!("{error}")).records.len(), count);
        }
    }

    /// Whether a line is YAML that was commented out: sentences begin with a capital.
    fn is_code(line: &str) -> bool {
        !line.trim_start().starts_with(|c: char| c.is_ascii_uppercase())
    }
}
