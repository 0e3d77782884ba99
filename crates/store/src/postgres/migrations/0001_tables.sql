-- The same tables as in SQLite. What differs: ids are uuids, and values and tags are bytes, because they come from
-- outside and may hold NUL, which text cannot, and because bytes are compared alike under every locale. For the same
-- reason kinds and fields, which are text of ours, are compared as "C" does. A body is text and not jsonb: it comes back
-- to the letter, and NUL may be in its strings.
CREATE TABLE IF NOT EXISTS entities (
    kind       TEXT COLLATE "C" NOT NULL,
    id         UUID             NOT NULL,
    body       TEXT             NOT NULL,
    created_at BIGINT,
    updated_at BIGINT,
    expires_at BIGINT,
    PRIMARY KEY (kind, id)
);

CREATE INDEX IF NOT EXISTS entities_by_expiry ON entities (expires_at) WHERE expires_at IS NOT NULL;

-- What no two records of a kind may share. Long values stand here as digests.
CREATE TABLE IF NOT EXISTS unique_values (
    kind  TEXT COLLATE "C" NOT NULL,
    field TEXT COLLATE "C" NOT NULL,
    value BYTEA            NOT NULL,
    id    UUID             NOT NULL,
    PRIMARY KEY (kind, field, value),
    FOREIGN KEY (kind, id) REFERENCES entities (kind, id) ON DELETE CASCADE
);

CREATE INDEX IF NOT EXISTS unique_values_by_record ON unique_values (kind, id);

-- Which record refers to which. What a record owns goes with it by the database's own cascade; what refers to it does
-- not, because deleting the reference would leave the referring record behind: that closure is computed. The target's
-- constraint is the net below that computation, and is deferred so that records may come in any order.
CREATE TABLE IF NOT EXISTS relations (
    kind        TEXT COLLATE "C" NOT NULL,
    id          UUID             NOT NULL,
    field       TEXT COLLATE "C" NOT NULL,
    target_kind TEXT COLLATE "C" NOT NULL,
    target_id   UUID             NOT NULL,
    on_delete   TEXT             NOT NULL CHECK (on_delete IN ('restrict', 'cascade', 'set null')),
    PRIMARY KEY (kind, id, field, target_id),
    FOREIGN KEY (kind, id) REFERENCES entities (kind, id) ON DELETE CASCADE,
    FOREIGN KEY (target_kind, target_id) REFERENCES entities (kind, id)
        ON DELETE NO ACTION DEFERRABLE INITIALLY DEFERRED
);

-- One index for both questions: "what refers to this record?" and "the routes of this service, by id".
CREATE INDEX IF NOT EXISTS relations_by_target ON relations (target_id, kind, field, id);

CREATE TABLE IF NOT EXISTS tags (
    tag  BYTEA            NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    id   UUID             NOT NULL,
    PRIMARY KEY (tag, kind, id),
    FOREIGN KEY (kind, id) REFERENCES entities (kind, id) ON DELETE CASCADE
);

CREATE INDEX IF NOT EXISTS tags_by_record ON tags (kind, id);

-- A row for every record that a revision has touched, for as long as the past is kept.
CREATE TABLE IF NOT EXISTS changes (
    revision BIGINT           NOT NULL,
    kind     TEXT COLLATE "C" NOT NULL,
    id       UUID             NOT NULL,
    op       TEXT             NOT NULL CHECK (op IN ('put', 'delete')),
    PRIMARY KEY (revision, kind, id)
);

-- One row: the number of the last commit, and that of the last one whose changes are no longer kept. Every writer locks
-- it first and keeps it until its commit, so that there is one at a time on all nodes.
CREATE TABLE IF NOT EXISTS revision (
    n         BIGINT NOT NULL,
    forgotten BIGINT NOT NULL
);
INSERT INTO revision (n, forgotten) SELECT 0, 0 WHERE NOT EXISTS (SELECT 1 FROM revision);

-- Counts that nodes share, by window of time. They are no configuration and make no changes.
CREATE TABLE IF NOT EXISTS counters (
    name         TEXT COLLATE "C" NOT NULL,
    window_start BIGINT           NOT NULL,
    value        BIGINT           NOT NULL,
    expires_at   BIGINT           NOT NULL,
    PRIMARY KEY (name, window_start)
);
