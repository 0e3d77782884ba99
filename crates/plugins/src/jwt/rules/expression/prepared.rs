//! A rule between its text and its use: parsed, with every name known, and with what bounds it built in.

use std::any::Any;
use std::sync::Arc;

use cel::Env;
use cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr, LiteralValue};
use cel::common::types::{CelInt, Type};
use cel::common::value::{StaticVal, Val};
use regex::{Regex, RegexBuilder};

/// The function through which every walk goes. Names with `@` cannot be written in a rule.
pub(super) const PAID: &str = "@paid";
/// The function that stands for `matches`.
pub(super) const MATCHES: &str = "@matches";
/// What is left to pay with.
pub(super) const BUDGET: &str = "@budget";
/// The compiled patterns.
pub(super) const PATTERNS: &str = "@patterns";

/// What a rule may ask about.
const SUBJECTS: [&str; 3] = ["claims", "header", "request"];

/// The types, which are values too.
const TYPES: [&str; 11] =
    ["bool", "bytes", "double", "dyn", "int", "list", "map", "null_type", "string", "type", "uint"];

/// The functions; whether one fits what it is applied to is seen when it is.
const FUNCTIONS: [&str; 17] = [
    "bool",
    "bytes",
    "contains",
    "double",
    "dyn",
    "endsWith",
    "hasValue",
    "int",
    "matches",
    "or",
    "orValue",
    "size",
    "startsWith",
    "string",
    "type",
    "uint",
    "value",
];

/// The functions below `optional`.
const OF_OPTIONAL: [&str; 3] = ["none", "of", "ofNonZeroValue"];

/// How much of memory the compiled form of a pattern may take.
const PATTERN_BYTES: usize = 1 << 16;

/// A rule and its patterns.
pub(super) struct Prepared {
    pub(super) expression: IdedExpr,
    pub(super) patterns: Patterns,
}

/// The patterns of a rule, in the order in which they stand there.
#[derive(Debug, Clone, Default)]
pub(super) struct Patterns(Arc<Vec<Regex>>);

/// On the way through a rule.
struct Walk {
    patterns: Vec<Regex>,
    /// The names that walks through lists have given to their elements.
    named: Vec<String>,
}

impl Prepared {
    /// # Errors
    /// What is wrong with the rule.
    pub(super) fn new(environment: &Env, text: &str) -> Result<Self, String> {
        let mut expression = environment.parser().parse(text).map_err(|errors| {
            let first = errors.errors.first();
            format!("not a CEL expression: {}", first.map_or_else(|| errors.to_string(), |error| error.msg.clone()))
        })?;
        let mut walk = Walk { patterns: Vec::new(), named: Vec::new() };
        walk.expression(&mut expression)?;
        Ok(Self { expression, patterns: Patterns(Arc::new(walk.patterns)) })
    }
}

impl Patterns {
    pub(super) fn get(&self, place: usize) -> Option<&Regex> {
        self.0.get(place)
    }
}

impl Walk {
    fn expression(&mut self, expression: &mut IdedExpr) -> Result<(), String> {
        match &mut expression.expr {
            Expr::Unspecified => Err("not a CEL expression".to_owned()),
            Expr::Literal(_) => Ok(()),
            Expr::Ident(name) => self.name(name),
            Expr::Select(select) => self.expression(&mut select.operand),
            Expr::List(list) => list.elements.iter_mut().try_for_each(|element| self.expression(element)),
            Expr::Map(map) => map.entries.iter_mut().try_for_each(|entry| match &mut entry.expr {
                EntryExpr::MapEntry(entry) => {
                    self.expression(&mut entry.key)?;
                    self.expression(&mut entry.value)
                }
                EntryExpr::StructField(_) => Err(NO_MESSAGES.to_owned()),
            }),
            Expr::Struct(_) => Err(NO_MESSAGES.to_owned()),
            Expr::Call(call) => self.call(call),
            Expr::Comprehension(comprehension) => self.comprehension(comprehension),
        }
    }

    fn name(&self, name: &str) -> Result<(), String> {
        let is_known =
            SUBJECTS.contains(&name) || TYPES.contains(&name) || self.named.iter().any(|named| named == name);
        if is_known {
            return Ok(());
        }
        Err(format!("unknown name `{name}`: there are {}", SUBJECTS.map(|name| format!("`{name}`")).join(", ")))
    }

    fn call(&mut self, call: &mut CallExpr) -> Result<(), String> {
        let name = call.func_name.as_str();
        let is_below_optional =
            call.target.as_ref().is_some_and(|target| target.expr == Expr::Ident("optional".into()));
        if is_below_optional && OF_OPTIONAL.contains(&name) {
            return call.args.iter_mut().try_for_each(|argument| self.expression(argument));
        }
        // Operators have names that are no words.
        if name.starts_with(|first: char| first.is_alphabetic()) && !FUNCTIONS.contains(&name) {
            return Err(format!("unknown function `{name}`"));
        }
        if let Some(target) = &mut call.target {
            self.expression(target)?;
        }
        call.args.iter_mut().try_for_each(|argument| self.expression(argument))?;
        if call.func_name == "matches" { self.matching(call) } else { Ok(()) }
    }

    /// Compiles a pattern, which has to stand in the rule itself: compiling one for each token would take too long.
    fn matching(&mut self, call: &mut CallExpr) -> Result<(), String> {
        let text = call.target.take().map(|target| *target);
        let mut operands = text.into_iter().chain(call.args.drain(..));
        let (Some(text), Some(pattern), None) = (operands.next(), operands.next(), operands.next()) else {
            return Err("`matches` takes a text and a pattern".to_owned());
        };
        drop(operands);
        let Expr::Literal(LiteralValue::String(pattern)) = pattern.expr else {
            return Err("the pattern of `matches` has to be written out".to_owned());
        };
        let compiled = RegexBuilder::new(pattern.inner()).size_limit(PATTERN_BYTES).build();
        self.patterns.push(compiled.map_err(|error| format!("the pattern `{}`: {error}", pattern.inner()))?);
        let place = i64::try_from(self.patterns.len() - 1).unwrap_or_default();
        call.func_name = MATCHES.to_owned();
        call.args =
            vec![text, of(Expr::Literal(LiteralValue::Int(CelInt::from(place)))), of(Expr::Ident(PATTERNS.into()))];
        Ok(())
    }

    /// Puts what is walked through behind [`PAID`].
    fn comprehension(&mut self, walk: &mut ComprehensionExpr) -> Result<(), String> {
        self.expression(&mut walk.iter_range)?;
        self.expression(&mut walk.accu_init)?;
        let outside = self.named.len();
        self.named.push(walk.accu_var.clone());
        self.expression(&mut walk.result)?;
        self.named.push(walk.iter_var.clone());
        self.named.extend(walk.iter_var2.clone());
        self.expression(&mut walk.loop_cond)?;
        self.expression(&mut walk.loop_step)?;
        self.named.truncate(outside);
        let range = std::mem::take(&mut walk.iter_range);
        let id = range.id;
        let args = vec![range, of(Expr::Ident(BUDGET.to_owned()))];
        walk.iter_range =
            IdedExpr { id, expr: Expr::Call(CallExpr { func_name: PAID.to_owned(), target: None, args }) };
        Ok(())
    }
}

const NO_MESSAGES: &str = "there are no message types";

/// An expression that has no place in the text.
fn of(expr: Expr) -> IdedExpr {
    IdedExpr { id: 0, expr }
}

static TYPE: Type = Type::new_unspecified_type("@patterns");

/// So that a function of a rule can be handed them.
impl Val for Patterns {
    fn get_type(&self) -> &Type {
        &TYPE
    }

    fn cel_type() -> &'static Type {
        &TYPE
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v> {
        Box::new(self.clone())
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for Patterns {}
