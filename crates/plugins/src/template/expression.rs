//! What may stand between `$(` and `)`: the part of Lua's expressions that reads the request.

use gibbon_plugin_api::RequestCx;

/// An expression. Its value is a text, or nothing.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Expression {
    Text(Box<str>),
    Header(Box<str>),
    Argument(Box<str>),
    /// A group of the path's regular expression, by its name.
    NamedCapture(Box<str>),
    /// The same by its number, from 1; 0 is the whole match.
    NumberedCapture(usize),
    /// The first that is something.
    Or(Vec<Expression>),
    /// The last, if all are something.
    And(Vec<Expression>),
    /// All, one behind the other.
    Joined(Vec<Expression>),
}

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// What cannot be read, in words for whoever wrote it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut reader = Reader { rest: text };
        let expression = reader.alternatives(0)?;
        match reader.rest.trim_start() {
            "" => Ok(expression),
            rest => Err(format!(
                "`{rest}` cannot be read; what is known are `headers`, `query_params`, `uri_captures`, \
                                 texts, `or`, `and` and `..`"
            )),
        }
    }

    /// The value for a request.
    pub(super) fn value(&self, cx: &RequestCx<'_>) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.to_string()),
            Self::Header(name) => {
                let headers = &cx.head.headers;
                let found = headers.get(&**name).or_else(|| headers.get(&*name.replace('_', "-")));
                found.map(|value| String::from_utf8_lossy(value).into_owned())
            }
            Self::Argument(name) => {
                let argument = cx.query().find(|argument| argument.name == **name)?;
                Some(argument.value.map_or_else(|| "true".to_owned(), |value| value.into_owned()))
            }
            Self::NamedCapture(name) => cx.captures.named(name).map(str::to_owned),
            Self::NumberedCapture(number) => cx.captures.numbered(*number).map(str::to_owned),
            Self::Or(all) => all.iter().find_map(|expression| expression.value(cx)),
            Self::And(all) => all.iter().map(|expression| expression.value(cx)).reduce(|one, next| one.and(next))?,
            Self::Joined(all) => Some(all.iter().filter_map(|expression| expression.value(cx)).collect()),
        }
    }
}

/// How deep parentheses may lie in each other.
const DEEPEST: usize = 16;

/// The tables of a request.
const TABLES: [&str; 3] = ["headers", "query_params", "uri_captures"];

struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    fn alternatives(&mut self, depth: usize) -> Result<Expression, String> {
        self.list("or", Expression::Or, |reader| {
            reader.list("and", Expression::And, |reader| {
                reader.list("..", Expression::Joined, |reader| reader.operand(depth))
            })
        })
    }

    /// One operand, or several with `operator` between them.
    fn list(
        &mut self,
        operator: &str,
        several: fn(Vec<Expression>) -> Expression,
        mut operand: impl FnMut(&mut Self) -> Result<Expression, String>,
    ) -> Result<Expression, String> {
        let first = operand(self)?;
        let mut all = vec![first];
        while self.takes(operator) {
            all.push(operand(self)?);
        }
        Ok(if all.len() == 1 { all.swap_remove(0) } else { several(all) })
    }

    fn operand(&mut self, depth: usize) -> Result<Expression, String> {
        self.rest = self.rest.trim_start();
        if depth >= DEEPEST {
            return Err("there are too many parentheses".to_owned());
        }
        if self.takes("(") {
            let inner = self.alternatives(depth + 1)?;
            return if self.takes(")") { Ok(inner) } else { Err("a parenthesis does not end".to_owned()) };
        }
        if self.rest.starts_with(['"', '\'']) {
            return self.quoted().map(|text| Expression::Text(text.into()));
        }
        let table = TABLES.into_iter().find(|table| self.takes(table));
        let table = table.ok_or_else(|| format!("`{}` cannot be read", self.rest))?;
        let key = self.key()?;
        Ok(match (table, key) {
            ("headers", Key::Name(name)) => Expression::Header(name.into()),
            ("query_params", Key::Name(name)) => Expression::Argument(name.into()),
            (_, Key::Name(name)) => Expression::NamedCapture(name.into()),
            ("uri_captures", Key::Number(number)) => Expression::NumberedCapture(number),
            (table, Key::Number(_)) => return Err(format!("`{table}` has no numbers")),
        })
    }

    /// `.name`, `["name"]` or `[1]`.
    fn key(&mut self) -> Result<Key<'t>, String> {
        if self.takes(".") {
            let end = self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(self.rest.len());
            let (name, rest) = self.rest.split_at(end);
            self.rest = rest;
            return if name.is_empty() {
                Err("a name is missing behind a dot".to_owned())
            } else {
                Ok(Key::Name(name))
            };
        }
        if !self.takes("[") {
            return Err("a table needs `.name` or `[\"name\"]` behind it".to_owned());
        }
        self.rest = self.rest.trim_start();
        let key = if self.rest.starts_with(['"', '\'']) {
            Key::Name(self.quoted()?)
        } else {
            let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
            let (digits, rest) = self.rest.split_at(end);
            self.rest = rest;
            Key::Number(digits.parse().map_err(|_| "a name in quotes or a number is missing in `[]`".to_owned())?)
        };
        if self.takes("]") { Ok(key) } else { Err("a bracket does not end".to_owned()) }
    }

    fn quoted(&mut self) -> Result<&'t str, String> {
        let mut chars = self.rest.chars();
        let quote = chars.next().unwrap_or('"');
        let (text, rest) = chars.as_str().split_once(quote).ok_or("a text does not end")?;
        if text.contains('\\') {
            return Err("a text cannot have a `\\` in it".to_owned());
        }
        self.rest = rest;
        Ok(text)
    }

    /// Goes on behind `word`, if it stands here.
    fn takes(&mut self, word: &str) -> bool {
        let Some(rest) = self.rest.trim_start().strip_prefix(word) else { return false };
        let is_word = word.ends_with(|c: char| c.is_ascii_alphanumeric());
        if is_word && rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
            return false;
        }
        self.rest = rest;
        true
    }
}

enum Key<'t> {
    Name(&'t str),
    Number(usize),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_asked_for_a_name() {
        for text in ["headers.x_a", r#"headers["x_a"]"#, " headers [ 'x_a' ] ", "(headers.x_a)"] {
            assert_eq!(Expression::parse(text), Ok(Expression::Header("x_a".into())), "{text}");
        }
        assert_eq!(Expression::parse("query_params.a"), Ok(Expression::Argument("a".into())));
        assert_eq!(Expression::parse("uri_captures[1]"), Ok(Expression::NumberedCapture(1)));
        assert_eq!(Expression::parse("uri_captures.id"), Ok(Expression::NamedCapture("id".into())));
    }

    #[test]
    fn operators_bind_as_in_lua() {
        let text = |text: &str| Expression::Text(text.into());
        let (a, b, c) = (text("a"), text("b"), text("c"));
        let expected = Expression::Or(vec![a, Expression::And(vec![b, Expression::Joined(vec![c, text("d")])])]);
        assert_eq!(Expression::parse("'a' or 'b' and 'c' .. 'd'"), Ok(expected));
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        for text in [
            "",
            "headers",
            "headers.",
            "headers[",
            "headers[x]",
            "headers[1]",
            "other.x",
            "headers.a headers.b",
            "'a",
            "os.exit()",
            "(function() return 1 end)()",
            "headers.a or",
            "orheaders.a",
            r"'a\'b'",
        ] {
            assert!(Expression::parse(text).is_err(), "{text}");
        }
        assert!(Expression::parse(&"(".repeat(100_000)).is_err());
    }
}
