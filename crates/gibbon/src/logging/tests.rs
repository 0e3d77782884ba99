//! What ends up in a log.

use super::{ErrorLogs, Sink, filter, lines};
use gibbon_conf::{LogLevel, LogTarget};
use std::path::Path;
use tracing_subscriber::Layer as _;
use tracing_subscriber::layer::SubscriberExt as _;

fn sink(path: &Path) -> Sink {
    Sink::open(&LogTarget::File(path.to_path_buf())).unwrap().unwrap()
}

/// The lines that `act` logs at a level, without their time: those of the proxy and those of the Admin API.
fn logged(level: LogLevel, act: impl FnOnce()) -> (Vec<String>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let paths = [folder.path().join("logs/proxy.log"), folder.path().join("logs/admin.log")];
    let [proxy, admin] = [sink(&paths[0]), sink(&paths[1])];
    let writers = ErrorLogs { proxy: Some(proxy.clone()), streams: None, admin: Some(admin.clone()) };
    let subscriber = tracing_subscriber::registry().with(lines(writers).with_filter(filter(level)));
    tracing::subscriber::with_default(subscriber, act);
    proxy.flush();
    admin.flush();
    let [proxy, admin] = paths.map(|path| {
        let text = std::fs::read_to_string(path).unwrap();
        text.lines().map(|line| line.split_once(' ').unwrap().1.to_owned()).collect()
    });
    (proxy, admin)
}

fn say_everything() {
    tracing::error!("one");
    tracing::warn!("two");
    tracing::info!("three");
    tracing::debug!("four");
    tracing::trace!("five");
}

#[test]
fn levels_have_the_words_of_nginx_and_hold_all_above_them() {
    let all = ["[error] one", "[warn] two", "[notice] three", "[info] four", "[debug] five"];
    let counts = [
        (LogLevel::Debug, 5),
        (LogLevel::Info, 4),
        (LogLevel::Notice, 3),
        (LogLevel::Warn, 2),
        (LogLevel::Error, 1),
        (LogLevel::Crit, 1),
        (LogLevel::Emerg, 1),
    ];
    for (level, count) in counts {
        assert_eq!(logged(level, say_everything).0, all[..count], "{level:?}");
    }
}

#[test]
fn fields_stand_behind_the_sentence() {
    let (lines, _) = logged(LogLevel::Notice, || {
        tracing::info!(route.id = 7, plugin = "jwt", "a route was left out");
    });
    assert_eq!(lines, ["[notice] a route was left out route.id=7 plugin=\"jwt\""]);
}

#[test]
fn a_value_cannot_write_a_line_of_its_own_or_repaint_a_terminal() {
    let host = "a\n2026-01-01 [error] forged\u{1b}[2J";
    let (lines, _) = logged(LogLevel::Notice, || tracing::warn!(%host, "odd {host}"));
    assert_eq!(lines.len(), 1);
    assert!(lines[0].ends_with("host=a\\n2026-01-01 [error] forged\\u{1b}[2J"), "{lines:?}");
    assert!(!lines[0].contains(char::is_control), "{lines:?}");
}

#[test]
fn messages_of_the_admin_api_go_to_its_own_log() {
    let (proxy, admin) = logged(LogLevel::Notice, || {
        tracing::info!(target: "gibbon_admin::body", "from the Admin API");
        tracing::info!(target: "gibbon_proxy::http", "from the proxy");
    });
    assert_eq!(proxy, ["[notice] from the proxy"]);
    assert_eq!(admin, ["[notice] from the Admin API"]);
}

#[test]
fn other_crates_are_heard_only_when_something_is_wrong() {
    let (lines, _) = logged(LogLevel::Debug, || {
        tracing::info!(target: "hyper::proto", "flushed");
        tracing::warn!(target: "sqlx::query", "slow");
    });
    assert_eq!(lines, ["[warn] sqlx::query: slow"]);
}

#[test]
fn a_file_that_was_moved_away_is_begun_anew_on_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let (path, moved) = (folder.path().join("access.log"), folder.path().join("access.log.1"));
    let sink = sink(&path);
    sink.write(b"before\n".to_vec());
    sink.flush();
    std::fs::rename(&path, &moved).unwrap();
    sink.write(b"between\n".to_vec());
    sink.reopen();
    sink.write(b"after\n".to_vec());
    sink.flush();
    assert_eq!(std::fs::read_to_string(&moved).unwrap(), "before\nbetween\n");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "after\n");
}

#[test]
fn a_log_that_is_off_is_none_and_one_that_cannot_be_opened_an_error_with_its_name() {
    assert!(Sink::open(&LogTarget::Off).unwrap().is_none());
    let error = Sink::open(&LogTarget::File("/dev/null/logs/error.log".into())).unwrap_err();
    assert!(error.to_string().contains("/dev/null/logs"), "{error}");
}
