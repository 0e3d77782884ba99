//! What the plugin does when an exchange is over.

use gibbon_plugin_api::{ConfigureError, Handler, Headers, LogCx, Phases, Settings, StreamLogCx};
use gibbon_schema::Object;
use serde_json::Value;
use tokio::net::{UdpSocket, lookup_host};
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;

use super::config::Config;
use crate::custom_fields::CustomFields;
use crate::delivery::Delivery;
use crate::log_document;

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, settings: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    let custom = CustomFields::read(config)?;
    let config = Config::read(config)?;
    Ok(Box::new(UdpLog { custom, delivery: Delivery::start(&settings.node, |lines| send_all(config, lines)) }))
}

struct UdpLog {
    custom: CustomFields,
    delivery: Delivery,
}

impl Handler for UdpLog {
    fn log(&self, cx: &LogCx<'_>) {
        self.write(log_document::of(cx), Some(&cx.request.headers));
    }

    fn stream_log(&self, cx: &StreamLogCx<'_>) {
        self.write(log_document::of_stream(cx), None);
    }

    fn phases(&self) -> Phases {
        Phases::LOG.and(Phases::STREAM_LOG)
    }
}

impl UdpLog {
    fn write(&self, mut document: Object, headers: Option<&Headers>) {
        self.custom.apply(&mut document, headers);
        self.delivery.send(Value::Object(document).to_string().into_bytes());
    }
}

/// A datagram for each exchange.
async fn send_all(config: Config, mut lines: Receiver<Vec<u8>>) {
    while let Some(line) = lines.recv().await {
        let sent = timeout(config.timeout, send(&config, &line)).await;
        let sent = sent.unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into()));
        if let Err(error) = sent {
            tracing::error!(host = &*config.host, port = config.port, %error, "a line of a log cannot be sent");
        }
    }
}

async fn send(config: &Config, line: &[u8]) -> std::io::Result<()> {
    let mut addresses = lookup_host((&*config.host, config.port)).await?;
    let address = addresses.next().ok_or(std::io::ErrorKind::NotFound)?;
    let socket = UdpSocket::bind(if address.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" }).await?;
    socket.send_to(line, address).await.map(drop)
}
