//! Certificates among the records of the gateway, where every node shows them from the next handshake on.

use std::sync::Arc;

use gibbon_plugin_api::{Edit, Keeping, PluginRecords};
use gibbon_schema::Object;
use gibbon_x509::Certificate;
use serde_json::{Value, json};
use uuid::Uuid;

use super::entries;
use super::error::AcmeError;
use super::shelf::Shelf;

/// The tag of what this plugin has made.
const TAG: &str = "managed-by-acme";

/// A certificate with its chain and its key, as PEM.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Saved {
    pub(super) cert: String,
    pub(super) key: String,
}

/// Where certificates are kept.
#[derive(Clone)]
pub(super) struct Certificates {
    pub(super) records: Arc<dyn PluginRecords>,
    pub(super) shelf: Shelf,
    pub(super) keeping: Keeping,
}

impl Saved {
    /// The last second at which it is valid, since 1970.
    pub(super) fn not_after(&self) -> Result<i64, AcmeError> {
        Ok(Certificate::from_pem(&self.cert)?.not_after())
    }
}

impl Certificates {
    /// That of a host. What is among the records counts, and where those do not last, what was kept beside them.
    pub(super) async fn find(&self, host: &str) -> Result<Option<Saved>, AcmeError> {
        match self.shown(host).await? {
            Some(shown) => Ok(Some(shown)),
            None => self.kept(host).await,
        }
    }

    /// The one that clients are shown.
    pub(super) async fn shown(&self, host: &str) -> Result<Option<Saved>, AcmeError> {
        let Some(sni) = self.sni(host).await? else { return Ok(None) };
        let Some(id) = certificate_of(&sni) else { return Ok(None) };
        let Some(record) = self.records.get("certificates", id).await? else { return Ok(None) };
        let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(Some(Saved { cert: text("cert"), key: text("key") }))
    }

    /// The one that was kept beside the records, because those do not last.
    pub(super) async fn kept(&self, host: &str) -> Result<Option<Saved>, AcmeError> {
        if self.keeping == Keeping::Lasting {
            return Ok(None);
        }
        let Some(text) = self.shelf.get(&entries::certificate(host)).await? else { return Ok(None) };
        let kept: Value = serde_json::from_str(&text).map_err(|_| AcmeError::Kept("a certificate"))?;
        let part = |name: &str| kept[name].as_str().map(str::to_owned).ok_or(AcmeError::Kept("a certificate"));
        Ok(Some(Saved { cert: part("cert")?, key: part("key")? }))
    }

    /// Keeps a new one.
    pub(super) async fn save(&self, host: &str, saved: &Saved) -> Result<(), AcmeError> {
        if self.keeping == Keeping::Declared {
            let text = json!({ "cert": saved.cert, "key": saved.key }).to_string();
            self.shelf.set(&entries::certificate(host), &text, None).await?;
        }
        self.show(host, saved).await
    }

    /// Shows it to clients, in the place of the one before, which goes where this plugin has made it.
    pub(super) async fn show(&self, host: &str, saved: &Saved) -> Result<(), AcmeError> {
        let id = Uuid::new_v4();
        let body = json!({ "id": id, "cert": saved.cert, "key": saved.key, "tags": [TAG] });
        let mut edits = vec![Edit::Insert { kind: "certificates", body: object(body) }];
        let leads = json!({ "certificate": { "id": id }, "tags": [TAG] });
        match self.sni(host).await? {
            None => {
                let mut body = object(leads);
                body.insert("name".to_owned(), host.into());
                edits.push(Edit::Insert { kind: "snis", body });
            }
            Some(sni) => {
                let own = sni.get("id").and_then(|id| id.as_str()?.parse().ok());
                let own = own.ok_or(AcmeError::Kept("a server name"))?;
                edits.push(Edit::Update { kind: "snis", id: own, fields: object(leads) });
                edits.extend(self.outdated(&sni).await?);
            }
        }
        self.records.write(edits).await?;
        Ok(())
    }

    /// The hosts whose certificates this plugin has made.
    pub(super) async fn hosts(&self) -> Result<Vec<String>, AcmeError> {
        let snis = self.records.all("snis").await?;
        let ours = snis.iter().filter(|sni| is_ours(sni));
        let mut hosts: Vec<String> = ours.filter_map(|sni| Some(sni.get("name")?.as_str()?.to_owned())).collect();
        let kept = self.shelf.list(entries::RENEWALS).await?;
        hosts.extend(kept.iter().filter_map(|entry| entry.strip_prefix(entries::RENEWALS)).map(str::to_owned));
        hosts.sort_unstable();
        hosts.dedup();
        Ok(hosts)
    }

    async fn sni(&self, host: &str) -> Result<Option<Object>, AcmeError> {
        Ok(self.records.find("snis", "name", host.to_owned()).await?)
    }

    async fn outdated(&self, sni: &Object) -> Result<Option<Edit>, AcmeError> {
        let Some(id) = certificate_of(sni) else { return Ok(None) };
        let certificate = self.records.get("certificates", id).await?;
        Ok(certificate.filter(is_ours).map(|_| Edit::Delete { kind: "certificates", id }))
    }
}

fn certificate_of(sni: &Object) -> Option<Uuid> {
    sni.get("certificate")?.get("id")?.as_str()?.parse().ok()
}

fn is_ours(record: &Object) -> bool {
    record.get("tags").and_then(Value::as_array).is_some_and(|tags| tags.iter().any(|tag| tag == TAG))
}

fn object(value: Value) -> Object {
    if let Value::Object(object) = value { object } else { Object::new() }
}
