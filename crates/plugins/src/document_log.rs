//! A log that gets the document of each exchange and of each stream, and nothing else.

use gibbon_plugin_api::{Handler, LogCx, Phases, StreamLogCx};

use crate::custom_fields::CustomFields;
use crate::log_document;

/// Hands documents on, with the members that its configuration adds.
pub(crate) struct DocumentLog<W> {
    custom: CustomFields,
    write: W,
}

impl<W: Fn(Vec<u8>)> DocumentLog<W> {
    /// `write` gets the text of the documents; it must not wait.
    pub(crate) fn new(custom: CustomFields, write: W) -> Self {
        Self { custom, write }
    }
}

impl<W: Fn(Vec<u8>) + Send + Sync + 'static> Handler for DocumentLog<W> {
    fn log(&self, cx: &LogCx<'_>) {
        (self.write)(log_document::text(cx, &self.custom));
    }

    fn stream_log(&self, cx: &StreamLogCx<'_>) {
        (self.write)(log_document::text_of_stream(cx, &self.custom));
    }

    fn phases(&self) -> Phases {
        Phases::LOG.and(Phases::STREAM_LOG)
    }
}
