//! The table of contents of the API: every path, what it means, and which methods it has.

mod path_table;

use gibbon_balancer::health::Health;
use gibbon_conf::TokenAccess;
use gibbon_plugin_api::AdminPath;
use http::header::ALLOW;
use http::{HeaderValue, Method, StatusCode};

pub(crate) use path_table::{Described, PathTable};

use crate::answer::Answer;
use crate::api::AdminApi;
use crate::crud::{self, Place};
use crate::error::ApiError;
use crate::live;
use crate::request::Request;
use crate::routes::absent::{self, Absent};
use crate::routes::{
    cache, config, endpoints, explain, history, lint, log_level, metrics, plugin_paths, plugins, ready, root, schemas,
    status, timers, upstreams, verdict,
};
use crate::tags;

/// What a path means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// What this node is.
    Root,
    /// How it fares.
    Status,
    /// Whether it can serve.
    Ready,
    /// What it has counted.
    Metrics,
    /// How much it logs.
    LogLevel,
    /// Another level of its log.
    ChangeLogLevel,
    /// Another level of the logs of all nodes.
    ChangeLogLevels,
    /// What it knows of names.
    StatusDns,
    /// What its timers do.
    Timers,
    /// What it remembers of its database.
    Cache,
    /// One thing of that.
    CacheKey,
    /// The last writes.
    History,
    /// One of them.
    HistoryEntry,
    /// Taking it back.
    Undo,
    /// What would become of a request, and why.
    Explain,
    /// What it does, while it does it.
    Overview,
    /// Single requests, while they go on.
    Requests,
    /// A request that is sent to see its way.
    Try,
    /// What is configured and surely not meant.
    Lint,
    /// All paths.
    Endpoints,
    /// All of this, for programs.
    OpenApi,
    /// All tags.
    Tags,
    /// The records that have one tag.
    Tag,
    /// Which plugins there are.
    PluginsEnabled,
    /// What a plugin can be told.
    PluginConfig,
    /// The schema of a plugin.
    PluginSchema,
    /// Whether a plugin would be taken.
    ValidatePlugin,
    /// The schema of a kind of vault.
    VaultSchema,
    /// Whether a vault would be taken.
    ValidateVault,
    /// The schema of an entity.
    Schema,
    /// Whether a record would be taken.
    Validate,
    /// All targets of an upstream.
    AllTargets,
    /// How the targets of an upstream are.
    Health,
    /// Saying how a target is.
    SetHealth(Health),
    /// The whole configuration.
    Config,
    /// What a plugin brings along.
    Plugin(&'static AdminPath),
    /// What belongs to a way of running Kong that is not here.
    Absent(Absent),
    /// Records.
    Records(Place),
}

/// The paths that are not derived from entities. A path stands before those that would also match it.
const FIXED: &[(&str, Endpoint)] = &[
    ("/", Endpoint::Root),
    ("/status", Endpoint::Status),
    ("/status/dns", Endpoint::StatusDns),
    ("/metrics", Endpoint::Metrics),
    ("/timers", Endpoint::Timers),
    ("/cache", Endpoint::Cache),
    ("/cache/{key}", Endpoint::CacheKey),
    ("/history", Endpoint::History),
    ("/history/{revision}", Endpoint::HistoryEntry),
    ("/history/{revision}/undo", Endpoint::Undo),
    ("/config", Endpoint::Config),
    ("/explain", Endpoint::Explain),
    ("/lint", Endpoint::Lint),
    ("/live/overview", Endpoint::Overview),
    ("/live/requests", Endpoint::Requests),
    ("/live/try", Endpoint::Try),
    ("/endpoints", Endpoint::Endpoints),
    ("/openapi.json", Endpoint::OpenApi),
    ("/tags", Endpoint::Tags),
    ("/tags/{tags}", Endpoint::Tag),
    ("/plugins/enabled", Endpoint::PluginsEnabled),
    ("/plugins/schema/{name}", Endpoint::PluginConfig),
    ("/schemas/plugins/validate", Endpoint::ValidatePlugin),
    ("/schemas/plugins/{name}", Endpoint::PluginSchema),
    ("/schemas/{name}", Endpoint::Schema),
    ("/schemas/vaults/validate", Endpoint::ValidateVault),
    ("/schemas/vaults/{name}", Endpoint::VaultSchema),
    ("/schemas/filters/{name}", Endpoint::Absent(Absent::Filters)),
    ("/schemas/{db_entity_name}/validate", Endpoint::Validate),
    ("/clustering/data-planes", Endpoint::Absent(Absent::ControlPlane)),
    ("/clustering/status", Endpoint::Absent(Absent::ControlPlane)),
    ("/filter-chains", Endpoint::Absent(Absent::Filters)),
    ("/filter-chains/{filter_chains}", Endpoint::Absent(Absent::Filters)),
    ("/filter-chains/{filter_chains}/route", Endpoint::Absent(Absent::Filters)),
    ("/filter-chains/{filter_chains}/service", Endpoint::Absent(Absent::Filters)),
    ("/routes/{routes}/filter-chains", Endpoint::Absent(Absent::Filters)),
    ("/routes/{routes}/filter-chains/{filter_chains}", Endpoint::Absent(Absent::Filters)),
    ("/routes/{routes}/filters/all", Endpoint::Absent(Absent::Filters)),
    ("/routes/{routes}/filters/disabled", Endpoint::Absent(Absent::Filters)),
    ("/routes/{routes}/filters/enabled", Endpoint::Absent(Absent::Filters)),
    ("/services/{services}/filter-chains", Endpoint::Absent(Absent::Filters)),
    ("/services/{services}/filter-chains/{filter_chains}", Endpoint::Absent(Absent::Filters)),
    ("/upstreams/{upstreams}/health", Endpoint::Health),
    ("/upstreams/{upstreams}/targets/all", Endpoint::AllTargets),
    ("/upstreams/{upstreams}/targets/{targets}/healthy", Endpoint::SetHealth(Health::Healthy)),
    ("/upstreams/{upstreams}/targets/{targets}/unhealthy", Endpoint::SetHealth(Health::Unhealthy)),
    ("/upstreams/{upstreams}/targets/{targets}/{address}/healthy", Endpoint::SetHealth(Health::Healthy)),
    ("/upstreams/{upstreams}/targets/{targets}/{address}/unhealthy", Endpoint::SetHealth(Health::Unhealthy)),
    ("/debug/node/log-level", Endpoint::LogLevel),
    ("/debug/node/log-level/{log_level}", Endpoint::ChangeLogLevel),
    ("/debug/cluster/log-level/{log_level}", Endpoint::ChangeLogLevels),
];

/// The paths of the Status API.
const STATUS: [(&str, Endpoint); 3] =
    [("/status", Endpoint::Status), ("/status/ready", Endpoint::Ready), ("/metrics", Endpoint::Metrics)];

/// What Kong answers where its resolver keeps no statistics, as that of this gateway does not.
const NO_DNS_STATISTICS: &str = "not implemented with the legacy DNS client";

/// The methods that the API has anywhere.
const METHODS: [Method; 7] =
    [Method::DELETE, Method::GET, Method::HEAD, Method::OPTIONS, Method::PATCH, Method::POST, Method::PUT];

impl Endpoint {
    /// The methods of the path, sorted.
    pub(crate) fn methods(self) -> &'static [&'static str] {
        match self {
            Self::Records(place) => place.methods(),
            Self::Plugin(path) => path.methods,
            Self::ChangeLogLevel | Self::ChangeLogLevels | Self::SetHealth(_) => &["OPTIONS", "PUT"],
            Self::Validate | Self::ValidatePlugin | Self::ValidateVault | Self::Undo | Self::Explain | Self::Try => {
                &["OPTIONS", "POST"]
            }
            Self::Cache => &["DELETE", "OPTIONS"],
            Self::CacheKey => &["DELETE", "GET", "HEAD", "OPTIONS"],
            Self::Config => &["GET", "HEAD", "OPTIONS", "POST"],
            _ => &["GET", "HEAD", "OPTIONS"],
        }
    }

    fn allow(self, answer: Answer) -> Answer {
        let list = HeaderValue::from_str(&self.methods().join(", "));
        list.map(|list| answer.clone().header(ALLOW, list)).unwrap_or(answer)
    }

    fn is_read(self, method: &Method) -> bool {
        matches!(*method, Method::GET | Method::HEAD) && self.methods().contains(&"GET")
    }

    /// Whether a request changes nothing. Asking whether a body would do is POST, and changes nothing.
    fn is_harmless(self, method: &Method) -> bool {
        method.is_safe() || matches!(self, Self::Validate | Self::ValidatePlugin | Self::Explain)
    }
}

/// Does what a request asks for.
pub(crate) async fn dispatch(api: &AdminApi, request: &Request) -> Result<Answer, ApiError> {
    // As in Kong, a method that the API has nowhere is refused before its path is looked at.
    if !METHODS.contains(&request.method) {
        return Err(ApiError::MethodNotAllowed);
    }
    let (endpoint, parameters) = api.paths.find(&request.path).ok_or(ApiError::NotFound)?;
    if request.method == Method::OPTIONS {
        return Ok(endpoint.allow(Answer::no_content()));
    }
    if request.client.access == TokenAccess::ReadOnly && !endpoint.is_harmless(&request.method) {
        return Err(ApiError::Forbidden("this token may only read".to_owned()));
    }
    match answer(api, endpoint, parameters, request).await {
        Err(ApiError::MethodNotAllowed) => Ok(endpoint.allow(ApiError::MethodNotAllowed.into())),
        answer => answer,
    }
}

async fn answer(
    api: &AdminApi,
    endpoint: Endpoint,
    parameters: Vec<String>,
    request: &Request,
) -> Result<Answer, ApiError> {
    let name = parameters.first().map_or("", String::as_str);
    match endpoint {
        Endpoint::Records(place) => crud::answer(api, place, parameters, request).await,
        Endpoint::Plugin(path) => plugin_paths::answer(api, path, parameters, request).await,
        Endpoint::Config => config::answer(api, request).await,
        Endpoint::Validate if request.method == Method::POST => schemas::validate(api, request, name).await,
        Endpoint::ValidatePlugin if request.method == Method::POST => schemas::validate(api, request, "plugins").await,
        Endpoint::ChangeLogLevel if request.method == Method::PUT => log_level::change(api, request, name).await,
        Endpoint::ChangeLogLevels if request.method == Method::PUT => {
            log_level::change_everywhere(api, request, name).await
        }
        Endpoint::Explain if request.method == Method::POST => explain::answer(api, request).await,
        Endpoint::Undo if request.method == Method::POST => history::take_back(api, request, name).await,
        Endpoint::Try if request.method == Method::POST => live::try_out(api, request).await,
        Endpoint::Cache => cache::all(request),
        Endpoint::CacheKey => cache::one(request),
        Endpoint::ValidateVault if request.method == Method::POST => schemas::validate(api, request, "vaults").await,
        Endpoint::Absent(absent) => Ok(absent::answer(absent)),
        Endpoint::SetHealth(health) => verdict::set(api, request, &parameters, health).await,
        information if information.is_read(&request.method) => match information {
            Endpoint::Root => root::show(api, request).await,
            Endpoint::Status => status::show(api, request).await,
            Endpoint::Ready => Ok(ready::show()),
            Endpoint::Metrics => metrics::show(api).await,
            Endpoint::Lint => lint::show(api).await,
            Endpoint::Overview => Ok(live::overview(api, request).await),
            Endpoint::Requests => live::requests(api, request),
            Endpoint::LogLevel => log_level::show(api),
            Endpoint::StatusDns => Ok(Answer::message(StatusCode::NOT_IMPLEMENTED, NO_DNS_STATISTICS)),
            Endpoint::Timers => Ok(timers::show()),
            Endpoint::History => history::list(api, request).await,
            Endpoint::HistoryEntry => history::show(api, name).await,
            Endpoint::OpenApi => Ok(Answer::ok(api.openapi())),
            Endpoint::Endpoints => Ok(endpoints::list(api.paths.templates())),
            Endpoint::Tags => tags::list(api, None, request).await,
            Endpoint::Tag => tags::list(api, Some(name), request).await,
            Endpoint::PluginsEnabled => plugins::enabled(api, request).await,
            Endpoint::PluginConfig => plugins::schema(api, request, name).await,
            Endpoint::PluginSchema => schemas::plugin(api, request, name).await,
            Endpoint::Schema => schemas::entity(api, request, name).await,
            Endpoint::AllTargets => crud::list(api, upstreams::TARGETS, &parameters, request).await,
            Endpoint::Health => upstreams::health(api, request, name).await,
            Endpoint::VaultSchema => schemas::vault(api, request, name).await,
            _ => Err(ApiError::MethodNotAllowed),
        },
        _ => Err(ApiError::MethodNotAllowed),
    }
}
