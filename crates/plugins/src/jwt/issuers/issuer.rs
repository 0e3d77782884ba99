//! An issuer whose tokens are accepted without a credential for each.

use std::sync::Arc;

use ahash::AHashMap;
use gibbon_entities::{Body, BodyError};
use gibbon_jose::json::JsonObject;
use gibbon_jose::{Algorithm, Contents, JwkSet, Policy, SetLimits};
use gibbon_plugin_api::{ConfigureError, Credential, RequestCx};
use gibbon_schema::Object;
use serde_json::Value;
use uuid::Uuid;

use super::keyring::{Keyring, Unnamed};
use super::location::Location;
use super::owner::{Mapping, Owner};
use super::records::RecordKeys;
use super::sources::{Label, Sources};
use crate::config_error;
use crate::jwt::rules::{Audiences, Lack};
use crate::jwt::steps::Steps;

/// The issuers of one configuration, by the claim `iss`.
pub(in crate::jwt) struct Issuers(AHashMap<Arc<str>, Arc<Issuer>>);

/// One of them.
pub(in crate::jwt) struct Issuer {
    pub(in crate::jwt) name: Arc<str>,
    audiences: Audiences,
    pub(in crate::jwt) keys: Keyring,
    mapping: Mapping,
}

impl Issuers {
    /// `None` where the configuration names none.
    pub(in crate::jwt) fn read(config: &Value, sources: &Sources) -> Result<Option<Self>, ConfigureError> {
        let records = config_error::read(config, |config| config.elements("issuers").map(<[Value]>::to_vec))?;
        let mut all = AHashMap::new();
        for record in &records {
            let issuer = Issuer::read(record, sources)?;
            if all.insert(Arc::clone(&issuer.name), Arc::new(issuer)).is_some() {
                return Err(refused("two of them are the same issuer".to_owned()));
            }
        }
        Ok(Some(Self(all)).filter(|issuers| !issuers.0.is_empty()))
    }

    /// The issuer that a token says it is from.
    pub(in crate::jwt) fn of(&self, contents: &Contents) -> Option<&Arc<Issuer>> {
        self.0.get(&*contents.claims().get_str("iss")?)
    }
}

fn refused(reason: String) -> ConfigureError {
    ConfigureError { field: "issuers", reason }
}

impl Issuer {
    fn read(record: &Value, sources: &Sources) -> Result<Self, ConfigureError> {
        let nothing = Object::new();
        let body = Body::new(record.as_object().unwrap_or(&nothing));
        let unread = |error: BodyError| refused(error.to_string());
        let name = body.text("issuer").map_err(unread)?;
        Ok(Self {
            keys: keys(body, name, sources)?,
            name: name.into(),
            audiences: Audiences(body.texts("audiences").map_err(unread)?),
            mapping: Mapping::read(body).map_err(unread)?,
        })
    }

    /// Whether a token is for one of the audiences, if there are any.
    pub(in crate::jwt) fn check_audience(&self, claims: &JsonObject, steps: &mut impl Steps) -> Result<(), Lack> {
        self.audiences.check(claims, steps)
    }

    /// Whose a token is.
    pub(in crate::jwt) fn owner(&self, cx: &RequestCx<'_>, contents: &Contents) -> Owner {
        self.mapping.owner(cx, contents.claims())
    }

    /// What stands for a credential: the subject of the issuer, or the issuer where the token has none.
    pub(in crate::jwt) fn credential(&self, contents: &Contents) -> Credential {
        let subject = contents.claims().get_str("sub").filter(|subject| !subject.is_empty());
        let whole = format!("{}\n{}", self.name, subject.as_deref().unwrap_or_default());
        let identifier = subject.as_deref().unwrap_or(&*self.name).into();
        Credential { id: Uuid::new_v5(&Uuid::NAMESPACE_URL, whole.as_bytes()), identifier }
    }
}

fn keys(body: Body<'_>, issuer: &str, sources: &Sources) -> Result<Keyring, ConfigureError> {
    let unread = |error: BodyError| refused(error.to_string());
    let policy = policy(body).map_err(unread)?;
    if let Some(text) = body.optional_text("jwks").map_err(unread)? {
        let set = JwkSet::parse(text.as_bytes(), &SetLimits::default()).map_err(|error| refused(error.to_string()))?;
        return Ok(sources.noted(Label::Issuer(issuer.into()), Keyring::fixed(&set, policy, Unnamed::IsRefused)));
    }
    if let Some(set) = body.optional_text("key_set").map_err(unread)? {
        let records = Arc::new(RecordKeys::new(set, policy));
        return Ok(sources.noted(Label::Issuer(issuer.into()), Keyring::Records(records)));
    }
    let url = body.optional_text("jwks_uri").map_err(unread)?.map(Location::jwks);
    let document = body.optional_text("discovery").map_err(unread)?;
    let location = url.or_else(|| document.map(|url| Location::discovery(url, Some(issuer))));
    let location = location.ok_or_else(|| refused("no keys are named".to_owned()))?;
    sources.check(&location).map_err(refused)?;
    let binding = sources.open(&location, policy);
    binding.map(Keyring::Fetched).ok_or_else(|| refused("there are too many places that publish keys".to_owned()))
}

fn policy(body: Body<'_>) -> Result<Policy, BodyError> {
    let names = body.texts("algorithms")?;
    let algorithms: Box<[_]> = names.iter().filter_map(|name| Algorithm::from_name(name)).collect();
    Ok(Policy {
        algorithms: Some(algorithms).filter(|list| !list.is_empty()),
        thumbprints: body.texts("thumbprints")?.into(),
    })
}
