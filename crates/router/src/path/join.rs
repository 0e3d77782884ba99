//! Putting the path of a service and the path of a request together.

use std::borrow::Cow;

use super::escape::{escape, push_escaped};

/// What becomes of the part of the path that the route matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strip {
    /// It is cut off (`strip_path: true`).
    Prefix,
    /// It goes upstream (`strip_path: false`).
    Nothing,
}

/// How two paths become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PathHandling {
    /// With exactly one slash between them: `/service` and `req` are `/service/req`.
    #[default]
    V0,
    /// As they are, with two slashes that meet becoming one: `/service` and `req` are `/servicereq`.
    V1,
}

/// The path that goes upstream, escaped as it must be on the wire.
///
/// - `service` is the path of the service; none (or an empty one) counts as `/`.
/// - `request` is the normalised path of the request, and `matched` the beginning of it that the route matched.
/// - `handling` is not what the route is configured with but what the router's flavour makes of it
///   ([`Flavor::path_handling`](crate::Flavor::path_handling)).
///
/// ```
/// use gibbon_router::path::{PathHandling::{V0, V1}, Strip, join};
///
/// assert_eq!(join(Some("/service"), "/routereq", Some("/route"), Strip::Prefix, V0), "/service/req");
/// assert_eq!(join(Some("/service"), "/routereq", Some("/route"), Strip::Prefix, V1), "/servicereq");
/// assert_eq!(join(None, "/route/req", Some("/route"), Strip::Nothing, V0), "/route/req");
/// ```
pub fn join<'a>(
    service: Option<&'a str>,
    request: &'a str,
    matched: Option<&str>,
    strip: Strip,
    handling: PathHandling,
) -> Cow<'a, str> {
    let service = service.filter(|path| !path.is_empty()).unwrap_or("/");
    // What is not stripped still loses its first slash here; the seam puts it back where it belongs.
    let cut = match strip {
        Strip::Prefix => matched.unwrap_or("/"),
        Strip::Nothing => "/",
    };
    let rest = without_dots(request.strip_prefix(cut).unwrap_or(request));
    match handling {
        PathHandling::V0 if rest.is_empty() => bare(service, request, strip),
        PathHandling::V0 => with_one_slash(service.trim_end_matches('/'), request, rest),
        PathHandling::V1 if service.ends_with('/') => glue(service, "", rest.trim_start_matches('/')),
        PathHandling::V1 => glue(service, "", rest),
    }
}

/// The value of `X-Forwarded-Prefix`: what was cut off, unless that is nothing but a slash.
pub fn forwarded_prefix(matched: Option<&str>, strip: Strip) -> Option<Cow<'_, str>> {
    let cut = matched.filter(|_| strip == Strip::Prefix)?;
    (!matches!(cut, "" | "/")).then(|| escape(cut))
}

/// A prefix that ends within a segment can leave a rest that looks like a dot segment (`/a` of `/a../b`), which an
/// upstream would follow. Kong takes it away, and so do we.
fn without_dots(rest: &str) -> &str {
    match rest {
        "." | ".." => "",
        _ => rest.strip_prefix("./").or_else(|| rest.strip_prefix("../")).unwrap_or(rest),
    }
}

/// The path of the service when nothing follows it. It ends in a slash exactly if the request did; only `/` itself
/// cannot do without.
fn bare<'a>(service: &'a str, request: &str, strip: Strip) -> Cow<'a, str> {
    let bare = service.trim_end_matches('/');
    let keeps_slash = service.ends_with('/') && request == "/";
    match strip {
        _ if bare.is_empty() => Cow::Borrowed("/"),
        // Nothing was cut off, so the request is `/`, and the service keeps what it has.
        Strip::Nothing => escape(service),
        Strip::Prefix if keeps_slash || request.len() > 1 && request.ends_with('/') => glue(bare, "/", ""),
        Strip::Prefix => escape(bare),
    }
}

/// The two with one slash between them. Where the service adds nothing, the end of the request is borrowed.
fn with_one_slash<'a>(service: &str, request: &'a str, rest: &'a str) -> Cow<'a, str> {
    let before = request.len().saturating_sub(rest.len());
    let slashed = [before, before.saturating_sub(1)].into_iter().find_map(|at| {
        let end = request.get(at..)?;
        (end.starts_with('/') && end.trim_start_matches('/') == rest.trim_start_matches('/')).then_some(end)
    });
    match slashed {
        Some(path) if service.is_empty() => escape(path),
        _ => glue(service, "/", rest.trim_start_matches('/')),
    }
}

/// The two with something between them, escaped.
fn glue(first: &str, between: &str, second: &str) -> Cow<'static, str> {
    let mut out = String::with_capacity(first.len() + between.len() + second.len() + 8);
    push_escaped(&mut out, first);
    out.push_str(between);
    push_escaped(&mut out, second);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests;
