//! TLS with a Redis.

use std::io;
use std::sync::Arc;

use gibbon_plugin_api::ConfigureError;
use gibbon_tls::client::{self, Spoken, Terms, Usual};
use rustls::RootCertStore;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::{RedisSettings, Tls, Verification};

/// How many other certificates may stand between that of a server and its authority.
const DEPTH: u8 = 100;

/// What is agreed on over TLS, and with whom.
pub(super) struct Encryption {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl Encryption {
    /// What the settings say; none where they say nothing of it.
    pub(super) fn of(settings: &RedisSettings, trusted: &Arc<RootCertStore>) -> Result<Option<Self>, ConfigureError> {
        let Tls::On { verification, server_name } = &settings.tls else { return Ok(None) };
        let failed = |reason: String| ConfigureError { field: "redis", reason };
        let verification = match verification {
            Verification::Required => client::Verification::Required { depth: DEPTH },
            Verification::Skipped => client::Verification::Skipped,
        };
        let terms = Terms { spoken: Spoken::Anything, ..Terms::usual(verification) };
        let usual = Usual { trusted: Arc::clone(trusted), shown: None };
        let config = client::config(&terms, &usual).map_err(|error| failed(error.to_string()))?;
        let name = server_name.as_deref().unwrap_or(&settings.host).to_owned();
        let name = ServerName::try_from(name).map_err(|error| failed(error.to_string()))?;
        Ok(Some(Self { connector: config.into(), name }))
    }

    /// Shakes hands.
    pub(super) async fn over(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        self.connector.connect(self.name.clone(), stream).await
    }
}
