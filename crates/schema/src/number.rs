//! Numbers as Lua's `string.format` writes them in messages, and the integers hidden in floating point.

use serde_json::{Number, Value};

/// The largest magnitude up to which every integer is a floating-point number, 2^53.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A whole number as an integer (`5.0` as `5`), any other as it is.
///
/// Lua has one number type, so Kong's users have always been able to write `5.0` for an integer, and always got `5`
/// back.
pub(crate) fn simplify(number: &Number) -> Option<Number> {
    if !number.is_f64() {
        return None;
    }
    let float = number.as_f64()?;
    #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
    (float.fract() == 0.0 && float.abs() <= EXACT).then(|| Number::from(float as i64))
}

/// Whether a number is one that an integer field accepts.
pub(crate) fn is_integer(value: &Value) -> bool {
    value.as_i64().is_some() || value.as_f64().is_some_and(|float| float.fract() == 0.0 && float.abs() <= EXACT)
}

/// Whether two values are equal as Lua compares them: numbers by value, whatever their notation.
pub(crate) fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) => x == y || x.as_f64() == y.as_f64(),
        _ => a == b,
    }
}

/// A value as Lua's `tostring` shows it.
pub(crate) fn display(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => simplify(number).unwrap_or_else(|| number.clone()).to_string(),
        other => other.to_string(),
    }
}

/// A limit as `%d` shows it: the fraction is cut off.
pub(crate) fn whole(value: &Value) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "limits are small constants of declarations")]
    value.as_i64().or_else(|| value.as_f64().map(|float| float as i64)).unwrap_or_default().to_string()
}

/// Which of two numbers is larger, by value.
pub(crate) fn less(a: &Value, b: &Value) -> bool {
    match (a.as_i64(), b.as_i64()) {
        (Some(x), Some(y)) => x < y,
        _ => a.as_f64() < b.as_f64(),
    }
}
