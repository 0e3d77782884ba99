//! Tokens that an issuer is asked about, where there is nobody to ask: what a whole gateway does is told beside its other wire
//! specs.

use gibbon_plugin_api::Settings;
use serde_json::{Value, json};

use super::{DEFINITION, bearer, good, jwt, world};
use crate::fixture::{SETTINGS, configured, plugin_record};

fn asking(more: Value) -> Value {
    let mut record = json!({ "endpoint": "https://issuer.example/introspect" });
    record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "introspection": record })
}

#[test]
fn without_it_what_is_no_jwt_is_no_token() {
    let answer = world().send(&*jwt(json!({})), bearer("opaque"));
    assert_eq!((answer.answer().0, answer.answer().2), (401, r#"{"message":"Bad token; invalid JSON"}"#));
}

#[test]
fn where_nobody_can_be_asked_nothing_can_be_said() {
    let (world, plugin) = (world().consumer(9, "nobody"), jwt(asking(json!({}))));
    assert_eq!(world.send(&*plugin, bearer("opaque")).answer(), (503, None, "Service unavailable"));
    let mut config = asking(json!({}));
    config["anonymous"] = "nobody".into();
    assert_eq!(world.send(&*jwt(config), bearer("opaque")).answer().0, 503);
    assert!(world.send(&*plugin, bearer(&good())).is_from("ann"));
    assert_eq!(world.send(&*jwt(asking(json!({ "tokens": "all" }))), bearer(&good())).answer().0, 503);
}

#[test]
fn an_explanation_asks_nobody_and_says_so() {
    let plugin = jwt(asking(json!({})));
    let (explanation, _) = world().meet(bearer("opaque"), |cx| plugin.explain(cx).unwrap());
    let step = explanation.steps.iter().find(|step| step["step"] == "introspection").unwrap();
    let remark = "nothing is known of it, and nobody is asked for an explanation";
    assert_eq!((&step["outcome"], &step["remark"]), (&json!("noted"), &json!(remark)));
    assert_eq!(explanation.steps.last().unwrap()["found"], json!("introspection_away"));
}

#[test]
fn a_configuration_says_whom_to_ask_and_as_whom() {
    let stored =
        |more| plugin_record(&DEFINITION, asking(more)).map(|record| record["config"]["introspection"].clone());
    let expected = json!({
        "endpoint": "https://issuer.example/introspect", "client_id": null, "client_secret": null, "tokens": "opaque",
        "cache_ttl": 60, "timeout": 3000,
    });
    assert_eq!(stored(json!({})).unwrap(), expected);
    for wrong in [
        json!({ "endpoint": null }),
        json!({ "endpoint": "ftp://issuer.example/" }),
        json!({ "client_id": "gate" }),
        json!({ "client_secret": "key" }),
        json!({ "tokens": "some" }),
        json!({ "cache_ttl": 3601 }),
        json!({ "timeout": 0 }),
    ] {
        assert!(stored(wrong.clone()).is_err(), "{wrong}");
    }
    let clear = asking(json!({ "endpoint": "http://issuer.example/" }));
    let error = configured(&DEFINITION, clear, &SETTINGS).err().unwrap();
    assert!(error.reason.contains("is not https"), "{error}");
    assert!(configured(&DEFINITION, asking(json!({})), &Settings::default()).is_ok());
}
