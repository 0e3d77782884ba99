//! Listings that can also be asked for the one record that has a value in a unique field.

use gibbon_schema::EntityDef;
use serde_json::{Value, json};

use super::key::check_value;
use crate::answer::Answer;
use crate::api::AdminApi;
use crate::error::ApiError;
use crate::request::Request;

/// The kinds and the fields. `GET /consumers?custom_id=…` is Kong's only one.
const LISTINGS: [(&str, &str); 1] = [("consumers", "custom_id")];

/// The answer of a listing that is asked for a value; none if it is not.
pub(crate) async fn answer(api: &AdminApi, def: &EntityDef, request: &Request) -> Result<Option<Answer>, ApiError> {
    let asked = LISTINGS.iter().filter(|(kind, _)| *kind == def.name);
    let asked = asked.filter_map(|(_, field)| Some((*field, request.query_value(field)?))).next();
    let Some((field, value)) = asked else { return Ok(None) };
    check_value(def, field, value, api.configuration.definitions())?;
    let record = api.configuration.store().find(def.name, field, value).await?;
    let record = record.map(|record| def.view(&record, api.configuration.definitions()));
    let data: Vec<Value> = record.into_iter().map(Value::Object).collect();
    Ok(Some(Answer::ok(json!({ "data": data, "next": null }))))
}
