use super::{KongKey, key};

pub(super) const KEYS: &[KongKey] = &[
    key("pluginserver_names", "", "Programs that run plugins written in other languages."),
    key("pluginserver_XXX_socket", "", "The socket of the program XXX."),
    key("pluginserver_XXX_start_cmd", "", "How it is started."),
    key("pluginserver_XXX_query_cmd", "", "How it is asked for its plugins."),
    key("wasm", "off", "Whether filters in WebAssembly run."),
    key("wasm_filters_path", "", "The folder of those filters."),
    key("wasm_filters", "bundled,user", "Which of them are on offer."),
    key("wasm_dynamic_module", "", "The module of nginx that runs them."),
    key("untrusted_lua", "sandbox", "Whether Lua out of the configuration runs, and whether it is shut in."),
    key("untrusted_lua_sandbox_requires", "", "Modules that such code may load."),
    key("untrusted_lua_sandbox_environment", "", "Global variables that it may use."),
    key("tracing_instrumentations", "off", "Which parts of a request are traced."),
    key("tracing_sampling_rate", "0.01", "The share of requests that are traced."),
    key("opentelemetry_tracing", "off", "The former name of `tracing_instrumentations`."),
    key("opentelemetry_tracing_sampling_rate", "0.01", "The former name of `tracing_sampling_rate`."),
    key("request_debug", "on", "Whether a request can ask where its time goes."),
    key("request_debug_token", "", "What such a request has to know when it comes from elsewhere."),
];
