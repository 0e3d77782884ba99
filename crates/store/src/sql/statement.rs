use std::borrow::Cow;

use uuid::Uuid;

/// A statement with its parameters; `$1` is the first.
pub(crate) struct Statement<'a> {
    pub(crate) sql: Cow<'static, str>,
    pub(crate) parameters: Vec<Parameter<'a>>,
}

/// A value that is handed to the database beside the statement.
pub(crate) enum Parameter<'a> {
    /// Text of ours: a kind, a field, a body as JSON. It holds no NUL.
    Text(&'a str),
    /// Text that came from outside and may hold anything, NUL included; it is compared byte by byte.
    Exact(Cow<'a, str>),
    /// An id.
    Id(Uuid),
    /// A number, or null.
    Number(Option<i64>),
    /// True or false.
    Flag(bool),
}

impl<'a> Statement<'a> {
    pub(crate) fn new(sql: impl Into<Cow<'static, str>>) -> Self {
        Self { sql: sql.into(), parameters: Vec::new() }
    }

    pub(crate) fn text(self, text: &'a str) -> Self {
        self.with(Parameter::Text(text))
    }

    pub(crate) fn exact(self, text: Cow<'a, str>) -> Self {
        self.with(Parameter::Exact(text))
    }

    pub(crate) fn id(self, id: Uuid) -> Self {
        self.with(Parameter::Id(id))
    }

    pub(crate) fn number(self, number: impl Into<Option<i64>>) -> Self {
        self.with(Parameter::Number(number.into()))
    }

    pub(crate) fn flag(self, flag: bool) -> Self {
        self.with(Parameter::Flag(flag))
    }

    fn with(mut self, parameter: Parameter<'a>) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// Adds text to a statement that is put together from parts.
    pub(crate) fn push(&mut self, sql: &str) {
        self.sql.to_mut().push_str(sql);
    }

    /// Adds a parameter; the answer is what stands for it in the text.
    pub(crate) fn add(&mut self, parameter: Parameter<'a>) -> String {
        self.parameters.push(parameter);
        format!("${}", self.parameters.len())
    }
}

/// A limit as the databases want it.
pub(crate) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
