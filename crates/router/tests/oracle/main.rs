//! The compiled router agrees with a linear scan that follows the written rules, and a changed router with one that is
//! built anew.

mod request;
mod routes;
mod scan;
mod translation;

use gibbon_router::{Change, ExpressionSpec, Flavor, RouteSpec, Router};
use proptest::prelude::*;

use crate::request::request;
use crate::routes::{route, routes};
use crate::translation::{expression, translated};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn the_flavour_traditional_compatible_agrees_with_a_linear_scan(
        routes in routes(),
        requests in prop::collection::vec(request(), 1..24),
    ) {
        let (router, errors) = Router::build(Flavor::TraditionalCompatible, routes.clone());
        prop_assert_eq!(errors, vec![]);
        for request in requests {
            prop_assert_eq!(request.find(&router), scan::compatible(&routes, &request), "{:?}", request);
        }
    }

    #[test]
    fn the_flavour_traditional_agrees_with_a_linear_scan(
        routes in routes(),
        requests in prop::collection::vec(request(), 1..24),
    ) {
        let (router, errors) = Router::build(Flavor::Traditional, routes.clone());
        prop_assert_eq!(errors, vec![]);
        for request in requests {
            prop_assert_eq!(request.find(&router), scan::traditional(&routes, &request), "{:?}", request);
        }
    }

    /// Each part of a route becomes an expression, with its place among all parts as its priority.
    #[test]
    fn routes_and_their_translations_into_expressions_are_found_by_the_same_requests(
        routes in routes(),
        requests in prop::collection::vec(request(), 1..24),
    ) {
        let (plain, errors) = Router::build(Flavor::Expressions, routes.clone());
        prop_assert_eq!(errors, vec![]);
        let parts = scan::ranked(&routes);
        let translations = (0..).zip(&parts).map(|(rank, ((_, id, paths), index))| RouteSpec {
            id: *id,
            expression: Some(ExpressionSpec { text: expression(&routes[*index], paths), priority: 1_000 - rank }),
            ..RouteSpec::default()
        });
        let (translated, errors) = Router::build(Flavor::Expressions, translations);
        prop_assert_eq!(errors, vec![]);
        for request in requests {
            let expected = scan::compatible(&routes, &request);
            prop_assert_eq!(request.find(&plain), expected, "{:?}", request);
            let found = request.find(&translated).map(|(part, prefix)| (parts[part].1, prefix));
            prop_assert_eq!(found, expected, "{:?}", request);
        }
    }

    #[test]
    fn a_router_that_is_changed_is_the_same_as_one_that_is_built_anew(
        flavor in prop::sample::select(vec![Flavor::TraditionalCompatible, Flavor::Traditional, Flavor::Expressions]),
        first in routes(),
        changes in prop::collection::vec((0..30_usize, prop::option::weighted(0.7, route())), 0..24),
        requests in prop::collection::vec(request(), 1..24),
    ) {
        let with_id = |route: RouteSpec, index: usize| {
            let id = uuid::Uuid::from_u64_pair(route.id.as_u64_pair().0 << 8 | index as u64, 0);
            let route = RouteSpec { id, ..route };
            if flavor == Flavor::Expressions && index.is_multiple_of(2) { translated(&route, index as u64) } else { route }
        };
        let mut present: Vec<_> = first.into_iter().map(Some).collect();
        let (mut router, _) = Router::build(flavor, present.iter().flatten().cloned());
        present.resize(30, None);
        for (index, after) in changes {
            let after = after.map(|route| with_id(route, index));
            let before = std::mem::replace(&mut present[index], after.clone());
            router = router.changed([Change { index, before, after }]).0;
        }
        // Positions differ where there are gaps, so that ids are compared.
        let (anew, _) = Router::build(flavor, present.iter().flatten().cloned());
        for request in requests {
            prop_assert_eq!(request.id(&router), request.id(&anew), "{:?}", request);
        }
        prop_assert_eq!(router.unindexed(), anew.unindexed());
    }
}
