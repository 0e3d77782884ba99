//! How running a piece of code can end badly.

use crate::meter::Exhausted;

/// Why a call has not come to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The code is no Lua; the message is Lua's.
    #[error("{0}")]
    Syntax(String),
    /// The code has raised an error, or has done what cannot be done.
    #[error("{0}")]
    Raised(String),
    /// It has taken too long.
    #[error(transparent)]
    Exhausted(#[from] Exhausted),
    /// It wanted more memory than there is.
    #[error("not enough memory")]
    Memory,
}

impl Failure {
    pub(crate) fn of(error: &mlua::Error) -> Self {
        match error {
            mlua::Error::SyntaxError { message, .. } => Self::Syntax(message.clone()),
            mlua::Error::MemoryError(_) => Self::Memory,
            mlua::Error::CallbackError { cause, .. } => Self::of(cause),
            mlua::Error::ExternalError(cause) => match cause.downcast_ref::<Exhausted>() {
                Some(exhausted) => Self::Exhausted(*exhausted),
                None => Self::Raised(cause.to_string()),
            },
            other => {
                let text = message(other);
                if text == "not enough memory" { Self::Memory } else { Self::Raised(text) }
            }
        }
    }
}

/// The text of an error without the list of calls that led to it.
pub(crate) fn message(error: &mlua::Error) -> String {
    match error {
        mlua::Error::RuntimeError(text) => text.split("\nstack traceback:").next().unwrap_or(text).to_owned(),
        mlua::Error::CallbackError { cause, .. } => message(cause),
        other => other.to_string(),
    }
}
