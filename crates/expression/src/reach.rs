//! Which requests an expression can be true of, as far as its literals show it.

use regex_syntax::hir::{Look, literal::Extractor};

use crate::expression::Expression;
use crate::facts::TextFact;
use crate::field::TextField;
use crate::segments::Span;
use crate::test::{Case, Test, TextOperator, TextTest};
use crate::tree::Tree;

/// More hosts or beginnings than these are no help to whoever looks for them.
const MOST: usize = 1024;

/// Which requests an expression can be true of: only those whose host is one of these, and whose path begins with one of
/// these. It may be false of them all the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// The hosts; any if none.
    pub hosts: Option<Vec<Host>>,
    /// What paths begin with; anything if none. None of them is the beginning of another one.
    pub beginnings: Option<Vec<Box<str>>>,
}

/// What a host must be like.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Host {
    /// This one.
    Is(Box<str>),
    /// One that begins so.
    BeginsWith(Box<str>),
    /// One that ends so.
    EndsWith(Box<str>),
}

/// The reach of an expression.
pub(crate) fn of(expression: &Expression) -> Reach {
    let Reach { hosts, beginnings } = tree(&expression.tree);
    let hosts = hosts.filter(|hosts| hosts.len() <= MOST);
    let room = MOST / hosts.as_ref().map_or(1, |hosts| hosts.len().max(1));
    Reach { beginnings: beginnings.map(without_longer).filter(|list| list.len() <= room), hosts }
}

fn tree(tree: &Tree) -> Reach {
    match tree {
        Tree::All(list) => list.iter().map(self::tree).fold(Reach::default(), |one, other| Reach {
            hosts: narrower(one.hosts, other.hosts, hosts_cost),
            beginnings: narrower(one.beginnings, other.beginnings, beginnings_cost),
        }),
        Tree::Any(list) => {
            let reaches: Vec<Reach> = list.iter().map(self::tree).collect();
            let (hosts, beginnings) = reaches.into_iter().map(|reach| (reach.hosts, reach.beginnings)).unzip();
            Reach { hosts: all_of(hosts), beginnings: all_of(beginnings) }
        }
        Tree::Not(_) => Reach::default(),
        Tree::Test(Test::Text(test)) if test.case == Case::AsSent => test.reach(),
        Tree::Test(_) => Reach::default(),
    }
}

/// What cuts out more.
fn narrower<T, C: Ord>(one: Option<Vec<T>>, other: Option<Vec<T>>, cost: fn(&[T]) -> C) -> Option<Vec<T>> {
    match (one, other) {
        (Some(one), Some(other)) => Some(if cost(&other) < cost(&one) { other } else { one }),
        (one, other) => one.or(other),
    }
}

/// Few are better than many, and whole names better than parts of names.
fn hosts_cost(hosts: &[Host]) -> (usize, bool) {
    (hosts.len(), !hosts.iter().all(|host| matches!(host, Host::Is(_))))
}

/// Few are better than many, and long ones better than short ones.
fn beginnings_cost(beginnings: &[Box<str>]) -> (usize, std::cmp::Reverse<usize>) {
    (beginnings.len(), std::cmp::Reverse(beginnings.iter().map(|text| text.len()).min().unwrap_or_default()))
}

/// All of them, unless one of them is everything.
fn all_of<T: Ord>(lists: Vec<Option<Vec<T>>>) -> Option<Vec<T>> {
    let lists: Option<Vec<Vec<T>>> = lists.into_iter().collect();
    let mut all: Vec<T> = lists?.into_iter().flatten().collect();
    all.sort_unstable();
    all.dedup();
    Some(all)
}

/// Without those that begin with another one of them.
fn without_longer(mut list: Vec<Box<str>>) -> Vec<Box<str>> {
    list.sort_unstable();
    list.dedup_by(|longer, kept| longer.starts_with(&**kept));
    list
}

impl TextTest {
    fn reach(&self) -> Reach {
        let host = |host| Reach { hosts: Some(vec![host]), beginnings: None };
        let beginning = |text: &str| Reach { hosts: None, beginnings: Some(vec![text.into()]) };
        match (&self.field, &self.operator) {
            (TextField::Fact(TextFact::Host), TextOperator::Equals(text)) => host(Host::Is(text.clone())),
            (TextField::Fact(TextFact::Host), TextOperator::BeginsWith(text)) => host(Host::BeginsWith(text.clone())),
            (TextField::Fact(TextFact::Host), TextOperator::EndsWith(text)) => host(Host::EndsWith(text.clone())),
            (TextField::Fact(TextFact::Path), TextOperator::Equals(text) | TextOperator::BeginsWith(text)) => {
                beginning(text)
            }
            (TextField::Fact(TextFact::Path), TextOperator::Captures(regex, _)) => beginning(&literal(regex.as_str())),
            (
                TextField::Segments(Span { first: 0, .. }),
                TextOperator::Equals(text) | TextOperator::BeginsWith(text),
            ) => beginning(&format!("/{text}")),
            _ => Reach::default(),
        }
    }
}

/// What every text that a regex matches begins with, as far as the regex shows it. One that may match anywhere begins with
/// nothing.
fn literal(regex: &str) -> String {
    let Ok(hir) = regex_syntax::parse(regex) else { return String::new() };
    if !hir.properties().look_set_prefix().contains(Look::Start) {
        return String::new();
    }
    let literals = Extractor::new().extract(&hir);
    let common = literals.longest_common_prefix().unwrap_or_default();
    // A literal may end within a character, where several characters share their first bytes.
    common.utf8_chunks().next().map_or("", |chunk| chunk.valid()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Subsystem;

    fn reach(text: &str) -> (Vec<String>, Vec<String>) {
        let reach = Expression::parse(text, Subsystem::Http).unwrap().reach();
        let host = |host| match host {
            Host::Is(text) => text.to_string(),
            Host::BeginsWith(text) => format!("{text}*"),
            Host::EndsWith(text) => format!("*{text}"),
        };
        let any = || vec!["any".to_owned()];
        let hosts = reach.hosts.map_or_else(any, |hosts| hosts.into_iter().map(host).collect());
        (hosts, reach.beginnings.map_or_else(any, |list| list.iter().map(ToString::to_string).collect()))
    }

    #[test]
    fn what_an_expression_says_of_hosts_and_paths_is_its_reach() {
        let cases = [
            (r#"http.host == "a" && http.path ^= "/x""#, "a", "/x"),
            (r#"http.host == "a" || http.host == "b""#, "a b", "any"),
            (r#"http.host == "a" || http.path == "/x""#, "any", "any"),
            (r#"(http.host == "a" && http.path == "/x") || (http.host == "b" && http.path == "/y")"#, "a b", "/x /y"),
            (r#"http.host =^ ".a" && http.host == "b.a" && http.path ^= "/x" && http.path == "/xy""#, "b.a", "/xy"),
            (r#"http.host ^= "a.""#, "a.*", "any"),
            (r#"http.host =^ ".a""#, "*.a", "any"),
            (r#"!(http.host == "a")"#, "any", "any"),
            (r#"http.host != "a""#, "any", "any"),
            (r#"lower(http.host) == "a" && any(http.path) ^= "/x""#, "any", "/x"),
            (r##"http.path ~ r#"^/users/\d+"#"##, "any", "/users/"),
            (r##"http.path ~ r#"/users/\d+"#"##, "any", ""),
            (r##"http.path ~ r#"^/a|/b"#"##, "any", ""),
            (r##"http.path ~ r#"^(?:/ab|/ac)"#"##, "any", "/a"),
            (r#"http.path.segments.0 == "a" && http.path.segments.1 == "b""#, "any", "/a"),
            (r#"http.path.segments.0_1 ^= "a/b""#, "any", "/a/b"),
            (r#"http.path ^= "/b" || http.path ^= "/ab" || http.path ^= "/a" || http.path ^= "/b/c""#, "any", "/a /b"),
            (r#"http.method == "GET""#, "any", "any"),
        ];
        for (text, hosts, beginnings) in cases {
            let (found_hosts, found_beginnings) = reach(text);
            assert_eq!((&*found_hosts.join(" "), &*found_beginnings.join(" ")), (hosts, beginnings), "{text}");
        }
    }

    #[test]
    fn too_many_of_them_are_as_good_as_none() {
        let any_of = |field: &str, count: usize| {
            let tests: Vec<_> = (0..count).map(|n| format!(r#"{field} == "/{n}/""#)).collect();
            format!("({})", tests.join(" || "))
        };
        let (hosts, beginnings) = reach(&format!("{} && {}", any_of("http.host", 100), any_of("http.path", 100)));
        assert_eq!((hosts.len(), beginnings.len()), (100, 1));
        assert_eq!(reach(&any_of("http.path", 1500)).1, ["any"]);
    }
}
