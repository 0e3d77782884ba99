//! Values with expressions in them: `user-$(headers.x_user or "nobody")`.

use gibbon_plugin_api::RequestCx;

use super::expression::Expression;

/// A compiled value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Template(Vec<Piece>);

#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Text(Box<str>),
    Expression(Expression),
}

impl Template {
    /// Compiles a value.
    ///
    /// # Errors
    /// Why an expression cannot be read.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("$(") {
            let (expression, behind) = enclosed(after).ok_or_else(|| format!("`$({after}` does not end"))?;
            pieces.extend((!before.is_empty()).then(|| Piece::Text(before.into())));
            let parsed = Expression::parse(expression).map_err(|error| format!("`$({expression})`: {error}"))?;
            pieces.push(Piece::Expression(parsed));
            rest = behind;
        }
        pieces.extend((!rest.is_empty()).then(|| Piece::Text(rest.into())));
        Ok(Self(pieces))
    }

    /// The value for a request. What an expression does not find is left out.
    pub(super) fn render(&self, cx: &RequestCx<'_>) -> String {
        let text = |piece: &Piece| match piece {
            Piece::Text(text) => text.to_string(),
            Piece::Expression(expression) => expression.value(cx).unwrap_or_default(),
        };
        self.0.iter().map(text).collect()
    }
}

/// What stands before the parenthesis that ends an expression, and what behind it.
fn enclosed(text: &str) -> Option<(&str, &str)> {
    let (mut depth, mut quote) = (0_usize, None);
    for (place, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') if depth == 0 => return Some((text.get(..place)?, text.get(place + 1..)?)),
            (None, ')') => depth -= 1,
            (None, _) => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_stand_between_texts() {
        let expression = |text| Piece::Expression(Expression::parse(text).unwrap());
        let parsed = Template::parse("/a/$(headers.x)-$(query_params['b)'] or (')'))/c").unwrap();
        let expected = vec![
            Piece::Text("/a/".into()),
            expression("headers.x"),
            Piece::Text("-".into()),
            expression("query_params['b)'] or (')')"),
            Piece::Text("/c".into()),
        ];
        assert_eq!(parsed, Template(expected));
        assert_eq!(Template::parse("$5 (net)"), Ok(Template(vec![Piece::Text("$5 (net)".into())])));
    }

    #[test]
    fn an_expression_that_cannot_be_read_is_named() {
        assert_eq!(Template::parse("a$(headers.x").unwrap_err(), "`$(headers.x` does not end");
        assert!(Template::parse("a$(os.exit())").unwrap_err().starts_with("`$(os.exit())`: "));
    }
}
