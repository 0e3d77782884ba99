//! The fields that say which Redis counts are kept in, and the names that they had before.

use gibbon_schema::typedefs::{host, port, timeout};
use gibbon_schema::{Deprecation, EntityCheck, Field, Shorthand, conditional, field, matching, record, string};

/// The former names, in the order in which they are listed.
const FORMER: [(&str, &[&str]); 9] = [
    ("redis_host", &["redis", "host"]),
    ("redis_port", &["redis", "port"]),
    ("redis_password", &["redis", "password"]),
    ("redis_username", &["redis", "username"]),
    ("redis_ssl", &["redis", "ssl"]),
    ("redis_ssl_verify", &["redis", "ssl_verify"]),
    ("redis_server_name", &["redis", "server_name"]),
    ("redis_timeout", &["redis", "timeout"]),
    ("redis_database", &["redis", "database"]),
];

/// The record `redis`.
pub(crate) fn redis() -> Field {
    let fields = [
        field("host").of(host()).describe("The host of the Redis."),
        field("port").of(port()).default(6379).describe("Its port."),
        field("timeout").of(timeout()).default(2000).describe("How many milliseconds it may take to answer."),
        field("username").string().referenceable().describe("The name to log in with."),
        field("password").string().encrypted().referenceable().len_min(0).describe("The password to log in with."),
        field("database").integer().default(0).describe("The number of the database."),
        field("ssl").boolean().optional().default(false).describe("Whether it is spoken to over TLS."),
        field("ssl_verify").boolean().optional().default(false).describe("Whether its certificate is verified."),
        field("server_name").of(gibbon_schema::typedefs::sni()).optional().describe("The name that TLS asks for."),
    ];
    field("redis").of(record(fields)).required().describe("The Redis that counts are kept in.")
}

/// The former names of its fields, with what is said of each.
pub(crate) fn former(messages: [&'static str; 9]) -> impl Iterator<Item = Shorthand> {
    FORMER.into_iter().zip(messages).map(|((name, path), message)| {
        let deprecation =
            Deprecation { message, removal_in_version: "4.0", old_default: None, replaced_with: vec![path] };
        let kind = match name {
            "redis_port" | "redis_timeout" | "redis_database" => field(name).integer(),
            "redis_ssl" | "redis_ssl_verify" => field(name).boolean(),
            "redis_password" => field(name).of(string().len_min(0)),
            _ => field(name).string(),
        };
        Shorthand::renamed(kind.deprecated(deprecation), path).read_back()
    })
}

/// What the policy `redis` cannot do without.
pub(crate) fn checks() -> [EntityCheck; 3] {
    ["config.redis.host", "config.redis.port", "config.redis.timeout"]
        .map(|needed| conditional("config.policy", matching().eq("redis"), needed, matching().required()))
}
