//! What the plugin can be told.

use gibbon_entities::{Body, BodyError, Switch};
use gibbon_plugin_api::ConfigureError;
use gibbon_schema::{Field, Subschema, field};
use serde_json::Value;

use crate::config_error;
use crate::schema_of;

/// The schema of the plugin's configuration.
pub(super) fn schema() -> Subschema {
    let config = [
        switch("per_consumer", "Whether requests and bytes are counted for each consumer apart."),
        switch("status_code_metrics", "Whether requests and streams are counted, by status."),
        switch(
            "ai_metrics",
            "Whether calls of language models are counted; there are none here, and nothing is counted.",
        ),
        switch("latency_metrics", "Whether times are measured: all of it, the upstream's part, and the gateway's."),
        switch("bandwidth_metrics", "Whether bytes from and to clients are counted."),
        switch("upstream_health_metrics", "Whether `/metrics` tells how the targets of upstreams are."),
        switch(
            "wasm_metrics",
            "Whether filters of WebAssembly are counted; there are none here, and nothing is counted.",
        ),
    ];
    schema_of::requests_and_streams("prometheus", config)
}

fn switch(name: &'static str, description: &'static str) -> Field {
    field(name).boolean().default(false).describe(description)
}

/// What of an exchange is counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct Wanted(u8);

impl Wanted {
    pub(super) const CONSUMERS: Self = Self(1);
    pub(super) const STATUSES: Self = Self(2);
    pub(super) const LATENCIES: Self = Self(4);
    pub(super) const BANDWIDTH: Self = Self(8);
    pub(super) const HEALTH: Self = Self(16);

    /// Reads a configuration.
    pub(super) fn read(config: &Value) -> Result<Self, ConfigureError> {
        config_error::read(config, Self::of)
    }

    fn of(config: Body<'_>) -> Result<Self, BodyError> {
        let switches = [
            ("per_consumer", Self::CONSUMERS),
            ("status_code_metrics", Self::STATUSES),
            ("latency_metrics", Self::LATENCIES),
            ("bandwidth_metrics", Self::BANDWIDTH),
            ("upstream_health_metrics", Self::HEALTH),
        ];
        let mut wanted = Self::default();
        for (name, flag) in switches {
            if config.boolean(name, Switch::Off)? {
                wanted.0 |= flag.0;
            }
        }
        Ok(wanted)
    }

    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether any exchange has to be looked at.
    pub(super) fn counts(self) -> bool {
        self.has(Self::STATUSES) || self.has(Self::LATENCIES) || self.has(Self::BANDWIDTH)
    }
}
