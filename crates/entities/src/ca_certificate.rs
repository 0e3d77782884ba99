//! The certificate of an authority, against which others are verified.

use gibbon_schema::typedefs::{auto_timestamp_s, tags, uuid};
use gibbon_schema::{EntityDef, Field, Object, Schema, Transformation, custom_check_now, field};
use gibbon_x509::Certificate;
use serde_json::Value;
use uuid::Uuid;

use crate::body::{Body, BodyError};
use crate::certificate::certificate;

/// The declaration of `ca_certificates`.
pub fn definition() -> EntityDef {
    EntityDef {
        name: "ca_certificates",
        collection: "ca_certificates",
        nested: "ca_certificates",
        endpoint_key: None,
        version: 1,
        schema: Schema::new(fields())
            .entity_checks([custom_check_now(["cert"], check_authority)])
            .rewritten_by(|body| drop(body.shift_remove("cert_digest")))
            .transformations([Transformation::new(["cert"], [], take_digest)]),
    }
}

fn fields() -> Vec<Field> {
    vec![
        field("id").of(uuid()),
        field("created_at").of(auto_timestamp_s()),
        field("updated_at").of(auto_timestamp_s()),
        field("cert").of(certificate()).required().describe("The certificate, as PEM."),
        field("cert_digest")
            .string()
            .unique()
            .describe("The SHA-256 digest of the certificate, which the gateway takes."),
        field("tags").of(tags()),
    ]
}

/// Whether a certificate can vouch for others at all.
fn check_authority(body: &Object, now: i64) -> Result<(), String> {
    let Some(pem) = body.get("cert").and_then(Value::as_str) else { return Ok(()) };
    let chain = Certificate::chain_from_pem(pem).map_err(|error| error.to_string())?;
    let [only] = chain.as_slice() else { return Err("please submit only one certificate at a time".to_owned()) };
    if only.not_after() < now {
        return Err("certificate expired, \"Not After\" time is in the past".to_owned());
    }
    if !only.is_ca() {
        let reason = "it is missing the \"CA\" basic constraint";
        return Err(format!("certificate does not appear to be a CA because {reason}"));
    }
    Ok(())
}

fn take_digest(body: &mut Object) -> Result<(), String> {
    let pem = body.get("cert").and_then(Value::as_str).unwrap_or_default();
    let digest = Certificate::from_pem(pem).map_err(|error| error.to_string())?.sha256();
    body.insert("cert_digest".to_owned(), digest.into());
    Ok(())
}

/// The certificate of an authority as the data plane keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaCertificate {
    /// Its id.
    pub id: Uuid,
    /// The certificate, as PEM.
    pub cert: Box<str>,
    /// Its tags.
    pub tags: Vec<Box<str>>,
}

impl CaCertificate {
    /// Reads a prepared body.
    ///
    /// # Errors
    /// If the body is not one that [`definition`] prepared.
    pub fn from_body(body: &Object) -> Result<Self, BodyError> {
        let body = Body::new(body);
        Ok(Self { id: body.id()?, cert: body.text("cert")?.into(), tags: body.texts("tags")? })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{NOW, inserted, object, updated, violations};
    use crate::testing_certificates::{authority, leaf};

    #[test]
    fn the_definition_and_the_struct_agree() {
        let cert = authority(NOW + 100);
        let body = inserted(&definition(), json!({"cert": cert, "tags": ["t"]}));
        let expected = CaCertificate {
            id: body["id"].as_str().unwrap().parse().unwrap(),
            cert: cert.into(),
            tags: vec!["t".into()],
        };
        assert_eq!(CaCertificate::from_body(&body), Ok(expected));
    }

    #[test]
    fn the_digest_is_taken_by_the_gateway_whatever_a_body_says() {
        let (first, second) = (authority(NOW + 100), authority(NOW + 100));
        let body = inserted(&definition(), json!({"cert": first, "cert_digest": "mine"}));
        assert_eq!(body["cert_digest"], Certificate::from_pem(&first).unwrap().sha256());
        let same = updated(&definition(), &body, json!({"cert_digest": "mine", "tags": ["a"]})).unwrap();
        assert_eq!(same["cert_digest"], body["cert_digest"]);
        let other = updated(&definition(), &body, json!({ "cert": second })).unwrap();
        assert_eq!(other["cert_digest"], Certificate::from_pem(&second).unwrap().sha256());
    }

    #[test]
    fn only_one_living_certificate_of_an_authority_is_taken() {
        let expected = |violation: &str| object(json!({ "@entity": [violation] }));
        let two = format!("{}{}", authority(NOW + 100), authority(NOW + 100));
        let cases = [
            (two, "please submit only one certificate at a time"),
            (authority(NOW - 1), "certificate expired, \"Not After\" time is in the past"),
            (leaf().0, "certificate does not appear to be a CA because it is missing the \"CA\" basic constraint"),
        ];
        for (cert, violation) in cases {
            assert_eq!(violations(&definition(), json!({ "cert": cert })).fields(), &expected(violation));
        }
        let found = violations(&definition(), json!({"cert": "none"}));
        assert_eq!(found.fields()["cert"], "invalid certificate: no PEM block with a certificate was found");
    }
}
