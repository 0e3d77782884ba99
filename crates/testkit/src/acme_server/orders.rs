//! Orders, from a name to a certificate (RFC 8555 section 7.4).

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gibbon_jose::base64url;
use rcgen::{
    CertificateParams, CertifiedIssuer, DnType, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, PublicKeyData,
    SignatureAlgorithm,
};
use serde_json::{Value, json};
use x509_cert::der::Decode as _;
use x509_cert::request::CertReq;

use super::signed::Signed;
use super::{State, lock};
use crate::client::Client;
use crate::origin::Action;

/// An order for one host.
pub(super) struct Order {
    pub(super) host: String,
    /// `pending`, `ready`, `valid` or `invalid`.
    status: &'static str,
    /// The certificates: the usual one, and one of the other root.
    issued: Option<[String; 2]>,
}

/// The key in a request for a certificate.
struct Theirs {
    bytes: Vec<u8>,
    algorithm: &'static SignatureAlgorithm,
}

impl PublicKeyData for Theirs {
    fn der_bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.algorithm
    }
}

impl State {
    pub(super) fn new_order(&self, signed: &Signed, base: &str) -> Action {
        let number = {
            let mut orders = lock(&self.orders);
            let host = signed.payload["identifiers"][0]["value"].as_str().unwrap_or_default().to_owned();
            orders.push(Order { host, status: "pending", issued: None });
            orders.len() - 1
        };
        self.show_order(number, base, &[format!("Location: {base}/order/{number}")])
    }

    pub(super) fn show_order(&self, number: usize, base: &str, fields: &[String]) -> Action {
        let state = lock(&self.orders).get(number).map(|order| {
            let mut state = json!({
                "status": order.status,
                "authorizations": [format!("{base}/authorization/{number}")],
                "finalize": format!("{base}/finalize/{number}"),
            });
            if order.issued.is_some() {
                state["certificate"] = format!("{base}/certificate/{number}").into();
            }
            state
        });
        match state {
            Some(state) => self.json(if fields.is_empty() { "200 OK" } else { "201 Created" }, fields, &state),
            None => self.problem("404 Not Found", "malformed"),
        }
    }

    pub(super) fn show_authorization(&self, number: usize, base: &str) -> Action {
        let Some(status) = lock(&self.orders).get(number).map(|order| order.status) else {
            return self.problem("404 Not Found", "malformed");
        };
        let status = if status == "ready" { "valid" } else { status };
        let mut challenge = json!({
            "type": "http-01", "token": token(number), "url": format!("{base}/challenge/{number}"), "status": status,
        });
        if status == "invalid" {
            challenge["error"] =
                json!({ "type": "urn:ietf:params:acme:error:unauthorized", "detail": "wrong answer", "status": 403 });
        }
        let other = json!({ "type": "dns-01", "token": "t", "url": format!("{base}/nothing"), "status": status });
        self.json("200 OK", &[], &json!({ "status": status, "challenges": [other, challenge] }))
    }

    /// Looks whether the host knows the answer.
    pub(super) fn challenge(&self, number: usize, signed: &Signed, base: &str) -> Action {
        let Some(host) = lock(&self.orders).get(number).map(|order| order.host.clone()) else {
            return self.problem("404 Not Found", "malformed");
        };
        let expected = format!("{}.{}", token(number), signed.thumbprint());
        let is_right = self.fetch(&host, &token(number)).is_some_and(|answer| answer.trim_end() == expected);
        if let Some(order) = lock(&self.orders).get_mut(number) {
            order.status = if is_right { "ready" } else { "invalid" };
        }
        self.show_authorization(number, base)
    }

    fn fetch(&self, host: &str, token: &str) -> Option<String> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port.load(Ordering::Acquire)));
        let mut client = Client::try_connect(address).ok()?;
        client.send(format!("GET /.well-known/acme-challenge/{token} HTTP/1.1\r\nHost: {host}\r\n\r\n"));
        let answer = client.try_response().ok()?;
        (answer.status == 200).then(|| answer.text())
    }

    pub(super) fn finalize(&self, number: usize, signed: &Signed, base: &str) -> Action {
        let request = signed.payload["csr"].as_str().and_then(|csr| base64url::decode(csr.as_bytes()).ok());
        let issued = {
            let mut orders = lock(&self.orders);
            let order = orders.get_mut(number).filter(|order| order.status == "ready");
            order.zip(request).and_then(|(order, request)| {
                order.issued = Some(self.issue(&order.host, &request)?);
                order.status = "valid";
                Some(())
            })
        };
        match issued {
            Some(()) => self.show_order(number, base, &[]),
            None => self.problem("403 Forbidden", "badCSR"),
        }
    }

    /// Certificates for the key of a request that names the host.
    fn issue(&self, host: &str, request: &[u8]) -> Option<[String; 2]> {
        if !request.windows(host.len()).any(|window| window == host.as_bytes()) {
            return None;
        }
        let request = CertReq::from_der(request).ok()?;
        let key = request.info.public_key.subject_public_key.raw_bytes().to_vec();
        // `id-ecPublicKey`, or else RSA.
        let is_ec = request.info.public_key.algorithm.oid.to_string() == "1.2.840.10045.2.1";
        let algorithm = if is_ec { &PKCS_ECDSA_P256_SHA256 } else { &PKCS_RSA_SHA256 };
        let theirs = Theirs { bytes: key, algorithm };
        Some([&self.root, &self.other_root].map(|root| self.sign(host, &theirs, root)))
    }

    fn sign(&self, host: &str, key: &Theirs, root: &CertifiedIssuer<'static, KeyPair>) -> String {
        let mut params = CertificateParams::new([host.to_owned()]).expect("the host is a name");
        params.distinguished_name.push(DnType::CommonName, host);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is right");
        let epoch = rcgen::date_time_ymd(1970, 1, 1);
        let day = Duration::from_secs(86_400);
        params.not_before = epoch + (now - day);
        params.not_after =
            epoch + (now + day * u32::try_from(self.days.load(Ordering::Acquire)).expect("days are few"));
        params.signed_by(key, root).expect("a certificate is made").pem()
    }

    pub(super) fn certificate(&self, number: usize, base: &str) -> Action {
        let link = format!("Link: <{base}/alternate/{number}>;rel=\"alternate\"");
        self.show_certificate(number, 0, &[link])
    }

    pub(super) fn alternate(&self, number: usize) -> Action {
        self.show_certificate(number, 1, &[])
    }

    fn show_certificate(&self, number: usize, which: usize, fields: &[String]) -> Action {
        let issued = lock(&self.orders).get(number).and_then(|order| order.issued.clone());
        match issued {
            Some(issued) => self.text("200 OK", fields, &issued[which]),
            None => self.json("404 Not Found", &[], &Value::Null),
        }
    }
}

fn token(number: usize) -> String {
    format!("token_{number}")
}
