use std::sync::Arc;

use gibbon_runtime::Configuration;

use crate::about::About;
use crate::answer::Answer;
use crate::declared::Declared;
use crate::dispatch::{self, PathTable};
use crate::live::Live;
use crate::log_levels::LogLevels;
use crate::openapi;
use crate::request::{self, Request};
use crate::routes::root::EnabledPlugins;

/// The Admin API of one node: requests in, answers out.
pub struct AdminApi {
    /// The configuration that it shows and changes.
    pub configuration: Arc<Configuration>,
    /// What `GET /` and `/status` tell about the node.
    pub about: About,
    /// What is served, where there is no database to change; none where there is one.
    pub(crate) declared: Option<Arc<Declared>>,
    /// Every path that it has.
    pub(crate) paths: PathTable,
    /// Which plugins `GET /` lists as configured.
    pub(crate) enabled_plugins: EnabledPlugins,
    /// How much the node logs, where that can be changed.
    pub(crate) log_levels: Option<Arc<dyn LogLevels>>,
    /// What goes on, and who is told.
    pub(crate) live: Live,
}

impl AdminApi {
    /// The API over a configuration, with paths for every entity that is defined there.
    pub fn new(configuration: Arc<Configuration>, about: About) -> Self {
        let paths = PathTable::new(configuration.definitions(), configuration.registry());
        let enabled_plugins = EnabledPlugins::default();
        Self { configuration, about, declared: None, paths, enabled_plugins, log_levels: None, live: Live::default() }
    }

    /// The same with a log whose level can be changed.
    #[must_use]
    pub fn with_log_levels(self, levels: Arc<dyn LogLevels>) -> Self {
        Self { log_levels: Some(levels), ..self }
    }

    /// The Status API over the same configuration: how the node is, and nothing that could be changed or that is secret.
    pub fn status_only(configuration: Arc<Configuration>, about: About) -> Self {
        Self { paths: PathTable::of_status(), ..Self::new(configuration, about) }
    }

    /// A path as it may be written down, without the secrets that name records.
    pub(crate) fn path_shown(&self, path: &str) -> String {
        let segments = request::segments(path).unwrap_or_default();
        self.paths.shown(&segments, self.configuration.definitions())
    }

    /// The OpenAPI document of what is here.
    pub(crate) fn openapi(&self) -> serde_json::Value {
        let configuration = &self.configuration;
        openapi::document(&self.paths, configuration.definitions(), configuration.registry(), self.about.version)
    }

    /// The same API over a configuration that is exchanged as a whole: single records cannot be changed.
    #[must_use]
    pub fn without_database(self, declared: Arc<Declared>) -> Self {
        Self { declared: Some(declared), ..self }
    }

    /// Answers a request. Whatever goes wrong becomes an answer.
    ///
    /// HEAD is answered as GET is, with the body: whoever carries the answer knows its length and leaves it out. A
    /// change that has begun is finished even if the caller stops waiting for its answer.
    pub async fn handle(&self, request: Request) -> Answer {
        dispatch::dispatch(self, &request).await.unwrap_or_else(Answer::from)
    }
}
