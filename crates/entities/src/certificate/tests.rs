use rcgen::{KeyPair, PKCS_ED25519};
use serde_json::json;

use super::*;
use crate::testing::{inserted, object, violations};
use crate::testing_certificates::{leaf, leaf_with};

#[test]
fn the_definition_and_the_struct_agree() {
    let ((cert, key), (cert_alt, key_alt)) = (leaf(), leaf_with(&KeyPair::generate_for(&PKCS_ED25519).unwrap()));
    let given = json!({"cert": cert, "key": key, "cert_alt": cert_alt, "key_alt": key_alt, "tags": ["t"]});
    let body = inserted(&definition(), given);
    let expected = Certificate {
        id: body["id"].as_str().unwrap().parse().unwrap(),
        cert: cert.into(),
        key: key.into(),
        alternative: Some((cert_alt.into(), key_alt.into())),
        tags: vec!["t".into()],
    };
    assert!(!format!("{expected:?}").contains("PRIVATE"));
    assert_eq!(Certificate::from_body(&body), Ok(expected));
}

#[test]
fn names_are_checked_and_kept_elsewhere() {
    let (cert, key) = leaf();
    let body = inserted(&definition(), json!({"cert": cert, "key": key, "snis": ["a.example.com", "*.b.com"]}));
    assert!(!body.contains_key("snis"));
    let found = violations(&definition(), json!({"cert": cert, "key": key, "snis": ["a.example.com", "1.2.3.4"]}));
    assert_eq!(found.fields(), &object(json!({"snis": [null, "must not be an IP"]})));
}

#[test]
fn a_certificate_and_its_key_belong_together() {
    let ((cert, key), (other_cert, other_key)) = (leaf(), leaf());
    let found = violations(&definition(), json!({"cert": cert, "key": other_key}));
    assert_eq!(found.message(), "schema violation (certificate does not match key)");
    let both = json!({"cert": cert, "key": key, "cert_alt": other_cert, "key_alt": key});
    let expected = format!("2 schema violations (alternative certificate does not match key; {SAME_KIND})");
    assert_eq!(violations(&definition(), both).message(), expected);
    let half = json!({"cert": cert, "key": key, "cert_alt": other_cert});
    let found = violations(&definition(), half);
    assert_eq!(found.fields()["@entity"][0], "all or none of these fields must be set: 'cert_alt', 'key_alt'");
}

#[test]
fn a_chain_begins_with_the_certificate_of_the_key() {
    let ((cert, key), (issuer, _)) = (leaf(), leaf());
    inserted(&definition(), json!({"cert": format!("{cert}{issuer}"), "key": key}));
    violations(&definition(), json!({"cert": format!("{issuer}{cert}"), "key": key}));
}

#[test]
fn what_is_no_certificate_or_no_private_key_is_refused() {
    let (cert, key) = leaf();
    let found = violations(&definition(), json!({"cert": key, "key": cert}));
    let expected = json!({
        "cert": "invalid certificate: no PEM block with a certificate was found",
        "key": "invalid key: no PEM block with a key was found",
    });
    assert_eq!(found.fields(), &object(expected));
}

#[test]
fn a_secret_of_a_vault_stands_for_either() {
    inserted(&definition(), json!({"cert": "{vault://env/cert}", "key": "{vault://env/key}"}));
}
