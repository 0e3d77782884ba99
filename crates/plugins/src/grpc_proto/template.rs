//! Templates of paths, as `google.api.http` writes them.
//!
//! ```text
//! Template = "/" Segments [ ":" literal ]
//! Segment  = "*" | "**" | literal | "{" name { "." name } [ "=" Segments ] "}"
//! ```

/// A template, ready to be compared with paths.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Template {
    parts: Vec<Part>,
    /// What stands behind the last colon, with the colon.
    verb: Box<str>,
    /// The fields that take parts of the path: name, and the first and last part that belong to it.
    variables: Vec<(Box<str>, usize, usize)>,
}

#[derive(Debug, PartialEq, Eq)]
enum Part {
    Literal(Box<str>),
    /// One segment.
    One,
    /// Any number of them; the last part always.
    Rest,
}

impl Template {
    /// Reads one; none where it is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('/')?;
        let after_variables = text.rfind('}').map_or(0, |place| place + 1);
        let verb = text.get(after_variables..)?.rfind(':').map_or(text.len(), |place| after_variables + place);
        let (segments, verb) = text.split_at_checked(verb)?;
        let mut template = Self { parts: Vec::new(), verb: verb.into(), variables: Vec::new() };
        let mut rest = segments;
        loop {
            rest = match rest.strip_prefix('{') {
                Some(variable) => {
                    let (variable, rest) = variable.split_once('}')?;
                    let (name, inner) = variable.split_once('=').unwrap_or((variable, "*"));
                    let first = template.parts.len();
                    inner.split('/').try_for_each(|segment| template.push(segment))?;
                    template.variables.push((name.into(), first, template.parts.len() - 1));
                    rest
                }
                None => {
                    let (segment, rest) = rest.split_at_checked(rest.find('/').unwrap_or(rest.len()))?;
                    template.push(segment)?;
                    rest
                }
            };
            match rest.strip_prefix('/') {
                Some(more) => rest = more,
                None if rest.is_empty() => return Some(template),
                None => return None,
            }
        }
    }

    fn push(&mut self, segment: &str) -> Option<()> {
        if matches!(self.parts.last(), Some(Part::Rest)) {
            return None;
        }
        self.parts.push(match segment {
            "*" => Part::One,
            "**" => Part::Rest,
            literal if literal.contains(['{', '}', '*']) => return None,
            literal => Part::Literal(literal.into()),
        });
        Some(())
    }

    /// The values of the fields, decoded, where the path fits.
    pub(crate) fn fields(&self, path: &str) -> Option<Vec<(&str, String)>> {
        let path = path.strip_prefix('/')?.strip_suffix(&*self.verb)?;
        let segments: Vec<&str> = path.split('/').collect();
        let has_rest = matches!(self.parts.last(), Some(Part::Rest));
        let fits = if has_rest { segments.len() >= self.parts.len() } else { segments.len() == self.parts.len() };
        let fits = fits
            && self.parts.iter().zip(&segments).all(|(part, segment)| match part {
                Part::Literal(literal) => **literal == **segment,
                Part::One | Part::Rest => !segment.is_empty(),
            });
        if !fits {
            return None;
        }
        let variables = self.variables.iter().map(|(name, first, last)| {
            let reaches_end = has_rest && last + 1 == self.parts.len();
            let end = if reaches_end { segments.len() } else { last + 1 };
            let text = segments.get(*first..end)?.join("/");
            let text = percent_encoding::percent_decode_str(&text).decode_utf8().ok()?.into_owned();
            Some((&**name, text))
        });
        variables.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Template;

    #[test]
    fn paths_that_fit_give_their_fields() {
        for (template, path, expected) in [
            ("/v1/a", "/v1/a", Some("")),
            ("/v1/a", "/v1/b", None),
            ("/v1/{id}", "/v1/x%2Fy", Some("id=x/y")),
            ("/v1/{id}", "/v1/", None),
            ("/v1/{id}", "/v1/a/b", None),
            ("/v1/{a.b}/c/{d}", "/v1/x/c/y", Some("a.b=x d=y")),
            ("/v1/{name=orders/*}:read", "/v1/orders/7:read", Some("name=orders/7")),
            ("/v1/{name=orders/*}:read", "/v1/orders/7", None),
            ("/v1/{name=**}", "/v1/a/b/c", Some("name=a/b/c")),
            ("/v1/{name=**}", "/v1", None),
            ("/v1/*/{id}", "/v1/any/7", Some("id=7")),
            ("/v1/{id}", "/v1/%ff", None),
        ] {
            let template = Template::parse(template).unwrap();
            let fields = template.fields(path).map(|fields| {
                fields.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
            });
            assert_eq!(fields.as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn what_is_no_template_is_refused() {
        for text in ["", "v1", "/{a", "/a}", "/{a=**}/b", "/x{a}", "/{a}b"] {
            assert_eq!(Template::parse(text), None, "{text}");
        }
    }
}
