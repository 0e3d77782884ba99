use gibbon_runtime::Definitions;
use gibbon_schema::{EntityDef, Paths};

use super::{Endpoint, FIXED, STATUS};
use crate::crud::Place;

/// Every path of the API.
pub(crate) struct PathTable {
    paths: Vec<Path>,
    /// The first segments of the paths that entities have.
    collections: Vec<&'static str>,
}

struct Path {
    segments: Vec<Segment>,
    endpoint: Endpoint,
}

enum Segment {
    /// Itself.
    Literal(&'static str),
    /// Anything; the name is only for those who read the list of paths.
    Parameter(&'static str),
}

impl PathTable {
    /// The fixed paths, and those of every entity.
    pub(crate) fn new(definitions: &Definitions) -> Self {
        let mut paths: Vec<Path> = FIXED.iter().map(|(template, endpoint)| Path::fixed(template, *endpoint)).collect();
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
        self.paths.iter().find_map(|candidate| Some((candidate.endpoint, candidate.parameters(path)?)))
    }

    /// All paths, with names in braces where they have parameters.
    pub(crate) fn templates(&self) -> Vec<String> {
        self.paths.iter().map(Path::template).collect()
    }
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
            path(vec![Literal(def.collection)], Place::Collection { kind }),
            path(vec![Literal(def.collection), Parameter(kind)], Place::Record { kind }),
        ],
    };
    for (field, target, _) in def.foreign_fields() {
        // What refers to an entity that this gateway does not have leads nowhere.
        let Some(parent) = definitions.get(target) else { continue };
        let below = || vec![Literal(parent.collection), Parameter(parent.name), Literal(def.nested)];
        let mut child = below();
        child.push(Parameter(kind));
        paths.push(path(below(), Place::Children { parent: parent.name, field, kind }));
        paths.push(path(child, Place::Child { parent: parent.name, field, kind }));
        if def.paths() == Paths::Everywhere {
            let segments = vec![Literal(def.collection), Parameter(kind), Literal(field)];
            paths.push(path(segments, Place::Target { kind, field, target: parent.name }));
        }
    }
    paths
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

    fn template(&self) -> String {
        let segments = self.segments.iter().map(|segment| match segment {
            Segment::Literal(literal) => format!("/{literal}"),
            Segment::Parameter(name) => format!("/{{{name}}}"),
        });
        let template: String = segments.collect();
        if template.is_empty() { "/".to_owned() } else { template }
    }
}
