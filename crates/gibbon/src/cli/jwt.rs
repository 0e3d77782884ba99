//! `gibbon jwt`: tokens by hand. Making one, reading one, and asking whether a gateway would believe it.

mod ask;
mod credential;
mod inspect;
mod mint;
mod moment;
mod secret;
mod source;
mod verify;

use super::{Failure, Verbosity};
use ask::Terminal;
use gibbon_jose::sign::SignError;
use gibbon_jose::{Algorithm, KeyError};
use moment::Moment;
use std::io;
use std::path::PathBuf;

/// The commands about tokens.
#[derive(Debug, clap::Args)]
pub(super) struct JwtArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Make a token; asks for the life, the key and the issuer where they are not given.
    Mint(mint::Args),
    /// Show what a token says, when it expires, and what is wrong with it. Proves nothing without a key.
    Inspect(inspect::Args),
    /// Tell whether a token is valid under a key: status 0 if it is, 1 if it is not.
    Verify(verify::Args),
}

/// Why there is no token, or nothing to say about one.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JwtError {
    /// Something has to be asked, and nobody is there to answer.
    #[error("{what} is not given and standard input is no terminal to ask at; give `{option}`")]
    NobodyToAsk {
        /// What is missing.
        what: &'static str,
        /// The option that gives it.
        option: &'static str,
    },
    /// The terminal or a pipe.
    #[error("cannot read or write: {0}")]
    Io(#[from] io::Error),
    /// A file that was named.
    #[error("cannot read `{}`: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The key cannot be used.
    #[error("{0}")]
    Key(#[from] KeyError),
    /// A JWK that is not even JSON.
    #[error("the JWK is not JSON: {0}")]
    Jwk(#[source] serde_json::Error),
    /// An answer, or an option, that is not what was asked for.
    #[error("{0}")]
    Answer(String),
    /// The library does not sign.
    #[error(transparent)]
    Sign(#[from] SignError),
}

pub(super) fn run(args: JwtArgs, verbosity: Verbosity) -> Result<(), Failure> {
    let now = Moment::now();
    let (mut out, mut notes) = (io::stdout().lock(), io::stderr().lock());
    match args.command {
        Command::Mint(args) => mint::run(&args.with_credential(verbosity)?, now, &mut Terminal, &mut out, &mut notes)?,
        Command::Inspect(args) => inspect::run(&args, now, &source::token(args.token())?, &mut out)?,
        Command::Verify(args) => {
            let token = source::token(args.token())?;
            return match verify::run(&args, now, &token, &mut out)? {
                verify::Verdict::Valid => Ok(()),
                verify::Verdict::Invalid => Err(Failure::Said),
            };
        }
    }
    Ok(())
}

/// The names of all algorithms, for the help.
fn algorithm(name: &str) -> Result<Algorithm, String> {
    name.parse().map_err(|_| {
        let names: Vec<_> = Algorithm::ALL.iter().map(|algorithm| algorithm.as_str()).collect();
        format!("one of {}", names.join(", "))
    })
}
