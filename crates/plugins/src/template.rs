//! Values with expressions in them: `user-$(headers.x_user or "nobody")`.

mod expression;

use gibbon_lua::mlua::Value as LuaValue;
use gibbon_plugin_api::{LuaCode, RequestCx};

use expression::Expression;

use crate::lua::{self, Call, Code, Reading};

/// A compiled value.
#[derive(Debug)]
pub(crate) struct Template(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    Text(Box<str>),
    Expression(Expression),
    /// What is not as simple.
    Lua(Code),
}

impl Template {
    /// Compiles a value.
    ///
    /// # Errors
    /// Why an expression cannot be read.
    pub(crate) fn parse(text: &str, lua: LuaCode) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("$(") {
            let (expression, behind) = enclosed(after).ok_or_else(|| format!("`$({after}` does not end"))?;
            pieces.extend((!before.is_empty()).then(|| Piece::Text(before.into())));
            pieces.push(match Expression::parse(expression) {
                Ok(parsed) => Piece::Expression(parsed),
                Err(_) => lua::permit(lua)
                    .and_then(|()| lua::expression(expression))
                    .map(Piece::Lua)
                    .map_err(|error| format!("`$({expression})`: {error}"))?,
            });
            rest = behind;
        }
        pieces.extend((!rest.is_empty()).then(|| Piece::Text(rest.into())));
        Ok(Self(pieces))
    }

    /// The value, where it is the same for all requests.
    pub(crate) fn fixed(&self) -> Option<&str> {
        match &*self.0 {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The value where there is no request: what expressions would find is left out.
    pub(crate) fn without_request(&self) -> String {
        let texts = self.0.iter().filter_map(|piece| match piece {
            Piece::Text(text) => Some(&**text),
            Piece::Expression(_) | Piece::Lua(_) => None,
        });
        texts.collect()
    }

    /// The value for a request. What an expression does not find is left out.
    pub(crate) fn render(&self, cx: &RequestCx<'_>) -> String {
        let text = |piece: &Piece| match piece {
            Piece::Text(text) => text.to_string(),
            Piece::Expression(expression) => expression.value(cx).unwrap_or_default(),
            Piece::Lua(code) => returned(code, cx),
        };
        self.0.iter().map(text).collect()
    }
}

/// The value of an expression in Lua; one that fails has none.
fn returned(code: &Code, cx: &RequestCx<'_>) -> String {
    let call = Call { shared: cx.shared, instance: 0, phase: "access" };
    let value = code.run(&call, &mut Reading::new(cx), None, |value| match value {
        LuaValue::Nil => String::new(),
        value => value.to_string().unwrap_or_default(),
    });
    value.inspect_err(|failure| lua::report("access", failure)).unwrap_or_default()
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
        let shown = |pieces: Vec<Piece>| format!("{:?}", Template(pieces));
        let parsed = Template::parse("/a/$(headers.x)-$(query_params['b)'] or (')'))/c", LuaCode::Runs).unwrap();
        let expected = vec![
            Piece::Text("/a/".into()),
            expression("headers.x"),
            Piece::Text("-".into()),
            expression("query_params['b)'] or (')')"),
            Piece::Text("/c".into()),
        ];
        assert_eq!(format!("{parsed:?}"), shown(expected));
        let plain = Template::parse("$5 (net)", LuaCode::Runs).unwrap();
        assert_eq!(format!("{plain:?}"), shown(vec![Piece::Text("$5 (net)".into())]));
    }

    #[test]
    fn texts_are_all_that_there_is_without_a_request() {
        let parse = |text| Template::parse(text, LuaCode::Runs).unwrap();
        assert_eq!(
            (parse("a").fixed(), parse("").fixed(), parse("a$(headers.x)").fixed()),
            (Some("a"), Some(""), None)
        );
        assert_eq!(parse("a-$(headers.x)-b").without_request(), "a--b");
    }

    #[test]
    fn an_expression_that_cannot_be_read_is_named() {
        assert_eq!(Template::parse("a$(headers.x", LuaCode::Runs).unwrap_err(), "`$(headers.x` does not end");
        assert!(Template::parse("a$(or or)", LuaCode::Runs).unwrap_err().starts_with("`$(or or)`: "));
    }
}
