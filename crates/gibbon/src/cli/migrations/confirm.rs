//! The one question that is asked.

use super::MigrationsError;
use std::io::{self, IsTerminal as _, Write as _};

/// How often an answer that is neither yes nor no is asked for again.
const TRIES: usize = 3;

/// Whether everything that is configured may go.
pub(super) fn reset() -> Result<bool, MigrationsError> {
    if !io::stdin().is_terminal() {
        return Err(MigrationsError::NoTerminal);
    }
    for _ in 0..TRIES {
        write!(io::stdout(), "> Are you sure? This operation is irreversible. [Y/n] ")?;
        io::stdout().flush()?;
        let mut line = String::new();
        io::stdin().read_line(&mut line)?;
        if let Some(answer) = answer(line.trim()) {
            return Ok(answer);
        }
    }
    Ok(false)
}

fn answer(text: &str) -> Option<bool> {
    match text {
        "y" | "Y" | "yes" | "YES" => Some(true),
        "n" | "N" | "no" | "NO" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::answer;

    #[test]
    fn an_answer_is_yes_or_no_and_an_empty_line_is_neither() {
        assert_eq!(
            ["y", "YES", "n", "NO", "", "perhaps"].map(answer),
            [Some(true), Some(true), Some(false), Some(false), None, None]
        );
    }
}
