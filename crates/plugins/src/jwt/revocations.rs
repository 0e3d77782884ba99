//! Tokens that are not to be believed any more, though they have been signed and have not expired.

use gibbon_entities::{Body, BodyError, Consumer};
use gibbon_jose::Contents;
use gibbon_jose::json::JsonValue;
use gibbon_plugin_api::{Mark, MarkDef, RequestCx};
use gibbon_schema::typedefs::{auto_timestamp_s, tags};
use gibbon_schema::{EntityDef, Object, Schema, Transformation, custom_check, field};
use serde_json::Value;
use uuid::Uuid;

use super::rules::Lack;
use super::steps::{Outcome, Step, Steps};
use crate::timestamp;

/// The name of the entity.
const KIND: &str = "jwt_revocations";

/// Its records, as requests look for them.
pub static MARKS: MarkDef = MarkDef { kind: KIND, entity: definition, load };

/// The ids of revocations are made of what they revoke, within this: so a request finds them by what its token says.
const NAMESPACE: Uuid = Uuid::from_u128(0x5b0c_94f2_41d6_5e0e_9b7c_2f51_6c1d_a3e8);

/// What a revocation may be of.
const SUBJECTS: [&str; 5] = ["jti", "sub", "sid", "consumer", "everything"];

/// What stands for the value where everything is revoked.
const ALL: &str = "*";

/// The declaration of `jwt_revocations`.
pub(super) fn definition() -> EntityDef {
    let fields = [
        field("id").string().uuid().describe("Made of `by` and `value`."),
        field("created_at").of(auto_timestamp_s()),
        field("by")
            .string()
            .required()
            .one_of(SUBJECTS)
            .immutable()
            .describe("What is revoked: tokens with this claim, of this consumer, or all of them."),
        field("value")
            .string()
            .default(ALL)
            .len_min(1)
            .len_max(1024)
            .immutable()
            .describe("The claim, or the consumer by id or username."),
        field("issued_before")
            .integer()
            .between(0, u32::MAX)
            .describe("Only tokens whose `iat` lies before this time, in seconds since 1970, or that have none."),
        field("reason").string().len_max(1024).describe("Why, for those who look at it later."),
        field("tags").of(tags()),
    ];
    let identity = Transformation::new(["by"], [], |body| {
        let id = id_of(text(body, "by"), text(body, "value"));
        body.insert("id".to_owned(), id.to_string().into());
        Ok(())
    });
    EntityDef {
        name: KIND,
        collection: "jwt/revocations",
        nested: "revocations",
        endpoint_key: None,
        version: 1,
        schema: Schema::new(fields)
            .with_ttl()
            .transformations([identity])
            .entity_checks([custom_check(["by", "value"], check_value), custom_check(["id", "by", "value"], check_id)]),
    }
}

fn text<'b>(body: &'b Object, name: &str) -> &'b str {
    body.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Everything is revoked from a time on; with a value it would be something.
fn check_value(body: &Object) -> Result<(), String> {
    let (is_all, has_value) = (text(body, "by") == "everything", text(body, "value") != ALL);
    match (is_all, has_value) {
        (true, true) => Err("everything has no value".to_owned()),
        (false, false) => Err("say of what: a value is needed".to_owned()),
        _ => Ok(()),
    }
}

fn check_id(body: &Object) -> Result<(), String> {
    let id = id_of(text(body, "by"), text(body, "value"));
    let given = body.get("id").and_then(Value::as_str);
    if given.is_none_or(|given| given == id.to_string()) { Ok(()) } else { Err(format!("its id is {id}")) }
}

fn id_of(by: &str, value: &str) -> Uuid {
    Uuid::new_v5(&NAMESPACE, format!("{by}\n{value}").as_bytes())
}

/// Makes the mark that requests look for.
fn load(body: &Object) -> Result<Mark, BodyError> {
    let body = Body::new(body);
    let ttl = body.integer("ttl", 0_i64)?;
    let until = if ttl > 0 { seconds(timestamp::now().saturating_add(ttl)) } else { u32::MAX };
    // What is issued before the end of time is everything.
    let value = body.integer("issued_before", u32::MAX)?;
    Ok(Mark { until, value })
}

fn seconds(time: i64) -> u32 {
    u32::try_from(time.max(0)).unwrap_or(u32::MAX)
}

/// Whether a token is revoked. Where nothing is revoked, this is one comparison.
pub(super) fn check(
    contents: &Contents,
    consumer: Option<&Consumer>,
    cx: &RequestCx<'_>,
    steps: &mut impl Steps,
) -> Result<(), Lack> {
    if !cx.directory.has_marks(KIND) {
        return Ok(());
    }
    let claims = contents.claims();
    let issued = claims.get_number("iat");
    let is_revoked = |by: &str, value: &str| {
        let mark = cx.directory.mark(KIND, id_of(by, value)).filter(|mark| i64::from(mark.until) > cx.now);
        mark.is_some_and(|mark| mark.value == u32::MAX || issued.is_none_or(|issued| issued < f64::from(mark.value)))
    };
    let by_claim = ["jti", "sub", "sid"].into_iter().find(|name| {
        let value = claims.get(name).and_then(JsonValue::as_str);
        value.is_some_and(|value| is_revoked(name, &value))
    });
    let found = by_claim.or_else(|| {
        let names = consumer.map(|consumer| (consumer.id.to_string(), consumer.username.as_deref()));
        let is_his = names.is_some_and(|(id, name)| {
            is_revoked("consumer", &id) || name.is_some_and(|name| is_revoked("consumer", name))
        });
        is_his.then_some("consumer").or_else(|| is_revoked("everything", ALL).then_some("everything"))
    });
    steps.note(|| {
        let step = Step::judged("revocations", Outcome::of(found.is_none()));
        match found {
            Some(by) => step.remark(format!("it is revoked by `{by}`")),
            None => step,
        }
    });
    if found.is_some() { Err(Lack::Revoked) } else { Ok(()) }
}
