//! Whole configurations: text and variables in, settings or messages out.

use super::{Conf, ConfFile, Loaded, Machine, Sources, User, is_service_link, load, prefix};
use crate::error::ConfError;
use crate::key::keys;
use crate::listen::Listener;
use crate::reader::Reader;
use crate::section::database::Database;
use crate::section::declarative::Declared;
use crate::section::dns::{AddressOrder, ServiceNames};
use crate::section::general::Run;
use crate::section::logs::{LogLevel, LogTarget};
use crate::section::real_ip::RealIpSource;
use crate::section::tls::{ClientCertificates, Pem};
use crate::shown::Shown;
use proptest::prelude::{Strategy, any};
use proptest::{proptest, sample};
use std::path::{Path, PathBuf};
use std::time::Duration;

fn machine() -> Machine {
    Machine { user: User::Root, cores: 4, folder: "/work".into() }
}

fn sources(env: &[(&str, &str)]) -> Sources {
    let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Sources { file: ConfFile::Search(vec![]), env, options: vec![], machine: machine() }
}

/// A folder with a `gibbon.conf` of this text; the folder goes when the value is dropped.
fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gibbon.conf");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

fn loaded(text: &str, env: &[(&str, &str)]) -> Result<Loaded, Vec<String>> {
    let (_folder, path) = file(text);
    load(&Sources { file: ConfFile::At(path), ..sources(env) }).map_err(texts)
}

fn texts(errors: Vec<ConfError>) -> Vec<String> {
    errors.iter().map(ToString::to_string).collect()
}

fn warnings(text: &str, env: &[(&str, &str)]) -> Vec<String> {
    loaded(text, env).unwrap().warnings.iter().map(ToString::to_string).collect()
}

fn defaults() -> Conf {
    load(&sources(&[])).unwrap().conf
}

#[test]
fn a_gateway_without_settings_has_the_documented_defaults() {
    let conf = defaults();
    assert_eq!(conf.prefix, Path::new("/var/lib/gibbon"));
    assert_eq!((conf.workers, conf.run), (4, Run::Foreground));
    assert_eq!(conf.proxy.listeners[0].address.to_string(), "0.0.0.0:8000");
    assert_eq!(conf.admin.listeners[0].address.to_string(), "127.0.0.1:8001");
    let last = |listeners: &[Listener]| listeners.last().map(|last| (last.address.to_string(), last.tls, last.http2));
    assert_eq!(last(&conf.proxy.listeners), Some(("0.0.0.0:8443".to_owned(), true, true)));
    assert_eq!(last(&conf.admin.listeners), Some(("127.0.0.1:8444".to_owned(), true, true)));
    assert_eq!((conf.logs.level, &conf.logs.proxy_error), (LogLevel::Notice, &LogTarget::Stderr));
    assert_eq!(conf.logs.proxy_access, LogTarget::File("/var/lib/gibbon/logs/access.log".into()));
    assert_eq!((conf.limits.head_bytes, conf.limits.uri_bytes, conf.limits.fields), (32 << 10, 8 << 10, 200));
    assert_eq!((conf.limits.head_time, conf.limits.idle), (Duration::from_secs(10), Duration::from_secs(65)));
    assert_eq!((conf.limits.body_time, conf.limits.body_progress), (Duration::from_secs(10), 1024));
    assert_eq!((conf.limits.body_bytes, conf.admin.body_bytes), (None, Some(10 << 20)));
    assert_eq!((conf.upstream.pool_size, conf.upstream.max_requests), (512, Some(10_000)));
    assert_eq!(conf.upstream.idle_timeout, Some(Duration::from_secs(60)));
    assert_eq!(conf.real_ip.source, RealIpSource::Header("x-real-ip".into()));
    assert!(conf.real_ip.trusted.is_empty() && !conf.real_ip.recursive);
    assert!(conf.plugins.includes("jwt"));
}

#[test]
fn defaults_bring_no_warnings() {
    assert!(load(&sources(&[])).unwrap().warnings.is_empty());
}

#[test]
fn every_declared_key_is_read_and_every_read_key_is_declared() {
    let mut reader = Reader::default();
    super::vaults::read(&mut reader, &[]);
    super::read(&mut reader, &sources(&[]));
    let mut read = reader.read;
    let mut declared: Vec<_> = keys().map(|key| key.name).collect();
    read.sort_unstable();
    read.dedup();
    declared.sort_unstable();
    assert_eq!(read, declared);
}

#[test]
fn gibbon_variables_win_over_kong_variables_and_those_over_the_file() {
    let of = |text, env: &[(&str, &str)]| loaded(text, env).unwrap().conf.workers;
    let text = "nginx_worker_processes = 2";
    assert_eq!(of(text, &[]), 2);
    assert_eq!(of(text, &[("KONG_NGINX_WORKER_PROCESSES", "3")]), 3);
    let both = [("GIBBON_NGINX_WORKER_PROCESSES", "5"), ("KONG_NGINX_WORKER_PROCESSES", "3")];
    assert_eq!(of(text, &both), 5);
    assert_eq!(of(text, &[("KONG_NGINX_MAIN_WORKER_PROCESSES", "6")]), 6);
    assert_eq!(of(text, &[("KONG_NGINX_WORKER_PROCESSES", "")]), 4, "an empty value is the default");
}

#[test]
fn options_of_the_command_win_over_everything() {
    let mut sources = sources(&[("GIBBON_PREFIX", "/env")]);
    sources.options = vec![("-p", "prefix", "here".to_owned())];
    assert_eq!(load(&sources).unwrap().conf.prefix, Path::new("/work/here"));
}

#[test]
fn all_bad_values_are_reported_at_once_each_with_place_key_value_and_reason() {
    let text = "log_level = loud\nadmin_listen = nowhere\nclient_head_timeout = soon\n";
    let env = [("KONG_DATABASE", "cassandra"), ("GIBBON_TRUSTED_IPS", "10.0.0.0/8, kong")];
    let errors = loaded(text, &env).unwrap_err();
    assert_eq!(errors.len(), 5, "{errors:#?}");
    let has = |parts: &[&str]| errors.iter().any(|error| parts.iter().all(|part| error.contains(part)));
    assert!(has(&["gibbon.conf:1: `log_level` cannot be `loud`: expected one of: debug"]));
    assert!(has(&["gibbon.conf:2: `admin_listen` cannot be `nowhere`"]));
    assert!(has(&["gibbon.conf:3: `client_head_timeout` cannot be `soon`"]));
    assert!(has(&["KONG_DATABASE: `database` cannot be `cassandra`: expected one of: sqlite, postgres"]));
    assert!(has(&["GIBBON_TRUSTED_IPS: `trusted_ips`", "`kong`: expected an IP address"]));
}

#[test]
fn kongs_own_default_listeners_are_served() {
    let text = "proxy_listen = 0.0.0.0:8000 reuseport backlog=16384, 0.0.0.0:8443 http2 ssl reuseport backlog=16384";
    let loaded = loaded(text, &[]).unwrap();
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
    let flags: Vec<_> = loaded.conf.proxy.listeners.iter().map(|l| (l.backlog, l.tls, l.http2)).collect();
    assert_eq!(flags, [(Some(16384), false, false), (Some(16384), true, true)]);
}

#[test]
fn listeners_that_collide_or_do_not_belong_there_are_errors() {
    let cases = [("proxy_listen", "0.0.0.0:80, 0.0.0.0:80"), ("admin_listen", "127.0.0.1:8001 proxy_protocol")];
    for (key, listen) in cases {
        let errors = loaded(&format!("{key} = {listen}"), &[]).unwrap_err();
        assert!(errors[0].contains(&format!("`{key}`")), "{errors:?}");
    }
    assert!(loaded("proxy_listen = off", &[]).unwrap().conf.proxy.listeners.is_empty());
}

#[test]
fn certificates_come_with_as_many_keys_and_clients_are_asked_for_theirs_once_authorities_are_named() {
    let conf = loaded("ssl_cert = /a.pem, /b.pem\nssl_cert_key = /a.key, /b.key", &[]).unwrap().conf;
    assert_eq!(conf.proxy.tls.certificates.len(), 2);
    assert_eq!(conf.proxy.tls.clients, ClientCertificates::Unwanted);
    assert!(loaded("ssl_cert = /a.pem", &[]).unwrap_err()[0].contains("as many certificates as keys"));
    let admin = |text: &str| loaded(text, &[]).map(|loaded| loaded.conf.admin.tls.clients);
    let authorities = Pem::File("/ca.pem".into());
    assert_eq!(
        admin("admin_ssl_client_certificate = /ca.pem").unwrap(),
        ClientCertificates::Required(authorities.clone())
    );
    let optional = "nginx_admin_ssl_client_certificate = /ca.pem\nnginx_admin_ssl_verify_client = optional";
    assert_eq!(admin(optional).unwrap(), ClientCertificates::Optional(authorities));
    assert!(admin("admin_ssl_verify_client = on").unwrap_err()[0].contains("has to name the authorities"));
}

#[test]
fn unix_sockets_may_be_trusted_although_there_are_none() {
    let found = warnings("trusted_ips = 10.0.0.0/8, unix:", &[]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].ends_with("`unix:` of `trusted_ips`: no Unix socket is served in this version"), "{found:?}");
}

#[test]
fn the_addresses_of_a_name_follow_the_order_of_either_of_kongs_resolvers() {
    let order = |text: &str| loaded(text, &[]).unwrap().conf.dns.order;
    assert_eq!(order(""), AddressOrder::V4ThenV6);
    assert_eq!(order("dns_order = LAST,AAAA,A"), AddressOrder::V6ThenV4);
    assert_eq!(order("dns_order = a, cname"), AddressOrder::V4);
    assert_eq!(order("resolver_family = AAAA"), AddressOrder::V6);
    assert!(loaded("dns_order = CNAME", &[]).unwrap_err()[0].contains("neither `A` nor `AAAA`"));
}

#[test]
fn names_can_be_those_of_services_unless_the_order_leaves_them_out() {
    let services = |text: &str| loaded(text, &[]).unwrap().conf.dns.services;
    assert_eq!(services(""), ServiceNames::LookedUp);
    assert_eq!(services("dns_order = A,srv"), ServiceNames::LookedUp);
    assert_eq!(services("dns_order = LAST,A,CNAME"), ServiceNames::Ignored);
}

#[test]
fn one_time_for_all_failures_to_resolve_counts_where_none_of_its_own_is_set() {
    let dns = loaded("resolver_error_ttl = 7\ndns_not_found_ttl = 9", &[]).unwrap().conf.dns;
    assert_eq!((dns.error_ttl, dns.not_found_ttl), (Duration::from_secs(7), Duration::from_secs(9)));
    let dns = defaults().dns;
    assert_eq!((dns.error_ttl, dns.not_found_ttl), (Duration::from_secs(1), Duration::from_secs(30)));
    assert_eq!((dns.cache_size, dns.hosts_file.as_path()), (10_000, Path::new("/etc/hosts")));
}

#[test]
fn a_listener_for_both_families_is_refused_with_what_to_do_instead() {
    let errors = loaded("proxy_listen = [::]:8000 ipv6only=off", &[]).unwrap_err();
    assert!(errors[0].contains("list the address of version 4 as a listener of its own"), "{errors:?}");
}

#[test]
fn unknown_keys_are_named_with_what_was_perhaps_meant() {
    let found = warnings("proxy_listem = 0.0.0.0:80\n", &[("KONG_FROBNICATE", "x"), ("HOME", "/h")]);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].contains("KONG_FROBNICATE: `frobnicate` is not a known setting and is ignored"));
    assert!(found[1].contains("gibbon.conf:1: `proxy_listem`"));
    assert!(found[1].ends_with("did you mean `proxy_listen`?"));
}

#[test]
fn keys_of_kong_without_effect_give_one_precise_warning_and_never_their_value() {
    let found = warnings("ssl_dhparam = /a.pem", &[("KONG_PG_PASSWORD", "hunter2"), ("KONG_NGINX_HTTP_GZIP", "on")]);
    assert_eq!(found.len(), 3, "{found:?}");
    let expected =
        "KONG_PG_PASSWORD: `pg_password` has no effect: the database is not PostgreSQL: set `database = postgres`";
    assert!(found.iter().any(|warning| warning == expected), "{found:?}");
    assert!(!found.concat().contains("hunter2"));
}

#[test]
fn directives_of_nginx_are_named_in_one_warning() {
    let found =
        warnings("nginx_http_gzip = on\nlua_package_path = ./?.lua", &[("KONG_NGINX_MAIN_WORKER_RLIMIT_NOFILE", "9")]);
    assert_eq!(found.len(), 2, "{found:?}");
    let [nginx] = &found.iter().filter(|text| text.contains("not nginx")).collect::<Vec<_>>()[..] else {
        panic!("{found:?}")
    };
    assert!(nginx.contains("`nginx_http_gzip` (") && nginx.contains("gibbon.conf:1)"), "{nginx}");
    assert!(nginx.contains("`nginx_main_worker_rlimit_nofile` (KONG_NGINX_MAIN_WORKER_RLIMIT_NOFILE)"), "{nginx}");
}

#[test]
fn a_value_that_asks_for_what_is_the_case_anyway_warns_about_nothing() {
    let text =
        "stream_listen = off\nstatus_error_log = off\nanonymous_reports = off\nrole = traditional\ndatabase = sqlite";
    assert_eq!(warnings(text, &[]), Vec::<String>::new());
}

#[test]
fn a_node_that_should_be_part_of_a_cluster_does_not_start_alone() {
    let errors = texts(load(&sources(&[("KONG_ROLE", "data_plane")])).unwrap_err());
    assert!(errors[0].contains("not supported in this version"), "{errors:?}");
}

#[test]
fn in_the_background_messages_go_to_a_file() {
    let background = |env: &[(&str, &str)]| {
        let mut sources = sources(env);
        sources.options = vec![("--daemon", "nginx_daemon", "on".to_owned())];
        load(&sources)
    };
    let conf = background(&[]).unwrap().conf;
    assert_eq!(conf.run, Run::Background);
    assert_eq!(conf.logs.proxy_error, LogTarget::File("/var/lib/gibbon/logs/error.log".into()));
    assert_eq!(conf.logs.admin_error, conf.logs.proxy_error);
    let errors = texts(background(&[("KONG_PROXY_ACCESS_LOG", "/dev/stdout")]).unwrap_err());
    assert!(errors[0].contains("`proxy_access_log` cannot be `/dev/stdout`"), "{errors:?}");
}

#[test]
fn relative_paths_start_at_the_prefix_and_the_prefix_at_the_working_folder() {
    let conf = loaded("prefix = gw\nproxy_error_log = logs/e.log\nsqlite_path = /data/x.db", &[]).unwrap().conf;
    assert_eq!(conf.prefix, Path::new("/work/gw"));
    assert_eq!(conf.logs.proxy_error, LogTarget::File("/work/gw/logs/e.log".into()));
    assert_eq!(format!("{:?}", conf.database), "Sqlite { path: \"/data/x.db\" }");
}

#[test]
fn values_may_be_references_to_the_environment_with_a_prefix_of_its_own() {
    let text = "nginx_worker_processes = {vault://env/workers}\nvault_env_prefix = APP_\nprefix = /x";
    let found = loaded(text, &[("APP_WORKERS", "7"), ("WORKERS", "8")]).unwrap();
    assert_eq!(found.conf.workers, 7);
    assert_eq!(found.conf.shown["nginx_worker_processes"], Shown::Text("{vault://env/workers}".to_owned()));
    assert_eq!(found.vaults.get("{vault://env/workers}").as_deref(), Ok("7"));
    let errors =
        loaded("vaults = off\nnginx_worker_processes = {vault://env/workers}", &[("WORKERS", "8")]).unwrap_err();
    assert!(errors[0].ends_with("could not find vault (env)"), "{errors:?}");
}

#[test]
fn a_file_that_was_named_has_to_be_there_and_one_that_was_looked_for_has_not() {
    let at = |file| load(&Sources { file, ..sources(&[]) });
    assert!(
        texts(at(ConfFile::At("/nowhere/x.conf".into())).unwrap_err())[0].contains("cannot read `/nowhere/x.conf`")
    );
    let (_folder, path) = file("nginx_worker_processes = 9");
    let found = at(ConfFile::Search(vec!["/nowhere/x.conf".into(), path.clone()])).unwrap();
    assert_eq!((found.conf.workers, found.file), (9, Some(path)));
    assert_eq!(at(ConfFile::Search(vec!["/nowhere/x.conf".into()])).unwrap().file, None);
}

#[test]
fn the_prefix_can_be_had_from_a_file_that_is_broken_otherwise() {
    let (_folder, path) = file("prefix = /srv/gw\nlog_level = loud");
    assert_eq!(prefix(&Sources { file: ConfFile::At(path), ..sources(&[]) }).unwrap(), Path::new("/srv/gw"));
}

#[test]
fn without_a_home_the_missing_prefix_is_an_error() {
    let mut sources = sources(&[]);
    sources.machine.user = User::Ordinary;
    assert!(matches!(load(&sources).unwrap_err()[..], [ConfError::NoPrefix]));
}

#[test]
fn variables_that_kubernetes_makes_for_services_are_not_settings() {
    for (name, value) in [
        ("PROXY_SERVICE_HOST", "10.0.0.1"),
        ("PROXY_SERVICE_PORT_HTTP", "80"),
        ("PROXY_PORT", "tcp://10.0.0.1:80"),
        ("PROXY_PORT_80_TCP_ADDR", "10.0.0.1"),
        ("PORT_8001_TCP", "tcp://10.0.0.1:8001"),
    ] {
        assert!(is_service_link(name, value), "{name}");
    }
    for (name, value) in [("PG_PORT", "5432"), ("PORT_MAPS", "80:8000"), ("PROXY_LISTEN", "0.0.0.0:8000")] {
        assert!(!is_service_link(name, value), "{name}");
    }
}

#[test]
fn sources_do_not_show_the_environment() {
    let shown = format!("{:?}", sources(&[("KONG_PG_PASSWORD", "hunter2")]));
    assert!(shown.contains("KONG_PG_PASSWORD") && !shown.contains("hunter2"));
}

fn a_key() -> impl Strategy<Value = &'static str> {
    let names: Vec<_> = keys().flat_map(|key| std::iter::once(key.name).chain(key.aliases.iter().copied())).collect();
    sample::select(names)
}

proptest! {
    #[test]
    fn no_value_of_any_key_makes_loading_panic(key in a_key(), value in any::<String>(), word in "[0-9a-z:./,\\[\\] =]{0,30}") {
        for value in [value, word] {
            let variable = format!("GIBBON_{}", key.to_ascii_uppercase());
            let _ = load(&sources(&[(&variable, &value)]));
        }
    }

    #[test]
    fn no_file_makes_loading_panic(text in "([a-z_]{1,12} ?= ?[ -~]{0,12}\n|[ -~]{0,20}\n){0,12}") {
        let _ = loaded(&text, &[]);
    }
}

#[test]
fn keys_of_postgresql_are_read_and_warned_about_only_where_they_are_not_used() {
    let text = "pg_host = db\npg_database = gateway\npg_port = 5432\n";
    let found = warnings(text, &[]);
    let [warning] = &found[..] else { panic!("{found:?}") };
    assert!(warning.contains("`pg_host`") && warning.contains("`pg_database`"), "{warning}");
    assert!(!warning.contains("`pg_port`"), "it is the default: {warning}");
    let loaded = loaded(text, &[("KONG_DATABASE", "postgres")]).unwrap();
    assert_eq!(loaded.warnings, []);
    let Database::Postgres(postgres) = loaded.conf.database else { panic!("it is PostgreSQL") };
    assert_eq!((postgres.host.as_str(), postgres.database.as_str(), postgres.user.as_str()), ("db", "gateway", "kong"));
}

#[test]
fn what_is_declared_counts_without_a_database_only() {
    let off = [("KONG_DATABASE", "off"), ("KONG_DECLARATIVE_CONFIG_STRING", "secret: geheim")];
    let conf = load(&sources(&off)).unwrap().conf;
    assert_eq!((&conf.database, &conf.declared), (&Database::Off, &Declared::Text("secret: geheim".to_owned())));
    assert!(!format!("{conf:?}").contains("geheim"));
    let both = [off[0], off[1], ("KONG_DECLARATIVE_CONFIG", "kong.yml")];
    let declared = load(&sources(&both)).unwrap().conf.declared;
    assert!(
        matches!(&declared, Declared::File(path) if path.is_absolute() && path.ends_with("kong.yml")),
        "{declared:?}"
    );
    let with_database = load(&sources(&off[1..])).unwrap();
    assert_eq!(with_database.conf.declared, Declared::Nothing);
    assert!(with_database.warnings[0].to_string().contains("declarative_config_string"));
}

#[test]
fn limits_of_nginx_mean_what_they_say_there() {
    let text = "nginx_http_large_client_header_buffers = 2 16k\nnginx_proxy_keepalive_requests = 3\n\
                nginx_http_send_timeout = 5s";
    let limits = loaded(text, &[]).unwrap().conf.limits;
    assert_eq!((limits.head_bytes, limits.uri_bytes), (32 << 10, 16 << 10));
    assert_eq!((limits.connection_requests, limits.send_time), (3, Duration::from_secs(5)));
    let own = format!("{text}\nclient_head_max_size = 64k");
    assert_eq!(loaded(&own, &[]).unwrap().conf.limits.head_bytes, 64 << 10);
    for wrong in ["4", "0 8k", "4 0", "many 8k"] {
        let errors = loaded(&format!("nginx_http_large_client_header_buffers = {wrong}"), &[]).unwrap_err();
        assert!(errors[0].contains("`nginx_http_large_client_header_buffers`"), "{errors:?}");
    }
}

#[test]
fn error_pages_are_read_and_a_mistake_in_one_is_a_mistake_in_the_settings() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("e.json"), r#"{"error": "%s"}"#).unwrap();
    std::fs::write(folder.path().join("e.html"), "%s %s %s").unwrap();
    let prefix = format!("prefix = {}\n", folder.path().display());
    let pages = loaded(&format!("{prefix}error_template_json = e.json"), &[]).unwrap().conf.proxy.error_pages;
    assert_eq!(pages.json.unwrap().fill("no", "id"), r#"{"error": "no"}"#);
    let wrong = format!("{prefix}error_template_html = e.html\nerror_template_plain = nowhere");
    let errors = loaded(&wrong, &[]).unwrap_err();
    assert!(errors[0].contains("`error_template_html` cannot be `e.html`: has more than two"), "{errors:?}");
    assert!(errors[1].contains("`error_template_plain` cannot be `nowhere`: cannot read"), "{errors:?}");
}

#[test]
fn a_log_has_the_format_that_it_names() {
    let format = "nginx_http_log_format = short '$status'\n";
    let of = |line: &str| loaded(&format!("{format}proxy_access_log = {line}"), &[]);
    let logs = of("/l/a.log short").unwrap().conf.logs;
    assert_eq!(logs.proxy_access, LogTarget::File("/l/a.log".into()));
    assert_eq!(logs.proxy_format.map(|format| format.name), Some("short".into()));
    assert!(of("/l/a.log long").unwrap_err()[0].contains("there is no format `long`"));
    let unused = of("/l/a.log kong_log_format").unwrap();
    assert_eq!(unused.conf.logs.proxy_format, None);
    assert!(unused.warnings[0].to_string().contains("nginx_http_log_format"), "{:?}", unused.warnings);
}
