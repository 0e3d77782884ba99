//! Certificates, authorities, and the server names for which clients are shown them.

use std::sync::Arc;

use gibbon_entities::{BodyError, CaCertificate, Certificate, Sni};
use gibbon_schema::Object;
use gibbon_tls::client::Authority;
use gibbon_tls::{Identity, TlsError};
use imbl::OrdMap;
use uuid::Uuid;

use crate::fault::Fault;

/// Certificates by id, and the names that lead to them.
#[derive(Clone, Default)]
pub(crate) struct Certificates {
    identities: OrdMap<Uuid, Arc<Identity>>,
    /// Names in lower case, each with its record and the certificate.
    names: OrdMap<Box<str>, (Uuid, Uuid)>,
    by_sni: OrdMap<Uuid, Box<str>>,
    authorities: OrdMap<Uuid, Arc<Authority>>,
}

/// Why a record cannot be used.
#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error(transparent)]
    Body(#[from] BodyError),
    #[error(transparent)]
    Tls(#[from] TlsError),
}

impl Certificates {
    /// What is kept under exactly this name.
    pub(crate) fn named(&self, name: &str) -> Option<&Arc<Identity>> {
        self.identities.get(&self.names.get(name)?.1)
    }

    /// The certificate with this id.
    pub(crate) fn identity(&self, id: Uuid) -> Option<&Arc<Identity>> {
        self.identities.get(&id)
    }

    /// The authority with this id.
    pub(crate) fn authority(&self, id: Uuid) -> Option<&Arc<Authority>> {
        self.authorities.get(&id)
    }

    pub(super) fn put(&mut self, kind: &str, id: Uuid, body: &Object) -> Result<(), Fault> {
        let (kind, outcome) = match kind {
            "snis" => ("snis", self.put_sni(body)),
            "ca_certificates" => ("ca_certificates", self.put_authority(body)),
            _ => ("certificates", self.put_certificate(body)),
        };
        outcome.map_err(|error| Fault { kind, id, reason: error.to_string() })
    }

    fn put_certificate(&mut self, body: &Object) -> Result<(), Unusable> {
        let certificate = Certificate::from_body(body)?;
        let first = (&*certificate.cert, &*certificate.key);
        let second = certificate.alternative.as_ref().map(|(cert, key)| (&**cert, &**key));
        let identity = Identity::from_pem(std::iter::once(first).chain(second))?;
        self.identities.insert(certificate.id, Arc::new(identity));
        Ok(())
    }

    fn put_sni(&mut self, body: &Object) -> Result<(), Unusable> {
        let sni = Sni::from_body(body)?;
        let name: Box<str> = sni.name.to_ascii_lowercase().into();
        self.names.insert(name.clone(), (sni.id, sni.certificate));
        self.by_sni.insert(sni.id, name);
        Ok(())
    }

    fn put_authority(&mut self, body: &Object) -> Result<(), Unusable> {
        let authority = CaCertificate::from_body(body)?;
        self.authorities.insert(authority.id, Arc::new(Authority::from_pem(&authority.cert)?));
        Ok(())
    }

    pub(super) fn remove(&mut self, id: Uuid) {
        self.authorities.remove(&id);
        self.identities.remove(&id);
        if let Some(name) = self.by_sni.remove(&id) {
            // Two records may have exchanged their names in one transaction: only our own entry goes.
            if self.names.get(&name).is_some_and(|(sni, _)| *sni == id) {
                self.names.remove(&name);
            }
        }
    }
}
