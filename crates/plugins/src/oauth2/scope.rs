//! What a token is for (RFC 6749, section 3.3).

use super::config::{Config, ScopeRule};
use super::parameters::{Given, Parameters};
use super::problem::Problem;

/// What a request asks for, if that is something that users can agree to.
pub(super) fn wanted(config: &Config, parameters: &Parameters) -> Result<Option<String>, Problem> {
    let invalid = |description: String| Err(Problem::new("invalid_scope", description));
    match (parameters.get("scope"), &config.scopes) {
        (None, _) if config.scope_rule == ScopeRule::Mandatory => invalid("You must specify a scope".to_owned()),
        (None, _) | (_, None) => Ok(None),
        (Some(Given::Other), Some(_)) => invalid("scope must be a string".to_owned()),
        (Some(Given::Text(text)), Some(known)) => {
            let words: Vec<&str> = text.split_ascii_whitespace().collect();
            match words.iter().find(|word| !known.iter().any(|known| &**known == **word)) {
                Some(unknown) => invalid(format!("\"{unknown}\" is an invalid scope")),
                None => Ok(Some(words.join(" ")).filter(|scope| !scope.is_empty())),
            }
        }
    }
}
