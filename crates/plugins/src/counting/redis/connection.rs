//! The connection to a Redis: made when it is first needed, and anew when it has broken.

use std::sync::Arc;

use gibbon_plugin_api::{ConfigureError, CountedWindow, CountersAway, Counting, SharedCounters};
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, ConnectionAddr, IntoConnectionInfo, RedisConnectionInfo, RedisError};
use tokio::runtime::Handle;
use tokio::sync::Mutex;

use super::resolver::Elsewhere;
use super::{RedisSettings, Tls, Verification, beside};

/// One connection for all requests; what several of them ask goes over it one behind the other without waiting.
#[derive(Clone)]
pub(super) struct Link {
    runtime: Handle,
    shared: Arc<Shared>,
}

struct Shared {
    client: Client,
    config: AsyncConnectionConfig,
    connection: Mutex<Option<MultiplexedConnection>>,
}

impl Link {
    pub(super) fn new(settings: &RedisSettings, runtime: Handle) -> Result<Self, ConfigureError> {
        let failed = |error: RedisError| ConfigureError { field: "redis", reason: error.to_string() };
        let (host, port) = (settings.host.to_string(), settings.port);
        let mut config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(settings.timeout))
            .set_response_timeout(Some(settings.timeout));
        let address = match &settings.tls {
            Tls::Off => ConnectionAddr::Tcp(host, port),
            Tls::On { verification, server_name } => {
                // The name that TLS asks for is the name that is looked up, unless the looking up is ours.
                let name = server_name.as_deref().map_or_else(|| host.clone(), str::to_owned);
                config = config.set_dns_resolver(Elsewhere { host });
                let insecure = *verification == Verification::Skipped;
                ConnectionAddr::TcpTls { host: name, port, insecure, tls_params: None }
            }
        };
        let mut login = RedisConnectionInfo::default().set_db(settings.database);
        if let Some(password) = &settings.password {
            login = login.set_password(password);
            if let Some(username) = &settings.username {
                login = login.set_username(username);
            }
        }
        let info = address.into_connection_info().map_err(failed)?.set_redis_settings(login);
        let client = Client::open(info).map_err(failed)?;
        Ok(Self { runtime, shared: Arc::new(Shared { client, config, connection: Mutex::new(None) }) })
    }
}

impl SharedCounters for Link {
    fn add(&self, windows: Vec<CountedWindow>, amount: i64) -> Counting {
        let shared = Arc::clone(&self.shared);
        let work = async move { shared.add(&windows, amount).await.map_err(|error| CountersAway(error.to_string())) };
        Box::pin(beside(&self.runtime, work))
    }
}

impl Shared {
    async fn add(&self, windows: &[CountedWindow], amount: i64) -> Result<Vec<i64>, RedisError> {
        let mut connection = self.connection().await?;
        let mut pipeline = redis::pipe();
        for window in windows {
            pipeline.cmd("INCRBY").arg(&window.name).arg(amount);
            pipeline.cmd("EXPIREAT").arg(&window.name).arg(window.expires_at).ignore();
        }
        let counts = pipeline.query_async(&mut connection).await;
        if counts.is_err() {
            self.connection.lock().await.take();
        }
        counts
    }

    async fn connection(&self) -> Result<MultiplexedConnection, RedisError> {
        let mut held = self.connection.lock().await;
        if let Some(connection) = &*held {
            return Ok(connection.clone());
        }
        let made = self.client.get_multiplexed_async_connection_with_config(&self.config).await?;
        *held = Some(made.clone());
        Ok(made)
    }
}
