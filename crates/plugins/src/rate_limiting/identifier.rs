//! Whose requests are counted together.

use gibbon_entities::{Body, BodyError};
use gibbon_plugin_api::RequestCx;
use uuid::Uuid;

use crate::field_name::FieldName;

/// What a request is known by.
#[derive(Debug)]
pub(super) enum LimitBy {
    Consumer,
    Credential,
    Ip,
    Service,
    Header(FieldName),
    Path(Box<str>),
}

impl LimitBy {
    pub(super) fn read(config: Body<'_>) -> Result<Self, BodyError> {
        Ok(match config.optional_text("limit_by")?.unwrap_or("consumer") {
            "credential" => Self::Credential,
            "ip" => Self::Ip,
            "service" => Self::Service,
            "header" => {
                let field = "header_name";
                let name = config.text(field)?;
                Self::Header(FieldName::parse(name).ok_or(BodyError::Value { field, value: name.to_owned() })?)
            }
            "path" => Self::Path(config.text("path")?.into()),
            _ => Self::Consumer,
        })
    }

    /// What stands for whoever sends a request. Where that is not known, it is the address.
    pub(super) fn of(&self, cx: &RequestCx<'_>) -> String {
        self.known(cx).unwrap_or_else(|| cx.client_ip.to_string())
    }

    fn known(&self, cx: &RequestCx<'_>) -> Option<String> {
        let (consumer, credential) = (cx.identity.consumer.as_ref(), cx.identity.credential.as_ref());
        let text = |id: Uuid| id.hyphenated().encode_lower(&mut Uuid::encode_buffer()).to_owned();
        let by_credential = || credential.map(|credential| text(credential.id));
        match self {
            Self::Consumer => consumer.map(|consumer| text(consumer.id)).or_else(by_credential),
            Self::Credential => by_credential(),
            Self::Ip => None,
            Self::Service => cx.service.map(|service| text(service.id)),
            Self::Header(name) => {
                let value = name.values(&cx.head.headers).next()?;
                Some(String::from_utf8_lossy(value).into_owned())
            }
            Self::Path(path) => (cx.head.raw_path() == &**path).then(|| path.to_string()),
        }
    }
}
