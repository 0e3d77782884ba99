use gibbon_schema::Object;
use uuid::Uuid;

/// Which records of a kind a page shows. The default shows all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those whose foreign field refers to this id, as in `/services/<id>/routes`.
    pub relation: Option<(String, Uuid)>,
    /// Only those with these tags.
    pub tags: Option<TagFilter>,
}

/// How several tags are combined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TagFilter {
    /// Every one of them (`?tags=a,b`).
    All(Vec<String>),
    /// At least one of them (`?tags=a/b`).
    Any(Vec<String>),
}

/// Which part of the records, in the order of their ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// The most records to answer with; zero counts as one.
    pub size: usize,
    /// Only records behind this id: the `next` of the page before.
    pub after: Option<Uuid>,
}

/// A page of records, in the order of their ids.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The bodies.
    pub records: Vec<Object>,
    /// What to ask for with [`PageRequest::after`] to see more; none on the last page.
    pub next: Option<Uuid>,
}

/// A tag and a record that has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TagRow {
    /// The tag.
    pub tag: String,
    /// The kind of the record.
    pub entity_name: String,
    /// Its id.
    pub entity_id: Uuid,
}

/// Which part of the tags, in the order of tag, kind and id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagPageRequest {
    /// The most rows to answer with; zero counts as one.
    pub size: usize,
    /// Only rows behind this one: the `next` of the page before.
    pub after: Option<TagRow>,
}

/// A page of tags, in the order of tag, kind and id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagPage {
    /// The tags with their records.
    pub rows: Vec<TagRow>,
    /// What to ask for with [`TagPageRequest::after`] to see more; none on the last page.
    pub next: Option<TagRow>,
}
