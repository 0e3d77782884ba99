-- Every entity of every kind. The body is JSON that carries the version of its entity. The table has row ids because
-- bodies are long: in a table without them all but the shortest would spill into pages of their own.
CREATE TABLE IF NOT EXISTS entities (
    kind       TEXT    NOT NULL,
    id         BLOB    NOT NULL,
    body       TEXT    NOT NULL,
    created_at INTEGER,
    updated_at INTEGER,
    expires_at INTEGER,
    PRIMARY KEY (kind, id)
) STRICT;

CREATE INDEX IF NOT EXISTS entities_by_expiry ON entities (expires_at) WHERE expires_at IS NOT NULL;

-- What no two records of a kind may share. Long values stand here as digests.
CREATE TABLE IF NOT EXISTS unique_values (
    kind  TEXT NOT NULL,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    id    BLOB NOT NULL,
    PRIMARY KEY (kind, field, value),
    FOREIGN KEY (kind, id) REFERENCES entities (kind, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS unique_values_by_record ON unique_values (kind, id);

-- Which record refers to which. What a record owns goes with it by the database's own cascade; what refers to it does
-- not, because deleting the reference would leave the referring record behind: that closure is computed. The target's
-- constraint is the net below that computation, and is deferred so that records may come in any order.
CREATE TABLE IF NOT EXISTS relations (
    kind        TEXT NOT NULL,
    id          BLOB NOT NULL,
    field       TEXT NOT NULL,
    target_kind TEXT NOT NULL,
    target_id   BLOB NOT NULL,
    on_delete   TEXT NOT NULL CHECK (on_delete IN ('restrict', 'cascade', 'set null')),
    PRIMARY KEY (kind, id, field, target_id),
    FOREIGN KEY (kind, id) REFERENCES entities (kind, id) ON DELETE CASCADE,
    FOREIGN KEY (target_kind, target_id) REFERENCES entities (kind, id)
        ON DELETE NO ACTION DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;

-- One index for both questions: "what refers to this record?" and "the routes of this service, by id".
CREATE INDEX IF NOT EXISTS relations_by_target ON relations (target_id, kind, field, id);

CREATE TABLE IF NOT EXISTS tags (
    tag  TEXT NOT NULL,
    kind TEXT NOT NULL,
    id   BLOB NOT NULL,
    PRIMARY KEY (tag, kind, id),
    FOREIGN KEY (kind, id) REFERENCES entities (kind, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS tags_by_record ON tags (kind, id);

-- A row for every record that a revision has touched, for as long as the past is kept.
CREATE TABLE IF NOT EXISTS changes (
    revision INTEGER NOT NULL,
    kind     TEXT    NOT NULL,
    id       BLOB    NOT NULL,
    op       TEXT    NOT NULL CHECK (op IN ('put', 'delete')),
    PRIMARY KEY (revision, kind, id)
) STRICT, WITHOUT ROWID;

-- One row: the number of the last commit, and that of the last one whose changes are no longer kept.
CREATE TABLE IF NOT EXISTS revision (
    n         INTEGER NOT NULL,
    forgotten INTEGER NOT NULL
) STRICT;
INSERT INTO revision (n, forgotten) SELECT 0, 0 WHERE NOT EXISTS (SELECT 1 FROM revision);

-- Counts that nodes share, by window of time. They are no configuration and make no changes.
CREATE TABLE IF NOT EXISTS counters (
    name         TEXT    NOT NULL,
    window_start INTEGER NOT NULL,
    value        INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    PRIMARY KEY (name, window_start)
) STRICT, WITHOUT ROWID;
