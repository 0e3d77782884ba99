//! A page of records. The statement is put together from constant parts, so that each shape of filter walks the index
//! that already has the records in the order of their ids, and no page reads more than it shows.

use uuid::Uuid;

use super::read::body_of;
use super::statement::limit;
use super::{Connection, Parameter, Row, Statement, Syntax};
use crate::body::View;
use crate::unique_key::unique_key;
use crate::{Filter, Page, PageRequest, StoreError, TagFilter};

pub(super) async fn page<C: Connection>(
    connection: &mut C,
    view: View<'_>,
    kind: &str,
    filter: &Filter,
    request: PageRequest,
) -> Result<Page, StoreError> {
    let size = request.size.max(1);
    let statement = statement(&C::SYNTAX, view.now, kind, filter, request);
    let rows = connection.fetch(statement, |row| Ok((row.id(2)?, body_of(row, view, kind)?))).await?;
    let (ids, mut records): (Vec<Uuid>, Vec<_>) = rows.into_iter().unzip();
    let next = (records.len() > size).then(|| ids[size - 1]);
    records.truncate(size);
    Ok(Page { records, next })
}

/// The statement for a page.
pub(crate) fn statement<'a>(
    syntax: &Syntax,
    now: i64,
    kind: &'a str,
    filter: &'a Filter,
    request: PageRequest,
) -> Statement<'a> {
    let mut select = Select::new(syntax, kind, filter);
    let lead = select.lead;
    let now = select.statement.add(Parameter::Number(Some(now)));
    select.statement.push(&format!(" AND (e.expires_at IS NULL OR e.expires_at > {now})"));
    if let Some(after) = request.after {
        let after = select.statement.add(Parameter::Id(after));
        select.statement.push(&format!(" AND {lead}.id > {after}"));
    }
    // One more than is shown tells whether there is a next page.
    let limit = select.statement.add(Parameter::Number(Some(limit(request.size.max(1)).saturating_add(1))));
    select.statement.push(&format!(" ORDER BY {lead}.id LIMIT {limit}"));
    select.statement
}

const COLUMNS: &str = "SELECT e.body, e.expires_at, e.id";

/// A statement in the making. Its first parameter is the kind.
struct Select<'a> {
    statement: Statement<'a>,
    /// The alias of the table that leads the way: what is asked of its rows is decided before a record is looked up.
    lead: &'static str,
}

impl<'a> Select<'a> {
    fn new(syntax: &Syntax, kind: &'a str, filter: &'a Filter) -> Self {
        let (mut select, narrow) = match (&filter.relation, &filter.tags) {
            (Some((field, id)), tags) => {
                (Self::of_parent(syntax, kind, *id, field), tags.as_ref().map(TagFilter::narrow))
            }
            (None, Some(tags)) => Self::of_tags(syntax, kind, tags),
            (None, None) => (Self::all(kind), None),
        };
        if let Some(narrow) = narrow {
            select.narrow(&narrow);
        }
        select
    }

    fn all(kind: &'a str) -> Self {
        let statement = Statement::new(format!("{COLUMNS} FROM entities e WHERE e.kind = $1")).text(kind);
        Self { statement, lead: "e" }
    }

    fn of_parent(Syntax { join, .. }: &Syntax, kind: &'a str, id: Uuid, field: &'a str) -> Self {
        let statement = Statement::new(format!(
            "{COLUMNS} FROM relations r {join} entities e ON e.kind = r.kind AND e.id = r.id
             WHERE r.kind = $1 AND r.target_id = $2 AND r.field = $3"
        ));
        Self { statement: statement.text(kind).id(id).text(field), lead: "r" }
    }

    fn of_tag(Syntax { join, .. }: &Syntax, kind: &'a str, tag: &'a str) -> Self {
        let statement = Statement::new(format!(
            "{COLUMNS} FROM tags t {join} entities e ON e.kind = t.kind AND e.id = t.id WHERE t.kind = $1 AND t.tag = $2"
        ));
        Self { statement: statement.text(kind).exact(unique_key(tag)), lead: "t" }
    }

    /// A tag that every record must have leads the way; the others only narrow.
    fn of_tags(syntax: &Syntax, kind: &'a str, filter: &'a TagFilter) -> (Self, Option<Narrow<'a>>) {
        match filter {
            TagFilter::All(tags) | TagFilter::Any(tags) if tags.len() == 1 => {
                (Self::of_tag(syntax, kind, &tags[0]), None)
            }
            TagFilter::All(tags) if !tags.is_empty() => {
                (Self::of_tag(syntax, kind, &tags[0]), Some(Narrow::Each(&tags[1..])))
            }
            _ => (Self::all(kind), Some(filter.narrow())),
        }
    }

    fn narrow(&mut self, tags: &Narrow<'a>) {
        let lead = self.lead;
        match *tags {
            Narrow::Each(tags) => {
                for tag in tags {
                    let tag = self.statement.add(Parameter::Exact(unique_key(tag)));
                    self.statement.push(&format!(
                        " AND EXISTS (SELECT 1 FROM tags x WHERE x.tag = {tag} AND x.kind = $1 AND x.id = {lead}.id)"
                    ));
                }
            }
            Narrow::OneOf(tags) => {
                let places: Vec<_> =
                    tags.iter().map(|tag| self.statement.add(Parameter::Exact(unique_key(tag)))).collect();
                let places = if places.is_empty() { "NULL".to_owned() } else { places.join(", ") };
                self.statement.push(&format!(
                    " AND {lead}.id IN (SELECT x.id FROM tags x WHERE x.kind = $1 AND x.tag IN ({places}))"
                ));
            }
        }
    }
}

enum Narrow<'a> {
    Each(&'a [String]),
    OneOf(&'a [String]),
}

impl TagFilter {
    fn narrow(&self) -> Narrow<'_> {
        match self {
            Self::All(tags) => Narrow::Each(tags),
            Self::Any(tags) => Narrow::OneOf(tags),
        }
    }
}
