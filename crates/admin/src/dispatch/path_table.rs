use gibbon_plugin_api::Registry;
use gibbon_runtime::Definitions;
use gibbon_schema::{EntityDef, MASK, Paths};
use uuid::Uuid;

use super::{Endpoint, FIXED, STATUS};
use crate::crud::Place;
use crate::paging::escape;

/// Every path of the API.
pub(crate) struct PathTable {
    paths: Vec<Path>,
    /// The first segments of the paths that entities have.
    collections: Vec<&'static str>,
}

/// A path as it is described to others.
pub(crate) struct Described {
    /// With names in braces where it has parameters.
    pub(crate) template: String,
    /// Those names.
    pub(crate) parameters: Vec<&'static str>,
    /// What it means.
    pub(crate) endpoint: Endpoint,
}

struct Path {
    segments: Vec<Segment>,
    endpoint: Endpoint,
}

#[derive(Clone)]
enum Segment {
    /// Itself.
    Literal(&'static str),
    /// Anything; the name is only for those who read the list of paths.
    Parameter(&'static str),
}

impl PathTable {
    /// The fixed paths, those of plugins, and those of every entity.
    pub(crate) fn new(definitions: &Definitions, registry: &Registry) -> Self {
        let mut paths: Vec<Path> = FIXED.iter().map(|(template, endpoint)| Path::fixed(template, *endpoint)).collect();
        paths.extend(registry.admin_paths().map(|path| Path::fixed(path.template, Endpoint::Plugin(path))));
        for def in definitions.iter() {
            paths.extend(of_entity(def, definitions));
        }
        Self { paths, collections: definitions.iter().map(|def| def.collection).collect() }
    }

    /// Those of the Status API.
    pub(crate) fn of_status() -> Self {
        let paths = STATUS.iter().map(|(template, endpoint)| Path::fixed(template, *endpoint)).collect();
        Self { paths, collections: Vec::new() }
    }

    /// What a path means, with the segments that stand for parameters. A collection is also found by the singular of
    /// its name: guides for Kong write `/route/…`, which Kong itself does not have.
    pub(crate) fn find(&self, path: &[String]) -> Option<(Endpoint, Vec<String>)> {
        self.find_exactly(path).or_else(|| {
            let (first, rest) = path.split_first()?;
            let plural = self.collections.iter().find(|name| name.strip_suffix('s') == Some(first))?;
            let path: Vec<String> = std::iter::once((*plural).to_owned()).chain(rest.iter().cloned()).collect();
            self.find_exactly(&path)
        })
    }

    fn find_exactly(&self, path: &[String]) -> Option<(Endpoint, Vec<String>)> {
        let (found, parameters) = self.matching(path)?;
        Some((found.endpoint, parameters))
    }

    fn matching(&self, path: &[String]) -> Option<(&Path, Vec<String>)> {
        self.paths.iter().find_map(|candidate| Some((candidate, candidate.parameters(path)?)))
    }

    /// All paths with what they mean, in the order in which they are looked for.
    pub(crate) fn described(&self) -> impl Iterator<Item = Described> {
        self.paths.iter().map(|path| Described {
            template: path.template(),
            parameters: path.parameter_names(),
            endpoint: path.endpoint,
        })
    }

    /// A path as it may be written down: a record that is named by a secret, as the credentials of some plugins are,
    /// is not named. Of a path that is none of ours only the beginning is told.
    pub(crate) fn shown(&self, path: &[String], definitions: &Definitions) -> String {
        let Some((found, _)) = self.matching(path) else {
            return match path {
                [] => "/".to_owned(),
                [only] => format!("/{}", escape(only)),
                [first, ..] => format!("/{}/…", escape(first)),
            };
        };
        let shown = found.segments.iter().zip(path).map(|(segment, text)| match segment {
            Segment::Parameter(kind) if is_secret(kind, text, definitions) => format!("/{MASK}"),
            _ => format!("/{}", escape(text)),
        });
        let shown: String = shown.collect();
        if shown.is_empty() { "/".to_owned() } else { shown }
    }

    /// All paths, with names in braces where they have parameters.
    pub(crate) fn templates(&self) -> Vec<String> {
        self.paths.iter().map(Path::template).collect()
    }
}

/// Whether a segment that names a record of a kind is a secret. An id is none.
fn is_secret(kind: &str, text: &str, definitions: &Definitions) -> bool {
    let def = definitions.get(kind);
    let by = def.and_then(|def| Some((def, def.endpoint_key?)));
    by.is_some_and(|(def, key)| def.is_secret(key)) && Uuid::try_parse(text).is_err()
}

/// The paths of the records of an entity, of those below others, and of what they refer to.
fn of_entity(def: &EntityDef, definitions: &Definitions) -> Vec<Path> {
    use Segment::{Literal, Parameter};
    let kind = def.name;
    let path = |segments, place| Path { segments, endpoint: Endpoint::Records(place) };
    let mut paths = match def.paths() {
        Paths::Nowhere => return Vec::new(),
        Paths::BelowParents => Vec::new(),
        Paths::Everywhere => vec![
            path(literals(def.collection), Place::Collection { kind }),
            path([literals(def.collection), vec![Parameter(kind)]].concat(), Place::Record { kind }),
        ],
    };
    for (field, target, _) in def.foreign_fields() {
        // What refers to an entity that this gateway does not have leads nowhere.
        let Some(parent) = definitions.get(target) else { continue };
        let below = || [literals(parent.collection), vec![Parameter(parent.name), Literal(def.nested)]].concat();
        let mut child = below();
        child.push(Parameter(kind));
        paths.push(path(below(), Place::Children { parent: parent.name, field, kind }));
        paths.push(path(child, Place::Child { parent: parent.name, field, kind }));
        if def.paths() == Paths::Everywhere {
            let segments = [literals(def.collection), vec![Parameter(kind), Literal(field)]].concat();
            paths.push(path(segments, Place::Target { kind, field, target: parent.name }));
        }
    }
    paths
}

/// The segments of a collection: `jwt/revocations` has two.
fn literals(collection: &'static str) -> Vec<Segment> {
    collection.split('/').map(Segment::Literal).collect()
}

impl Path {
    fn fixed(template: &'static str, endpoint: Endpoint) -> Self {
        let segments = template.split('/').filter(|segment| !segment.is_empty());
        let segments =
            segments.map(|segment| match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
                Some(name) => Segment::Parameter(name),
                None => Segment::Literal(segment),
            });
        Self { segments: segments.collect(), endpoint }
    }

    /// The segments that stand where it has parameters, if the others are its own.
    fn parameters(&self, path: &[String]) -> Option<Vec<String>> {
        if self.segments.len() != path.len() {
            return None;
        }
        let mut parameters = Vec::new();
        for (segment, text) in self.segments.iter().zip(path) {
            match segment {
                Segment::Literal(literal) if literal == text => {}
                Segment::Literal(_) => return None,
                Segment::Parameter(_) => parameters.push(text.clone()),
            }
        }
        Some(parameters)
    }

    fn parameter_names(&self) -> Vec<&'static str> {
        let names = self.segments.iter().filter_map(|segment| match segment {
            Segment::Parameter(name) => Some(*name),
            Segment::Literal(_) => None,
        });
        names.collect()
    }

    fn template(&self) -> String {
        let segments = self.segments.iter().map(|segment| match segment {
            Segment::Literal(literal) => format!("/{literal}"),
            Segment::Parameter(name) => format!("/{{{name}}}"),
        });
        let template: String = segments.collect();
        if template.is_empty() { "/".to_owned() } else { template }
    }
}
