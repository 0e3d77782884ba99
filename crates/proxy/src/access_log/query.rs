//! What of a query may stand in a log.

use std::borrow::Cow;

/// Which arguments are not shown: those with a name under which a plugin looks for credentials, and those that have the
/// shape of a token whatever they are called. A secret lives for as long as it is one, and a log lives longer.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Secrets<'n> {
    names: &'n [Box<str>],
}

impl<'n> Secrets<'n> {
    /// With the names under which plugins look for credentials, wherever these run.
    pub(crate) fn named(names: &'n [Box<str>]) -> Self {
        Self { names }
    }

    /// The target as it may be shown.
    pub(crate) fn without(self, target: &str) -> String {
        let mut shown = String::with_capacity(target.len());
        self.write(&mut shown, target);
        shown
    }

    /// Writes the target as it may be shown.
    pub(crate) fn write(self, line: &mut String, target: &str) {
        let Some((path, query)) = target.split_once('?').filter(|(_, query)| self.may_be_in(query)) else {
            line.push_str(target);
            return;
        };
        line.push_str(path);
        for (index, argument) in query.split('&').enumerate() {
            line.push(if index == 0 { '?' } else { '&' });
            match argument.split_once('=') {
                Some((name, value)) if is_token(value) => {
                    line.push_str(name);
                    line.push_str("=<token>");
                }
                Some((name, value)) if !value.is_empty() && self.is_named(name) => {
                    line.push_str(name);
                    line.push_str("=<credential>");
                }
                _ => line.push_str(argument),
            }
        }
    }

    fn may_be_in(self, query: &str) -> bool {
        !self.names.is_empty() || query.contains("eyJ")
    }

    /// The name may be written in another way than it is configured; plugins would find it all the same.
    fn is_named(self, name: &str) -> bool {
        let decoded = decoded(name);
        self.names.iter().any(|secret| secret.eq_ignore_ascii_case(&decoded))
    }
}

/// Three parts, the first of which begins as a JSON object in base64url does.
pub(crate) fn is_token(value: &str) -> bool {
    let value = value.replace("%2E", ".").replace("%2e", ".");
    value.trim_start_matches("%20").starts_with("eyJ") && value.matches('.').count() >= 2
}

fn decoded(name: &str) -> Cow<'_, str> {
    if !name.contains(['%', '+']) {
        return Cow::Borrowed(name);
    }
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let [first, behind @ ..] = rest {
        let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let escaped = match (first, behind) {
            (b'%', [high, low, ..]) => digit(high).zip(digit(low)).map(|(high, low)| high << 4 | low),
            _ => None,
        };
        bytes.push(escaped.unwrap_or(if *first == b'+' { b' ' } else { *first }));
        rest = if escaped.is_some() { behind.get(2..).unwrap_or_default() } else { behind };
    }
    String::from_utf8_lossy(&bytes).into_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(names: &[&str], target: &str) -> String {
        let names: Vec<Box<str>> = names.iter().map(|name| (*name).into()).collect();
        Secrets::named(&names).without(target)
    }

    #[test]
    fn what_has_the_shape_of_a_token_is_left_out_whatever_it_is_called() {
        assert_eq!(shown(&[], "/a?x=1&jwt=eyJh.eyJi.c&y"), "/a?x=1&jwt=<token>&y");
        assert_eq!(shown(&[], "/a?jwt=eyJh%2EeyJi%2ec"), "/a?jwt=<token>");
        assert_eq!(shown(&[], "/a?name=eyJane"), "/a?name=eyJane");
        assert_eq!(shown(&[], "/a"), "/a");
    }

    #[test]
    fn what_stands_under_the_name_of_a_credential_is_left_out_however_that_is_written() {
        let names = ["apikey", "api key"];
        assert_eq!(shown(&names, "/a?apikey=k1&x=1"), "/a?apikey=<credential>&x=1");
        for name in ["APIKEY", "%61pikey", "api%6bey", "api+key", "api%20key"] {
            assert_eq!(shown(&names, &format!("/a?{name}=k1")), format!("/a?{name}=<credential>"));
        }
        assert_eq!(shown(&names, "/a?apikey=&apikey&apikeys=2&%=1&%6=1"), "/a?apikey=&apikey&apikeys=2&%=1&%6=1");
    }
}
