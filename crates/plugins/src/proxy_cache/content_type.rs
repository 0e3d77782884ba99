//! Media types of answers, compared with those that are configured.

/// A media type with its parameters (RFC 9110 section 8.3.1), or a range of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ContentType {
    kind: String,
    subtype: String,
    /// Sorted by name; a charset in lower case.
    parameters: Vec<(String, String)>,
}

impl ContentType {
    /// Reads `type/subtype; name=value`; none where it is not of that form.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut pieces = pieces(text).into_iter();
        let essence = pieces.next()?.to_ascii_lowercase();
        let (kind, subtype) = essence.trim().split_once('/')?;
        if kind.is_empty() || subtype.is_empty() {
            return None;
        }
        let mut parameters: Vec<_> = pieces.filter_map(parameter).collect();
        parameters.sort();
        Some(Self { kind: kind.to_owned(), subtype: subtype.to_owned(), parameters })
    }

    /// Whether `other` is one of those that this one stands for: `*` for anything, and the parameters have to be the
    /// same.
    pub(super) fn covers(&self, other: &Self) -> bool {
        (self.kind == "*" || self.kind == other.kind)
            && (self.subtype == "*" || self.subtype == other.subtype)
            && self.parameters == other.parameters
    }
}

/// Split at semicolons that stand in no quoted string.
fn pieces(text: &str) -> Vec<&str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    text.split(|c| {
        let ends = c == ';' && !is_quoted;
        is_quoted ^= c == '"' && !is_escaped;
        is_escaped = is_quoted && c == '\\' && !is_escaped;
        ends
    })
    .collect()
}

fn parameter(piece: &str) -> Option<(String, String)> {
    let (name, value) = piece.trim().split_once('=')?;
    let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
    let value = match value.strip_prefix('"').and_then(|value| value.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\\\"", "\"").replace("\\\\", "\\"),
        None => value.to_owned(),
    };
    let value = if name == "charset" { value.to_ascii_lowercase() } else { value };
    Some((name, value))
}

#[cfg(test)]
mod tests {
    use super::ContentType;

    #[test]
    fn a_type_covers_those_with_the_same_parameters() {
        for (configured, actual, covers) in [
            ("application/json", "application/json", true),
            ("application/json", "Application/JSON", true),
            ("application/json", "application/json; charset=utf-8", false),
            ("application/json;charset=utf-8", "application/json; Charset=\"UTF-8\"", true),
            ("application/json; charset=utf-8", "application/json", false),
            ("text/*", "text/plain", true),
            ("*/*", "image/png", true),
            ("*/*", "image/png; a=\"x;y\"", false),
            ("text/plain; a=\"x;y\"; b=1", "text/plain; b=1; a=\"x;y\"", true),
            ("text/plain", "text/html", false),
        ] {
            let [configured_type, actual_type] = [configured, actual].map(|text| ContentType::parse(text).unwrap());
            assert_eq!(configured_type.covers(&actual_type), covers, "{configured} {actual}");
        }
        for no_type in ["", "text", "/plain", "text/"] {
            assert_eq!(ContentType::parse(no_type), None, "{no_type}");
        }
    }
}
