use super::Report::{HttpFailure, Success, TcpFailure, Timeout};
use super::*;

const LIMITS: Limits = Limits { successes: 2, http_failures: 3, tcp_failures: 2, timeouts: 1 };

/// The verdict after these reports.
fn verdict(limits: Limits, reports: &[Report]) -> Health {
    reports.iter().fold(Condition::new(Health::Healthy), |now, report| now.after(*report, limits)).health()
}

#[test]
fn each_kind_of_failure_has_a_limit_of_its_own() {
    assert_eq!(verdict(LIMITS, &[HttpFailure, HttpFailure, TcpFailure]), Health::Healthy);
    assert_eq!(verdict(LIMITS, &[HttpFailure, HttpFailure, HttpFailure]), Health::Unhealthy);
    assert_eq!(verdict(LIMITS, &[TcpFailure, HttpFailure, TcpFailure]), Health::Unhealthy);
    assert_eq!(verdict(LIMITS, &[Timeout]), Health::Unhealthy);
}

#[test]
fn a_success_forgets_all_failures() {
    assert_eq!(verdict(LIMITS, &[HttpFailure, HttpFailure, Success, HttpFailure, HttpFailure]), Health::Healthy);
}

#[test]
fn a_failure_forgets_all_successes() {
    assert_eq!(verdict(LIMITS, &[Timeout, Success, Timeout, Success]), Health::Unhealthy);
    assert_eq!(verdict(LIMITS, &[Timeout, Success, Success]), Health::Healthy);
}

#[test]
fn a_limit_of_zero_is_never_reached() {
    let none = Limits::default();
    assert_eq!(verdict(none, &[HttpFailure; 1000]), Health::Healthy);
    assert_eq!(verdict(Limits { successes: 0, ..LIMITS }, &[Timeout, Success, Success, Success]), Health::Unhealthy);
    // Where successes mean nothing they do not forget failures either.
    assert_eq!(verdict(Limits { successes: 0, ..LIMITS }, &[TcpFailure, Success, TcpFailure]), Health::Unhealthy);
}

#[test]
fn counts_end_at_the_largest_limit_there_is() {
    let limits = Limits { http_failures: 255, ..LIMITS };
    assert_eq!(verdict(limits, &[HttpFailure; 254]), Health::Healthy);
    assert_eq!(verdict(limits, &[HttpFailure; 400]), Health::Unhealthy);
}

#[test]
fn only_the_report_that_changes_the_verdict_is_told_of_it() {
    let monitor = Monitor::default();
    assert_eq!(monitor.report(TcpFailure, LIMITS), None);
    assert_eq!(monitor.report(TcpFailure, LIMITS), Some(Health::Unhealthy));
    assert_eq!(monitor.report(TcpFailure, LIMITS), None);
    assert_eq!(monitor.health(), Health::Unhealthy);
    assert_eq!(monitor.report(Success, LIMITS), None);
    assert_eq!(monitor.report(Success, LIMITS), Some(Health::Healthy));
}

#[test]
fn a_verdict_that_is_forced_forgets_the_counts() {
    let monitor = Monitor::default();
    monitor.report(TcpFailure, LIMITS);
    assert_eq!(monitor.force(Health::Healthy), None);
    assert_eq!(monitor.report(TcpFailure, LIMITS), None);
    assert_eq!(monitor.force(Health::Unhealthy), Some(Health::Unhealthy));
    assert_eq!(monitor.health(), Health::Unhealthy);
}

#[test]
fn several_threads_change_a_verdict_once() {
    let monitor = Monitor::default();
    let limits = Limits { http_failures: 200, ..LIMITS };
    let changes: usize = std::thread::scope(|scope| {
        let report = || (0..100).filter(|_| monitor.report(HttpFailure, limits).is_some()).count();
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(report)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!((changes, monitor.health()), (1, Health::Unhealthy));
}

#[test]
fn a_status_in_neither_list_tells_nothing() {
    let rules = Rules { limits: LIMITS, successes: [200, 302].into(), failures: [429, 500].into() };
    assert_eq!(rules.of_status(302), Some(Success));
    assert_eq!(rules.of_status(500), Some(HttpFailure));
    assert_eq!(rules.of_status(404), None);
}
