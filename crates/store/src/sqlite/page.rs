//! A page of records. The statement is put together from constant parts, so that each shape of filter walks the index
//! that already has the records in the order of their ids, and no page reads more than it shows.

use sqlx::{AssertSqlSafe, SqliteConnection};
use uuid::Uuid;

use super::failure::unavailable;
use super::read::{body_of, id_at, key};
use crate::body::View;
use crate::{Filter, Page, PageRequest, StoreError, TagFilter};

/// CROSS JOIN tells SQLite to walk the tables in this order.
const ALL: &str = "SELECT e.body, e.expires_at, e.id FROM entities e WHERE e.kind = ?1 AND e.id > ?2";
const OF_PARENT: &str = "
    SELECT e.body, e.expires_at, e.id
    FROM relations r CROSS JOIN entities e ON e.kind = r.kind AND e.id = r.id
    WHERE r.kind = ?1 AND r.id > ?2 AND r.target_id = ?5 AND r.field = ?6";
const OF_TAG: &str = "
    SELECT e.body, e.expires_at, e.id
    FROM tags t CROSS JOIN entities e ON e.kind = t.kind AND e.id = t.id
    WHERE t.kind = ?1 AND t.id > ?2 AND t.tag = ?5";
const VISIBLE: &str = " AND (e.expires_at IS NULL OR e.expires_at > ?3)";

/// The parameters that all shapes have: kind, after, now, limit.
const SHARED: usize = 4;

enum Parameter<'a> {
    Text(&'a str),
    Id(Uuid),
}

struct Statement<'a> {
    sql: String,
    /// The alias of the table that leads the way: what is asked of its rows is decided before a record is looked up.
    lead: &'static str,
    parameters: Vec<Parameter<'a>>,
}

pub(super) async fn page(
    connection: &mut SqliteConnection,
    view: View<'_>,
    kind: &str,
    filter: &Filter,
    request: PageRequest,
) -> Result<Page, StoreError> {
    let statement = Statement::new(filter);
    let size = request.size.max(1);
    let mut query = sqlx::query(AssertSqlSafe(statement.sql))
        .bind(kind)
        // No id is before the empty one.
        .bind(request.after.map(key).unwrap_or_default())
        .bind(view.now)
        // One more than is shown tells whether there is a next page.
        .bind(i64::try_from(size).unwrap_or(i64::MAX).saturating_add(1));
    for parameter in statement.parameters {
        query = match parameter {
            Parameter::Text(text) => query.bind(text),
            Parameter::Id(id) => query.bind(key(id)),
        };
    }
    let query = query.map(|row| Ok((id_at(&row, 2)?, body_of(&row, view, kind)?)));
    let rows: Vec<Result<_, StoreError>> = query.fetch_all(connection).await.map_err(unavailable)?;
    let (ids, mut records): (Vec<Uuid>, Vec<_>) = rows.into_iter().collect::<Result<_, _>>()?;
    let next = (records.len() > size).then(|| ids[size - 1]);
    records.truncate(size);
    Ok(Page { records, next })
}

impl<'a> Statement<'a> {
    fn new(filter: &'a Filter) -> Self {
        let (mut statement, narrow) = match (&filter.relation, &filter.tags) {
            (Some((field, id)), tags) => (Self::of_parent(*id, field), tags.as_ref().map(TagFilter::narrow)),
            (None, Some(tags)) => Self::of_tags(tags),
            (None, None) => (Self::all(), None),
        };
        if let Some(narrow) = narrow {
            statement.narrow(&narrow);
        }
        let lead = statement.lead;
        statement.sql.push_str(&format!("{VISIBLE} ORDER BY {lead}.id LIMIT ?4"));
        statement
    }

    fn all() -> Self {
        Self { sql: ALL.to_owned(), lead: "e", parameters: Vec::new() }
    }

    fn of_parent(id: Uuid, field: &'a str) -> Self {
        Self { sql: OF_PARENT.to_owned(), lead: "r", parameters: vec![Parameter::Id(id), Parameter::Text(field)] }
    }

    fn of_tag(tag: &'a str) -> Self {
        Self { sql: OF_TAG.to_owned(), lead: "t", parameters: vec![Parameter::Text(tag)] }
    }

    /// A tag that every record must have leads the way; the others only narrow.
    fn of_tags(filter: &'a TagFilter) -> (Self, Option<Narrow<'a>>) {
        match filter {
            TagFilter::All(tags) | TagFilter::Any(tags) if tags.len() == 1 => (Self::of_tag(&tags[0]), None),
            TagFilter::All(tags) if !tags.is_empty() => (Self::of_tag(&tags[0]), Some(Narrow::Each(&tags[1..]))),
            _ => (Self::all(), Some(filter.narrow())),
        }
    }

    fn narrow(&mut self, tags: &Narrow<'a>) {
        match *tags {
            Narrow::Each(tags) => {
                for tag in tags {
                    let (place, lead) = (self.add(tag), self.lead);
                    self.sql.push_str(&format!(
                        " AND EXISTS (SELECT 1 FROM tags x WHERE x.tag = {place} AND x.kind = ?1 AND x.id = {lead}.id)"
                    ));
                }
            }
            Narrow::OneOf(tags) => {
                let (places, lead): (Vec<String>, _) = (tags.iter().map(|tag| self.add(tag)).collect(), self.lead);
                self.sql.push_str(&format!(
                    " AND {lead}.id IN (SELECT x.id FROM tags x WHERE x.kind = ?1 AND x.tag IN ({}))",
                    places.join(", ")
                ));
            }
        }
    }

    fn add(&mut self, text: &'a str) -> String {
        self.parameters.push(Parameter::Text(text));
        format!("?{}", SHARED + self.parameters.len())
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

#[cfg(test)]
mod tests {
    use sqlx::{Connection, Row};

    use super::*;

    /// What SQLite says that it would do for a page of this filter.
    async fn plan(filter: &Filter) -> String {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        sqlx::raw_sql(include_str!("migrations/0001_tables.sql")).execute(&mut connection).await.unwrap();
        let sql = format!("EXPLAIN QUERY PLAN {}", Statement::new(filter).sql);
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut connection).await.unwrap();
        rows.iter().map(|row| row.get::<String, _>(3) + "\n").collect()
    }

    fn tags(tags: &[&str]) -> Vec<String> {
        tags.iter().map(ToString::to_string).collect()
    }

    #[tokio::test]
    async fn every_page_but_that_of_any_tag_walks_an_index_in_order() {
        let relation = || Some(("service".to_owned(), Uuid::nil()));
        for filter in [
            Filter::default(),
            Filter { relation: relation(), tags: None },
            Filter { relation: relation(), tags: Some(TagFilter::All(tags(&["a", "b"]))) },
            Filter { relation: relation(), tags: Some(TagFilter::Any(tags(&["a", "b"]))) },
            Filter { relation: None, tags: Some(TagFilter::All(tags(&["a"]))) },
            Filter { relation: None, tags: Some(TagFilter::Any(tags(&["a"]))) },
            Filter { relation: None, tags: Some(TagFilter::All(tags(&["a", "b", "c"]))) },
        ] {
            let plan = plan(&filter).await;
            assert!(plan.contains("SEARCH") && !plan.contains("SCAN"), "{filter:?}:\n{plan}");
            assert!(!plan.contains("TEMP B-TREE FOR ORDER BY"), "{filter:?}:\n{plan}");
        }
    }

    #[tokio::test]
    async fn a_page_of_any_tag_reads_the_records_that_have_one_only() {
        let plan = plan(&Filter { relation: None, tags: Some(TagFilter::Any(tags(&["a", "b"]))) }).await;
        assert!(plan.contains("(kind=? AND id=? AND id>?)") || plan.contains("(kind=? AND id=?)"), "{plan}");
        assert!(plan.contains("tag=? AND kind=?"), "{plan}");
    }
}
