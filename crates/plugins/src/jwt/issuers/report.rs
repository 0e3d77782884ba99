//! `GET /jwt/keys`: which keys of issuers are known, from where, and when each was last of use.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;

use gibbon_plugin_api::{AdminAnswer, AdminCall};
use http::StatusCode;
use serde_json::{Value, json};

use super::keys::Keys;
use super::location::Location;
use super::source::Source;
use super::sources::{Label, Places};

/// Answers with them.
pub(in crate::jwt) fn report(call: AdminCall) -> Pin<Box<dyn Future<Output = AdminAnswer> + Send>> {
    let places = call.node.live.measured::<Places>();
    let fetched = places.in_use().iter().map(fetched).collect::<Vec<_>>();
    let written = places.written().iter().map(|(label, keys)| written(label, keys)).collect::<Vec<_>>();
    let data: Vec<Value> = fetched.into_iter().chain(written).collect();
    Box::pin(async move { AdminAnswer { status: StatusCode::OK, body: Some(json!({ "data": data })) } })
}

fn fetched(source: &Arc<Source>) -> Value {
    let published = source.published();
    let all: Vec<_> = published.bindings().map(|binding| binding.all_keys()).collect();
    let mut place = described(all.iter().map(|current| &current.keys));
    place["url"] = source.location.url().into();
    if let Location::Discovery { issuer, .. } = &source.location {
        place["issuer"] = (**issuer).into();
    }
    place["fetched_at"] = published.fetched_at.into();
    place["failure"] = published.failure.clone().into();
    place
}

fn written(label: &Label, keys: &Keys) -> Value {
    let mut place = described([keys].into_iter());
    match label {
        Label::Issuer(issuer) => place["issuer"] = (**issuer).into(),
        Label::Credential(id) => place["credential"] = json!({ "id": id }),
    }
    place
}

/// The keys of one place, of all who use it, each once, and what none of them uses.
fn described<'k>(all: impl Iterator<Item = &'k Keys>) -> Value {
    let (mut keys, mut left_out) = (BTreeMap::new(), BTreeMap::new());
    for of_one in all {
        for (key, used) in of_one.report() {
            let algorithm = key.verifier().algorithm().as_str();
            let validity = key.validity();
            let shown = json!({
                "kid": key.kid(), "alg": algorithm, "thumbprint": key.thumbprint(),
                "not_before": validity.not_before, "not_after": validity.not_after,
            });
            let last = keys.entry(shown.to_string()).or_insert((shown, None));
            last.1 = last.1.max(used);
        }
        for out in of_one.set().left_out() {
            left_out.insert((out.kid.clone(), out.reason.to_string()), ());
        }
    }
    let keys: Vec<Value> = keys
        .into_values()
        .map(|(mut key, used)| {
            key["last_used"] = used.into();
            key
        })
        .collect();
    let left_out: Vec<Value> =
        left_out.into_keys().map(|(kid, reason)| json!({ "kid": kid, "reason": reason })).collect();
    json!({ "keys": keys, "left_out": left_out })
}
