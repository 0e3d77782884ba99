//! What the plugin does when an exchange is over.

use gibbon_plugin_api::{ConfigureError, Handler, LogCx, Phases, Settings, StreamLogCx};
use gibbon_schema::Object;
use serde_json::Value;

use super::config;
use crate::custom_fields::CustomFields;
use crate::delivery::Delivery;
use crate::{datagrams, log_document};

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, settings: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    let custom = CustomFields::read(config, settings)?;
    let place = config::read(config)?;
    Ok(Box::new(UdpLog {
        custom,
        delivery: Delivery::start(&settings.node, |lines| datagrams::send_all(place, lines)),
    }))
}

struct UdpLog {
    custom: CustomFields,
    delivery: Delivery,
}

impl Handler for UdpLog {
    fn log(&self, cx: &LogCx<'_>) {
        self.write(log_document::of(cx), Some(cx));
    }

    fn stream_log(&self, cx: &StreamLogCx<'_>) {
        self.write(log_document::of_stream(cx), None);
    }

    fn phases(&self) -> Phases {
        Phases::LOG.and(Phases::STREAM_LOG)
    }
}

impl UdpLog {
    fn write(&self, mut document: Object, cx: Option<&LogCx<'_>>) {
        self.custom.apply(&mut document, cx);
        self.delivery.send(Value::Object(document).to_string().into_bytes());
    }
}
