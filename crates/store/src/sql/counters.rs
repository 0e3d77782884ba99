//! Counts that nodes share.

use std::collections::HashMap;

use super::{Connection, Parameter, Row, Statement};
use crate::{Count, StoreError};

const FORGET: &str = "DELETE FROM counters WHERE expires_at <= $1";

/// Adds to all counts in one statement, so that it is done for all or for none.
pub(super) async fn add(connection: &mut impl Connection, counts: &[Count]) -> Result<Vec<i64>, StoreError> {
    if counts.is_empty() {
        return Ok(Vec::new());
    }
    // In the order of their names, so that two of these never wait for each other.
    let mut sorted: Vec<&Count> = counts.iter().collect();
    sorted.sort_by(|one, other| (&one.name, one.window_start).cmp(&(&other.name, other.window_start)));
    let mut statement = Statement::new("INSERT INTO counters (name, window_start, value, expires_at) VALUES ");
    for (index, count) in sorted.into_iter().enumerate() {
        let name = statement.add(Parameter::Text(&count.name));
        let numbers = [count.window_start, count.amount, count.expires_at];
        let [start, amount, expires_at] = numbers.map(|number| statement.add(Parameter::Number(Some(number))));
        let comma = if index == 0 { "" } else { ", " };
        statement.push(&format!("{comma}({name}, {start}, {amount}, {expires_at})"));
    }
    statement.push(
        " ON CONFLICT (name, window_start) DO UPDATE SET value = counters.value + excluded.value
          RETURNING name, window_start, value",
    );
    let read = |row: &_| Ok(((Row::text(row, 0)?.to_owned(), Row::number(row, 1)?), Row::number(row, 2)?));
    let values: HashMap<(String, i64), i64> = connection.fetch(statement, read).await?.into_iter().collect();
    let value = |count: &Count| {
        let value = values.get(&(count.name.clone(), count.window_start)).copied();
        value.ok_or_else(|| StoreError::Corrupt("a count that was written is missing".to_owned()))
    };
    counts.iter().map(value).collect()
}

/// Counts whose time is over go.
pub(super) async fn forget(connection: &mut impl Connection, now: i64) -> Result<(), StoreError> {
    connection.execute(Statement::new(FORGET).number(now)).await.map(drop)
}
