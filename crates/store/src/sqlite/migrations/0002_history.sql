-- What the last writes through the Admin API were, for those who look back or take one back. The entry is JSON that the
-- store does not read. It holds records as a whole, and with them secrets.
CREATE TABLE IF NOT EXISTS history (
    revision INTEGER NOT NULL PRIMARY KEY,
    entry    TEXT    NOT NULL
) STRICT;
