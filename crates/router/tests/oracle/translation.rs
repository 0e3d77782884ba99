//! Routes as expressions that are true of the same requests.

use gibbon_router::{ExpressionSpec, RouteSpec};

/// The conditions of a route, with these of its paths, as an expression.
pub(crate) fn expression(route: &RouteSpec, paths: &[&str]) -> String {
    let mut conditions = Vec::new();
    conditions.extend(any_of(&route.methods, |method| format!("http.method == \"{method}\"")));
    conditions.extend(any_of(&route.hosts, |host| match host.split_once(':') {
        Some((name, port)) => format!("({} && net.dst.port == {port})", name_is("http.host", name)),
        None => name_is("http.host", host),
    }));
    conditions.extend(any_of(paths, |path| match path.strip_prefix('~') {
        Some(regex) => format!("http.path ~ r#\"^(?:{regex})\"#"),
        None => format!("http.path ^= \"{path}\""),
    }));
    for (name, values) in &route.headers {
        let value = |value: &String| format!("any(lower(http.headers.{name})) == \"{}\"", value.to_lowercase());
        conditions.extend(any_of(values, value));
    }
    // Without TLS, server names are not considered.
    conditions.extend(
        any_of(&route.snis, |sni| name_is("tls.sni", sni)).map(|snis| format!("(net.protocol != \"https\" || {snis})")),
    );
    conditions.join(" && ")
}

/// The same route with an expression in the place of its conditions.
pub(crate) fn translated(route: &RouteSpec, priority: u64) -> RouteSpec {
    let paths: Vec<&str> = route.paths.iter().map(String::as_str).collect();
    let text = expression(route, &paths);
    RouteSpec { id: route.id, expression: Some(ExpressionSpec { text, priority }), ..RouteSpec::default() }
}

fn any_of<T>(values: &[T], test: impl Fn(&T) -> String) -> Option<String> {
    let tests: Vec<String> = values.iter().map(test).collect();
    (!tests.is_empty()).then(|| format!("({})", tests.join(" || ")))
}

fn name_is(field: &str, name: &str) -> String {
    match (name.strip_prefix('*'), name.strip_suffix('*')) {
        (Some(end), _) => format!("{field} =^ \"{end}\""),
        (_, Some(start)) => format!("{field} ^= \"{start}\""),
        _ => format!("{field} == \"{name}\""),
    }
}
