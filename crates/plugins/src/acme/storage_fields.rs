//! The fields that say where the plugin keeps what it must not forget.

use gibbon_schema::typedefs::{port, timeout};
use gibbon_schema::{
    Deprecation, EntityCheck, Field, Shorthand, conditional, custom_check, field, matching, record, string,
};

/// Without a port there is none; the other numbers are those that a plain installation has.
const REDIS_PORT: u16 = 6379;

/// The record `storage_config`, with a record for each storage.
pub(super) fn storage_config() -> Field {
    let storages = [
        field("shm")
            .of(record([field("shm_name").string().default("kong").describe("The name of the memory.")]))
            .required(),
        field("kong").of(record([])).required(),
        redis(),
        consul(),
        vault(),
    ];
    field("storage_config").of(record(storages)).required().describe("How the storages are reached.")
}

/// What the storage `redis` cannot do without, and which storages there are.
pub(super) fn checks() -> [EntityCheck; 3] {
    let needs = |needed| conditional("config.storage", matching().eq("redis"), needed, matching().required());
    let supported = custom_check(["config.storage"], |plugin| {
        let storage = plugin.get("config").and_then(|config| config.get("storage")?.as_str());
        match storage {
            Some(storage @ ("consul" | "vault")) => Err(unsupported(storage)),
            _ => Ok(()),
        }
    });
    [needs("config.storage_config.redis.host"), needs("config.storage_config.redis.port"), supported]
}

/// What is said of a storage that there is not.
pub(super) fn unsupported(storage: &str) -> String {
    format!("the storage `{storage}` is not supported: use `kong`, `shm` or `redis`")
}

fn redis() -> Field {
    let extra = [
        field("namespace")
            .of(string().len_min(0))
            .required()
            .default("")
            .describe("What the names of all entries begin with."),
        field("scan_count").number().optional().default(10).describe("How many entries are looked at in one step."),
    ];
    let fields = [
        field("host").string().describe("The host of the Redis."),
        field("port").of(port()).default(REDIS_PORT).describe("Its port."),
        field("timeout").of(timeout()).default(2000).describe("How many milliseconds it may take to answer."),
        field("username").string().referenceable().describe("The name to log in with."),
        field("password").string().encrypted().referenceable().len_min(0).describe("The password to log in with."),
        field("database").integer().default(0).describe("The number of the database."),
        field("ssl").boolean().optional().default(false).describe("Whether it is spoken to over TLS."),
        field("ssl_verify").boolean().optional().default(false).describe("Whether its certificate is verified."),
        field("server_name").string().optional().describe("The name that TLS asks for."),
        field("extra_options").of(record(extra)).required().describe("How entries are named and found."),
    ];
    field("redis").of(record(fields).shorthands(former())).required()
}

/// The names that fields of `redis` had before.
fn former() -> [Shorthand; 4] {
    let renamed = |field: Field, path: &'static [&'static str], message| {
        let deprecation =
            Deprecation { message, removal_in_version: "4.0", old_default: None, replaced_with: vec![path] };
        Shorthand::renamed(field.deprecated(deprecation), path).read_back()
    };
    [
        renamed(
            field("auth").of(string().len_min(0)),
            &["password"],
            "acme: config.storage_config.redis.auth is deprecated, please use config.storage_config.redis.password instead",
        ),
        renamed(
            field("ssl_server_name").string(),
            &["server_name"],
            "acme: config.storage_config.redis.ssl_server_name is deprecated, please use \
             config.storage_config.redis.server_name instead",
        ),
        renamed(
            field("namespace").of(string().len_min(0)),
            &["extra_options", "namespace"],
            "acme: config.storage_config.redis.namespace is deprecated, please use \
             config.storage_config.redis.extra_options.namespace instead",
        ),
        renamed(
            field("scan_count").integer(),
            &["extra_options", "scan_count"],
            "acme: config.storage_config.redis.scan_count is deprecated, please use \
             config.storage_config.redis.extra_options.scan_count instead",
        ),
    ]
}

/// Known, so that configurations of Kong are read; the storage itself is refused.
fn consul() -> Field {
    let fields = [
        field("https").boolean().default(false),
        field("host").string(),
        field("port").of(port()),
        field("kv_path").string(),
        field("timeout").number(),
        field("token").string().referenceable(),
    ];
    field("consul").of(record(fields)).required()
}

/// As [`consul`].
fn vault() -> Field {
    let fields = [
        field("https").boolean().default(false),
        field("host").string(),
        field("port").of(port()),
        field("kv_path").string(),
        field("timeout").number(),
        field("token").string().referenceable(),
        field("tls_verify").boolean().default(true),
        field("tls_server_name").string(),
        field("auth_method").string().default("token").one_of(["token", "kubernetes"]),
        field("auth_path").string(),
        field("auth_role").string(),
        field("jwt_path").string(),
    ];
    field("vault").of(record(fields)).required()
}
