//! A log that gets the document of each exchange and of each stream, and nothing else.

use gibbon_plugin_api::{Handler, LogCx, Phases, StreamLogCx};
use gibbon_schema::Object;
use serde_json::Value;

use crate::custom_fields::CustomFields;
use crate::log_document;

/// Hands documents on, with the members that its configuration adds.
pub(crate) struct DocumentLog<W> {
    custom: CustomFields,
    write: W,
}

impl<W: Fn(Value)> DocumentLog<W> {
    /// `write` gets the documents; it must not wait.
    pub(crate) fn new(custom: CustomFields, write: W) -> Self {
        Self { custom, write }
    }

    fn hand_on(&self, mut document: Object, cx: Option<&LogCx<'_>>) {
        self.custom.apply(&mut document, cx);
        (self.write)(Value::Object(document));
    }
}

impl<W: Fn(Value) + Send + Sync + 'static> Handler for DocumentLog<W> {
    fn log(&self, cx: &LogCx<'_>) {
        self.hand_on(log_document::of(cx), Some(cx));
    }

    fn stream_log(&self, cx: &StreamLogCx<'_>) {
        self.hand_on(log_document::of_stream(cx), None);
    }

    fn phases(&self) -> Phases {
        Phases::LOG.and(Phases::STREAM_LOG)
    }
}
