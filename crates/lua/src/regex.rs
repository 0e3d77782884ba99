//! `ngx.re`: regular expressions, with a bound for the steps back that one search may take.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use fancy_regex::{Regex, RegexBuilder};
use mlua::{Lua, LuaString, MultiValue, Table, Value};

use crate::meter::Meter;
use crate::native::{pay, refusal};

/// How many steps back one search may take.
const STEPS: usize = 20_000;

/// How many compiled expressions a state keeps.
const KEPT: usize = 256;

/// What compiling an expression is, in instructions.
const COMPILING: u64 = 20_000;

#[derive(Default)]
struct Compiled(RefCell<HashMap<(String, String), Rc<Regex>>>);

pub(crate) fn register(lua: &Lua, native: &Table, meter: &Rc<Meter>) -> mlua::Result<()> {
    let (compiled, meter) = (Compiled::default(), Rc::clone(meter));
    type Search = (LuaString, LuaString, Option<LuaString>, Option<usize>);
    native.set(
        "regex",
        lua.create_function(move |lua, (text, pattern, options, from): Search| {
            let options = options.map(|options| options.to_string_lossy()).unwrap_or_default();
            let regex = match compiled.get(&pattern.to_string_lossy(), &options, &meter)? {
                Ok(regex) => regex,
                Err(message) => return refusal(lua, &message),
            };
            let Ok(text) = text.to_str() else { return refusal(lua, "bad UTF-8 in the subject") };
            meter.charge(8).map_err(mlua::Error::external)?;
            pay(&meter, text.len() * 8)?;
            search(lua, &regex, &text, from.unwrap_or(1).saturating_sub(1))
        })?,
    )
}

/// The first and the last place of a match, and a table of its groups: `false` for those that are not part of it.
fn search(lua: &Lua, regex: &Regex, text: &str, from: usize) -> mlua::Result<MultiValue> {
    if from > text.len() || !text.is_char_boundary(from) {
        return Ok(MultiValue::from_iter([Value::Nil]));
    }
    let captures = match regex.captures_from_pos(text, from) {
        Ok(Some(captures)) => captures,
        Ok(None) => return Ok(MultiValue::from_iter([Value::Nil])),
        Err(_) => return refusal(lua, "pcre2_match() failed: match limit exceeded"),
    };
    let groups = lua.create_table()?;
    let value = |group: Option<fancy_regex::Match<'_>>| match group {
        Some(group) => lua.create_string(group.as_str()).map(Value::String),
        None => Ok(Value::Boolean(false)),
    };
    for index in 0..captures.len() {
        groups.raw_set(index, value(captures.get(index))?)?;
    }
    for name in regex.capture_names().flatten() {
        groups.raw_set(name, value(captures.name(name))?)?;
    }
    groups.raw_set("n", captures.len() - 1)?;
    let whole = captures.get(0).map_or(0..0, |whole| whole.start()..whole.end());
    // Where each group stands, for `ngx.re.find`.
    let places = lua.create_table()?;
    for index in 0..captures.len() {
        if let Some(group) = captures.get(index) {
            places.raw_set(index, lua.create_sequence_from([group.start() + 1, group.end()])?)?;
        }
    }
    let ends = [Value::Number((whole.start + 1) as f64), Value::Number(whole.end as f64)];
    Ok(ends.into_iter().chain([Value::Table(groups), Value::Table(places)]).collect())
}

impl Compiled {
    fn get(&self, pattern: &str, options: &str, meter: &Meter) -> mlua::Result<Result<Rc<Regex>, String>> {
        let key = (pattern.to_owned(), options.to_owned());
        if let Some(regex) = self.0.borrow().get(&key) {
            return Ok(Ok(Rc::clone(regex)));
        }
        meter.charge(COMPILING + pattern.len() as u64 * 100).map_err(mlua::Error::external)?;
        let regex = match compile(pattern, options) {
            Ok(regex) => Rc::new(regex),
            Err(message) => return Ok(Err(message)),
        };
        let mut kept = self.0.borrow_mut();
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(key, Rc::clone(&regex));
        Ok(Ok(regex))
    }
}

/// Options that say how to run and not what is found are passed over: `j`, `o`, `u`, `U`, `J`, `D`.
fn compile(pattern: &str, options: &str) -> Result<Regex, String> {
    let mut flags = String::new();
    for option in options.chars() {
        match option {
            'i' | 'm' | 's' | 'x' if !flags.contains(option) => flags.push(option),
            'i' | 'm' | 's' | 'x' | 'a' | 'j' | 'o' | 'u' | 'U' | 'J' | 'D' | 'd' => {}
            other => return Err(format!("unknown flag \"{other}\" (flags \"{options}\")")),
        }
    }
    let anchor = if options.contains('a') { "\\G" } else { "" };
    let source = match flags.is_empty() {
        true => format!("{anchor}{pattern}"),
        false => format!("{anchor}(?{flags}:{pattern})"),
    };
    RegexBuilder::new(&source)
        .backtrack_limit(STEPS)
        .delegate_size_limit(1 << 20)
        .build()
        .map_err(|error| format!("pcre2_compile() failed: {error} in \"{pattern}\""))
}
