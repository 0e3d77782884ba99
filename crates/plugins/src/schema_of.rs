//! What the schemas of most plugins have in common.

use gibbon_entities::typedefs::{no_consumer, protocols, protocols_http};
use gibbon_schema::{Field, Subschema, field};

/// A plugin for requests, with these fields in its `config`.
pub(crate) fn requests(name: &'static str, config: impl IntoIterator<Item = Field>) -> Subschema {
    Subschema::new(name, [field("protocols").of(protocols_http()), field("config").record(config).required()])
}

/// The same for a plugin that Kong knows for streams as well; it can be configured for their protocols.
pub(crate) fn requests_and_streams(name: &'static str, config: impl IntoIterator<Item = Field>) -> Subschema {
    Subschema::new(name, [field("protocols").of(protocols()), field("config").record(config).required()])
}

/// The same for a plugin that cannot be configured for single consumers.
pub(crate) fn requests_of_all(name: &'static str, config: impl IntoIterator<Item = Field>) -> Subschema {
    let fields = [
        field("consumer").of(no_consumer()),
        field("protocols").of(protocols_http()),
        field("config").record(config).required(),
    ];
    Subschema::new(name, fields)
}

/// A boolean that has always a value.
pub(crate) fn switch(name: &'static str, default: bool) -> Field {
    field(name).boolean().required().default(default)
}
