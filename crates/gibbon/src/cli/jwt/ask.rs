//! Asking for what was not given.

use super::JwtError;
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

/// Someone who can be asked.
pub(super) trait Ask {
    /// Whether anyone is there.
    fn is_there(&self) -> bool;
    /// An answer that may be seen.
    fn line(&mut self, question: &str) -> Result<String, JwtError>;
    /// An answer that must not show on the screen.
    fn hidden(&mut self, question: &str) -> Result<String, JwtError>;
}

/// The terminal that the command was started at. Questions go to standard error, so that the token can be piped on.
pub(super) struct Terminal;

impl Ask for Terminal {
    fn is_there(&self) -> bool {
        io::stdin().is_terminal()
    }

    fn line(&mut self, question: &str) -> Result<String, JwtError> {
        let mut screen = io::stderr();
        write!(screen, "{question}")?;
        screen.flush()?;
        let mut answer = String::new();
        if io::stdin().lock().read_line(&mut answer)? == 0 {
            return Err(JwtError::Answer("no answer was given".to_owned()));
        }
        Ok(answer.trim_end_matches(['\r', '\n']).to_owned())
    }

    fn hidden(&mut self, question: &str) -> Result<String, JwtError> {
        Ok(rpassword::prompt_password(question)?)
    }
}

/// The person, or why there is none for this question.
pub(super) fn require<'a>(
    ask: &'a mut dyn Ask,
    what: &'static str,
    option: &'static str,
) -> Result<&'a mut dyn Ask, JwtError> {
    if ask.is_there() { Ok(ask) } else { Err(JwtError::NobodyToAsk { what, option }) }
}

#[cfg(test)]
pub(super) mod fake {
    use super::{Ask, JwtError};
    use std::collections::VecDeque;

    /// Answers from a list, and remembers what it was asked; nobody at all when there are no answers.
    #[derive(Default)]
    pub(in super::super) struct Script {
        pub(in super::super) answers: VecDeque<&'static str>,
        pub(in super::super) questions: Vec<String>,
    }

    impl Script {
        pub(in super::super) fn of<const N: usize>(answers: [&'static str; N]) -> Self {
            Script { answers: answers.into(), questions: Vec::new() }
        }
    }

    impl Ask for Script {
        fn is_there(&self) -> bool {
            !self.answers.is_empty()
        }

        fn line(&mut self, question: &str) -> Result<String, JwtError> {
            self.questions.push(question.to_owned());
            Ok(self.answers.pop_front().unwrap_or_default().to_owned())
        }

        fn hidden(&mut self, question: &str) -> Result<String, JwtError> {
            self.line(&format!("(hidden) {question}"))
        }
    }
}
