use std::borrow::Cow;

use proptest::prelude::*;

use super::PathHandling::{V0, V1};
use super::Strip::{Nothing, Prefix};
use super::{PathHandling, Strip, forwarded_prefix, join};
use crate::path::normalize;

/// Services across, requests (with what the route matched of them) down.
type Table = [(&'static str, &'static str, [&'static str; 4])];
const SERVICES: [Option<&str>; 4] = [None, Some("/"), Some("/svc"), Some("/svc/")];

fn check(table: &Table, strip: Strip, handling: PathHandling) {
    for (request, matched, expected) in table {
        for (service, expected) in SERVICES.into_iter().zip(expected) {
            let joined = join(service, request, Some(matched), strip, handling);
            assert_eq!(joined, *expected, "{service:?} {request} {matched} {strip:?} {handling:?}");
        }
    }
}

#[test]
fn v0_with_the_prefix_stripped_puts_one_slash_between() {
    let table = [
        // Nothing is left: the request's last slash decides.
        ("/in", "/in", ["/", "/", "/svc", "/svc"]),
        ("/in/", "/in/", ["/", "/", "/svc/", "/svc/"]),
        ("/", "/", ["/", "/", "/svc", "/svc/"]),
        // A slash is left.
        ("/in/", "/in", ["/", "/", "/svc/", "/svc/"]),
        // Something is left, with a slash before it or without.
        ("/in/x/", "/in", ["/x/", "/x/", "/svc/x/", "/svc/x/"]),
        ("/in/x", "/in/", ["/x", "/x", "/svc/x", "/svc/x"]),
        ("/inner", "/in", ["/ner", "/ner", "/svc/ner", "/svc/ner"]),
        ("/x", "/", ["/x", "/x", "/svc/x", "/svc/x"]),
        // A regex may have matched nothing.
        ("/x", "", ["/x", "/x", "/svc/x", "/svc/x"]),
    ];
    check(&table, Prefix, V0);
}

#[test]
fn v0_with_nothing_stripped_puts_the_whole_request_behind_the_service() {
    let table = [
        ("/", "/", ["/", "/", "/svc", "/svc/"]),
        ("/in", "/in", ["/in", "/in", "/svc/in", "/svc/in"]),
        ("/in/", "/in", ["/in/", "/in/", "/svc/in/", "/svc/in/"]),
        ("/inner", "/in", ["/inner", "/inner", "/svc/inner", "/svc/inner"]),
    ];
    check(&table, Nothing, V0);
}

#[test]
fn v1_puts_both_together_as_they_are() {
    let table = [
        ("/in", "/in", ["/", "/", "/svc", "/svc/"]),
        ("/in/", "/in", ["/", "/", "/svc/", "/svc/"]),
        ("/in/x", "/in", ["/x", "/x", "/svc/x", "/svc/x"]),
        ("/in/x", "/in/", ["/x", "/x", "/svcx", "/svc/x"]),
        ("/inner", "/in", ["/ner", "/ner", "/svcner", "/svc/ner"]),
    ];
    check(&table, Prefix, V1);
    let table = [
        ("/", "/", ["/", "/", "/svc", "/svc/"]),
        ("/in", "/in", ["/in", "/in", "/svcin", "/svc/in"]),
        ("/in/x", "/in", ["/in/x", "/in/x", "/svcin/x", "/svc/in/x"]),
    ];
    check(&table, Nothing, V1);
}

#[test]
fn a_route_without_paths_has_nothing_to_strip() {
    for strip in [Prefix, Nothing] {
        assert_eq!(join(Some("/svc"), "/x/y", None, strip, V0), "/svc/x/y");
        assert_eq!(join(None, "/x/y", None, strip, V0), "/x/y");
        assert_eq!(join(Some("/svc"), "/", None, strip, V0), "/svc");
    }
}

#[test]
fn a_rest_that_looks_like_a_dot_segment_loses_it() {
    let cases = [
        ("/in../x", "/svc/x"),
        ("/in./x", "/svc/x"),
        ("/in..", "/svc"),
        ("/in.", "/svc"),
        ("/in...", "/svc/..."),
        ("/in.x/y", "/svc/.x/y"),
        ("/in..x", "/svc/..x"),
    ];
    for (request, expected) in cases {
        assert_eq!(join(Some("/svc"), request, Some("/in"), Prefix, V0), expected, "{request}");
    }
}

#[test]
fn what_goes_upstream_is_escaped() {
    assert_eq!(join(Some("/a b"), "/in/é\"%2F", Some("/in"), Prefix, V0), "/a%20b/%C3%A9%22%2F");
    assert_eq!(join(None, "/é", Some("/é"), Nothing, V0), "/%C3%A9");
    assert_eq!(join(Some("/é"), "/in", Some("/in"), Prefix, V0), "/%C3%A9");
}

#[test]
fn a_service_without_a_path_costs_no_copy() {
    for (strip, expected) in [(Nothing, "/in/x"), (Prefix, "/x")] {
        assert!(matches!(join(None, "/in/x", Some("/in"), strip, V0), Cow::Borrowed(path) if path == expected));
    }
    assert!(matches!(join(None, "/x", Some("/"), Prefix, V0), Cow::Borrowed("/x")));
    assert!(matches!(join(None, "/in", Some("/in"), Prefix, V0), Cow::Borrowed("/")));
}

#[test]
fn the_forwarded_prefix_is_what_was_cut_off() {
    assert_eq!(forwarded_prefix(Some("/in"), Prefix).as_deref(), Some("/in"));
    assert_eq!(forwarded_prefix(Some("/in/"), Prefix).as_deref(), Some("/in/"));
    assert_eq!(forwarded_prefix(Some("/é x"), Prefix).as_deref(), Some("/%C3%A9%20x"));
    assert_eq!(forwarded_prefix(Some("/"), Prefix), None);
    assert_eq!(forwarded_prefix(Some(""), Prefix), None);
    assert_eq!(forwarded_prefix(None, Prefix), None);
    assert_eq!(forwarded_prefix(Some("/in"), Nothing), None);
}

/// The rules as they are written down, case by case and without regard to speed.
fn by_the_rules(service: &str, request: &str, matched: &str, strip: Strip) -> String {
    let rest = match &request[matched.len()..] {
        "." | ".." => "",
        rest => rest.strip_prefix("../").or(rest.strip_prefix("./")).unwrap_or(rest),
    };
    match (service.strip_suffix('/'), strip) {
        (Some(_), Nothing) => format!("{service}{}", &request[1..]),
        (None, Nothing) if request == "/" => service.to_owned(),
        (None, Nothing) => format!("{service}{request}"),
        (Some(_), Prefix) if rest.is_empty() && service == "/" => "/".to_owned(),
        (Some(_), Prefix) if rest.is_empty() && request.ends_with('/') => service.to_owned(),
        (Some(bare), Prefix) if rest.is_empty() => bare.to_owned(),
        (Some(bare), Prefix) if rest.starts_with('/') => format!("{bare}{rest}"),
        (Some(_), Prefix) => format!("{service}{rest}"),
        (None, Prefix) if rest.is_empty() && request.len() > 1 && request.ends_with('/') => format!("{service}/"),
        (None, Prefix) if rest.is_empty() => service.to_owned(),
        (None, Prefix) if rest.starts_with('/') => format!("{service}{rest}"),
        (None, Prefix) => format!("{service}/{rest}"),
    }
}

prop_compose! {
    /// A normalised request and the length of a beginning of it.
    fn request()(raw in "[a./]{0,8}")(
        cut in 0..=normalize(format!("/{raw}").as_bytes()).map_or(1, |path| path.len()),
        path in Just(normalize(format!("/{raw}").as_bytes()).map_or("/".to_owned(), Cow::into_owned)),
    ) -> (String, usize) {
        (path, cut)
    }
}

proptest! {
    #[test]
    fn joining_follows_the_rules(
        service in prop::sample::select(vec!["/", "/s", "/s/", "/s/t", "/s/t/"]),
        (request, cut) in request(),
        strip in prop::sample::select(vec![Prefix, Nothing]),
    ) {
        let joined = join(Some(service), &request, Some(&request[..cut]), strip, V0);
        prop_assert_eq!(&joined, &by_the_rules(service, &request, &request[..cut], strip));
    }

    #[test]
    fn the_result_begins_with_a_slash_and_has_no_double_one(
        service in prop::sample::select(vec!["", "/", "/s", "/s/", "/s//"]),
        (request, cut) in request(),
        strip in prop::sample::select(vec![Prefix, Nothing]),
        handling in prop::sample::select(vec![V0, V1]),
    ) {
        let joined = join(Some(service), &request, Some(&request[..cut]), strip, handling);
        prop_assert!(joined.starts_with('/'), "{}", joined);
        let seam = joined.strip_prefix(service).unwrap_or(&joined);
        prop_assert!(!seam.contains("//"), "{}", joined);
        prop_assert!(!seam.split('/').any(|segment| segment == "." || segment == ".."), "{}", joined);
    }
}
