//! The settings as `GET /` shows them: all of them under Kong's names, as they were written, and beside them what Kong
//! works out of them for its tools.

use gibbon_conf::{Carrier, Conf, Database, GatewayHeader, GatewayHeaders, Listener, Run, Shown};
use gibbon_schema::Object;
use serde_json::{Number, Value, json};

pub(super) fn show(conf: &Conf) -> Value {
    let mut shown: Object = conf.shown.iter().map(|(key, value)| ((*key).to_owned(), as_json(value))).collect();
    shown.extend(resolved(conf));
    shown.extend(listeners(conf));
    shown.extend(headers(conf));
    shown.into()
}

fn as_json(shown: &Shown) -> Value {
    match shown {
        Shown::Text(text) => text.as_str().into(),
        Shown::Number(text) => number(text),
        Shown::Switch(on) => (*on).into(),
        Shown::List(elements) => elements.clone().into(),
    }
}

/// Whole numbers without a point, as they were written.
fn number(text: &str) -> Value {
    let whole = text.parse::<i64>().map(Number::from).ok();
    let number = whole.or_else(|| Number::from_f64(text.parse().ok()?));
    number.map_or_else(|| text.into(), Value::Number)
}

/// Where what holds is more than what was written.
fn resolved(conf: &Conf) -> Object {
    let daemon = if conf.run == Run::Background { "on" } else { "off" };
    let mut shown = object(json!({
        "prefix": conf.prefix.display().to_string(),
        "nginx_daemon": daemon,
        "nginx_main_daemon": daemon,
        "loaded_vaults": { "env": true },
    }));
    if let Database::Sqlite { path } = &conf.database {
        shown.insert("sqlite_path".to_owned(), path.display().to_string().into());
    }
    shown
}

fn listeners(conf: &Conf) -> Object {
    let of_http: [(&str, &[Listener]); 4] = [
        ("proxy", &conf.proxy.listeners),
        ("admin", &conf.admin.listeners),
        ("admin_gui", &conf.manager.listeners),
        ("status", &conf.status.listeners),
    ];
    let of_http = of_http.map(|(name, list)| (format!("{name}_listeners"), list.iter().map(listener).collect()));
    let of_streams = conf.streams.listeners.iter().map(stream_listener).collect();
    of_http.into_iter().chain([("stream_listeners".to_owned(), of_streams)]).collect()
}

fn stream_listener(listener: &Listener) -> Value {
    json!({
        "listener": listener.address.to_string(),
        "ip": listener.address.ip().to_string(),
        "port": listener.address.port(),
        "ssl": listener.tls,
        "udp": listener.carrier == Carrier::Udp,
        "proxy_protocol": listener.proxy_protocol,
    })
}

fn listener(listener: &Listener) -> Value {
    json!({
        "listener": listener.address.to_string(),
        "ip": listener.address.ip().to_string(),
        "port": listener.address.port(),
        "ssl": listener.tls,
        "http2": listener.http2,
        "proxy_protocol": listener.proxy_protocol,
    })
}

/// Which headers the lists of `headers` and `headers_upstream` come to.
fn headers(conf: &Conf) -> Object {
    object(json!({
        "enabled_headers": enabled(conf.proxy.headers),
        "enabled_headers_upstream": enabled(conf.proxy.headers_upstream),
    }))
}

fn enabled(headers: GatewayHeaders) -> Object {
    let all = [
        (GatewayHeader::Via, "Via"),
        (GatewayHeader::Server, "Server"),
        (GatewayHeader::ProxyLatency, "X-Kong-Proxy-Latency"),
        (GatewayHeader::ResponseLatency, "X-Kong-Response-Latency"),
        (GatewayHeader::AdminLatency, "X-Kong-Admin-Latency"),
        (GatewayHeader::UpstreamLatency, "X-Kong-Upstream-Latency"),
        (GatewayHeader::UpstreamStatus, "X-Kong-Upstream-Status"),
        (GatewayHeader::RequestId, "X-Kong-Request-Id"),
    ];
    all.map(|(header, name)| (name.to_owned(), headers.contains(header).into())).into_iter().collect()
}

fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        _ => Object::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::conf;

    fn shown(settings: &[(&str, &str)]) -> Value {
        show(&conf(settings))
    }

    #[test]
    fn listeners_are_there_as_text_and_in_parts() {
        let shown = shown(&[("PROXY_LISTEN", "127.0.0.1:9000"), ("ADMIN_LISTEN", "off")]);
        assert_eq!(shown["proxy_listen"], json!(["127.0.0.1:9000"]));
        assert_eq!(shown["proxy_listeners"][0]["port"], 9000);
        assert_eq!(shown["proxy_listeners"][0]["ip"], "127.0.0.1");
        assert_eq!(shown["proxy_listeners"][0]["ssl"], false);
        assert_eq!((&shown["admin_listen"], &shown["admin_listeners"]), (&json!(["off"]), &json!([])));
        assert_eq!(shown["admin_gui_listeners"][0]["listener"], "127.0.0.1:8002");
    }

    #[test]
    fn ports_of_streams_are_there_as_text_and_in_parts() {
        let shown = shown(&[("STREAM_LISTEN", "127.0.0.1:9000 ssl reuseport, 127.0.0.1:9053 udp")]);
        assert_eq!(shown["stream_listen"], json!(["127.0.0.1:9000 ssl reuseport", "127.0.0.1:9053 udp"]));
        let parts = |index: usize| ["port", "ssl", "udp"].map(|part| shown["stream_listeners"][index][part].clone());
        assert_eq!(parts(0), [json!(9000), json!(true), json!(false)]);
        assert_eq!(parts(1), [json!(9053), json!(false), json!(true)]);
    }

    #[test]
    fn the_database_and_what_tools_branch_on_are_named() {
        let shown = shown(&[("PREFIX", "/srv/gibbon")]);
        assert_eq!(shown["database"], "sqlite");
        assert_eq!(shown["sqlite_path"], "/srv/gibbon/gibbon.db");
        assert_eq!(shown["role"], "traditional");
        assert_eq!(shown["router_flavor"], "traditional_compatible");
        assert_eq!(
            (&shown["pg_host"], &shown["pg_port"], &shown["pg_ssl"]),
            (&json!("127.0.0.1"), &json!(5432), &json!(false))
        );
    }

    #[test]
    fn what_came_from_a_vault_is_shown_as_the_reference() {
        let reference = "{vault://env/gibbon-level}";
        let shown = shown(&[("LOG_LEVEL", reference), ("LEVEL", "warn")]);
        assert_eq!(shown["log_level"], reference);
    }

    #[test]
    fn a_server_is_shown_without_the_password() {
        let set = [("DATABASE", "postgres"), ("PG_HOST", "db"), ("PG_PASSWORD", "sesame"), ("PG_SSL", "on")];
        let shown = shown(&set);
        let expected = json!(["postgres", "db", 5432, "kong", "kong", true, "******"]);
        let keys = ["database", "pg_host", "pg_port", "pg_user", "pg_database", "pg_ssl", "pg_password"];
        assert_eq!(keys.map(|key| shown[key].clone()).to_vec(), *expected.as_array().unwrap());
        assert!(!shown.to_string().contains("sesame"));
    }

    #[test]
    fn headers_are_there_as_written_and_one_by_one() {
        let shown = shown(&[("HEADERS", "latency_tokens")]);
        assert_eq!(shown["headers"], json!(["latency_tokens"]));
        let enabled = &shown["enabled_headers"];
        assert_eq!((&enabled["X-Kong-Proxy-Latency"], &enabled["Via"]), (&json!(true), &json!(false)));
        assert_eq!(shown["enabled_headers_upstream"]["X-Kong-Request-Id"], true);
    }

    #[test]
    fn keys_of_kong_that_have_no_effect_are_there_with_what_is_the_case() {
        let shown = shown(&[("ANONYMOUS_REPORTS", "on"), ("LUA_SOCKET_POOL_SIZE", "1")]);
        let expected = [
            ("anonymous_reports", json!(false)),
            ("stream_listen", json!(["off"])),
            ("worker_consistency", json!("eventual")),
            ("lua_socket_pool_size", json!(256)),
        ];
        for (key, value) in expected {
            assert_eq!(shown[key], value, "{key}");
        }
    }
}
