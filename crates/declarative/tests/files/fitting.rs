use gibbon_declarative::{Document, Notation, load_what_fits};

use crate::world::World;

fn fitted(text: &str) -> (Vec<String>, Vec<String>) {
    let world = World::new();
    let document = Document::read(text, Notation::Either).unwrap();
    let kinds = world.kinds();
    let (declared, left_out) = load_what_fits(&document, &kinds, &world).unwrap();
    let name = |(def, record): &(&gibbon_schema::EntityDef, gibbon_schema::Object)| {
        let name = ["name", "username", "key"].iter().find_map(|field| record.get(*field)?.as_str());
        format!("{} {}", def.name, name.unwrap_or_default())
    };
    (declared.records.iter().map(name).collect(), left_out.iter().map(ToString::to_string).collect())
}

#[test]
fn what_fits_is_loaded_and_the_rest_is_named_with_what_hangs_on_it() {
    let (loaded, left_out) = fitted(
        "
_format_version: '3.0'
consumer_groups: [{name: gold}]
filter_chains: []
services:
- {name: good, host: a, colour: ~}
- {name: bad, host: a, colour: red}
routes:
- {name: kept, paths: [/a], service: good}
- {name: lost, paths: [/b], service: bad}
plugins:
- {name: limiter, route: kept, config: {surprise: ~}}
- {name: limiter, route: lost}
- {name: unheard, service: good}
consumers:
- {username: ann, groups: [{name: gold}], credentials: [{key: k}, {key: k}]}
",
    );
    assert_eq!(loaded, ["services good", "routes kept", "consumers ann", "plugins limiter", "credentials k"]);
    let expected = [
        "consumer_groups: 1 of them; this gateway has no such entity",
        "credentials k: uniqueness violation: 'credentials' entity with key set to 'k' already declared",
        "groups of consumers ann: 1 of them; this gateway has no such entity",
        "plugins unheard: name: plugin 'unheard' not enabled; add it to the 'plugins' configuration property",
        "services bad: colour: unknown field",
        "routes lost: invalid reference 'service: bad' (no such entry in 'services')",
        "plugins limiter: invalid reference 'route: lost' (no such entry in 'routes')",
    ];
    for line in expected {
        assert!(left_out.iter().any(|found| found == line), "{line} is not in {left_out:#?}");
    }
    assert_eq!(left_out.len(), expected.len(), "{left_out:#?}");
}

#[test]
fn a_file_that_is_wrong_as_a_whole_is_refused() {
    let world = World::new();
    let document = Document::read("_format_version: '9'", Notation::Either).unwrap();
    assert!(load_what_fits(&document, &world.kinds(), &world).is_err());
}
