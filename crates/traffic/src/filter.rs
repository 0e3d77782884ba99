//! Which requests somebody wants to see.

/// What is wanted; what is not said does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// A route.
    pub route: Option<Named>,
    /// A service.
    pub service: Option<Named>,
    /// A consumer.
    pub consumer: Option<Named>,
    /// A status, or below ten the first digit of one.
    pub status: Option<u16>,
    /// A method.
    pub method: Option<String>,
    /// What the path begins with.
    pub path: Option<String>,
}

/// A record, by its name or its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The name.
    pub name: String,
    /// The id, where what was said is one.
    pub id: Option<u128>,
}

/// What a filter looks at.
#[derive(Debug, Clone, Copy, Default)]
pub struct Facts<'r> {
    /// The route that matched.
    pub route: Option<Known<'r>>,
    /// Its service.
    pub service: Option<Known<'r>>,
    /// Who it is from.
    pub consumer: Option<Known<'r>>,
    /// The status of the answer.
    pub status: u16,
    /// The method.
    pub method: &'r str,
    /// The path, as the client wrote it.
    pub path: &'r str,
}

/// A record of a request.
#[derive(Debug, Clone, Copy)]
pub struct Known<'r> {
    /// Its id.
    pub id: u128,
    /// Its name, if it has one.
    pub name: Option<&'r str>,
}

impl Named {
    fn is(&self, known: Option<Known<'_>>) -> bool {
        known.is_some_and(|known| Some(known.id) == self.id || known.name == Some(&*self.name))
    }
}

impl Filter {
    pub(crate) fn lets_through(&self, facts: &Facts<'_>) -> bool {
        let is = |wanted: &Option<Named>, known| wanted.as_ref().is_none_or(|wanted| wanted.is(known));
        let has_status = |wanted: u16| wanted == facts.status || wanted == facts.status / 100;
        self.status.is_none_or(has_status)
            && self.method.as_ref().is_none_or(|method| method == facts.method)
            && self.path.as_ref().is_none_or(|path| facts.path.starts_with(path.as_str()))
            && is(&self.route, facts.route)
            && is(&self.service, facts.service)
            && is(&self.consumer, facts.consumer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACTS: Facts<'_> = Facts {
        route: Some(Known { id: 7, name: Some("orders") }),
        service: Some(Known { id: 8, name: None }),
        consumer: None,
        status: 404,
        method: "GET",
        path: "/orders/42",
    };

    fn named(name: &str, id: Option<u128>) -> Option<Named> {
        Some(Named { name: name.to_owned(), id })
    }

    #[test]
    fn everything_that_is_said_has_to_hold() {
        let usual = Filter::default();
        for wanted in [
            usual.clone(),
            Filter { status: Some(4), ..usual.clone() },
            Filter { status: Some(404), method: Some("GET".to_owned()), ..usual.clone() },
            Filter { path: Some("/orders/".to_owned()), ..usual.clone() },
            Filter { route: named("orders", None), ..usual.clone() },
            Filter { service: named("-", Some(8)), ..usual.clone() },
        ] {
            assert!(wanted.lets_through(&FACTS), "{wanted:?}");
        }
        for other in [
            Filter { status: Some(5), ..usual.clone() },
            Filter { status: Some(4), method: Some("PUT".to_owned()), ..usual.clone() },
            Filter { path: Some("/order/".to_owned()), ..usual.clone() },
            Filter { route: named("order", Some(8)), ..usual.clone() },
            Filter { consumer: named("ann", None), ..usual.clone() },
        ] {
            assert!(!other.lets_through(&FACTS), "{other:?}");
        }
    }
}
