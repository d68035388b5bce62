-- The tables of a replica, described in docs/sync.md. Other programs may read all of them, and write to the outbox.

-- One row: what the replica is a copy of, and where it stands.
CREATE TABLE replica (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    -- Of these tables.
    version INTEGER NOT NULL,
    -- Whose copy it is, as grants name the caller.
    subject TEXT NOT NULL,
    -- Which documents it holds: a `SyncFilter` as JSON.
    filter TEXT NOT NULL,
    -- Where to go on. Empty: nothing was pulled yet.
    cursor TEXT NOT NULL,
    -- When the exchange was last heard of.
    cursor_time TEXT NOT NULL,
    -- The position of the exchange that the cursor stands at.
    position INTEGER NOT NULL,
    -- The number of the last snapshot that was begun.
    snapshot INTEGER NOT NULL,
    -- 1 until it has ended.
    in_snapshot INTEGER NOT NULL CHECK (in_snapshot IN (0, 1))
) STRICT;

CREATE TABLE documents (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    external_scheme TEXT,
    external_value TEXT,
    round TEXT NOT NULL,
    revision INTEGER NOT NULL,
    etag TEXT NOT NULL,
    update_time TEXT NOT NULL,
    -- The whole document as protobuf JSON.
    document TEXT NOT NULL CHECK (json_valid(document)),
    -- The message as it was received, and its SHA-256.
    bytes BLOB NOT NULL,
    checksum BLOB NOT NULL,
    -- The last snapshot that it came with, or during, or after.
    snapshot INTEGER NOT NULL,
    -- Of the answer to a push of ours: the position at which it was written. The feed tells of it before the cursor stands
    -- there. 0: the feed has told of it.
    ahead INTEGER NOT NULL
) STRICT;
CREATE INDEX documents_owner ON documents (owner_id, kind);
CREATE INDEX documents_external_id ON documents (external_value, external_scheme);

CREATE TABLE organizations (
    id TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    display_name TEXT NOT NULL,
    parent_id TEXT NOT NULL,
    organization_number TEXT NOT NULL,
    school_unit_code TEXT NOT NULL,
    etag TEXT NOT NULL,
    organization TEXT NOT NULL CHECK (json_valid(organization)),
    bytes BLOB NOT NULL,
    checksum BLOB NOT NULL,
    snapshot INTEGER NOT NULL
) STRICT;

-- Decisions on conflicts that were sent and are not answered yet.
CREATE TABLE resolutions (
    conflict_id TEXT PRIMARY KEY,
    -- The `ResolveConflictRequest` as JSON, with the request id that makes sending it again safe.
    request TEXT NOT NULL CHECK (json_valid(request))
) STRICT;

-- What is to be pushed, in order of number. A row may be written with `document` and `base_etag` alone.
CREATE TABLE outbox (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    -- Makes sending it again safe. Never changed once `sent_time` is set.
    request_id TEXT NOT NULL UNIQUE DEFAULT (
        lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-'
            || substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))
    ),
    -- The document as it is to be, as protobuf JSON: with its id, or with owner and external id.
    document TEXT NOT NULL CHECK (json_valid(document)),
    -- The etag of the revision that the change was made on. NULL: there must be none.
    base_etag TEXT,
    queued_time TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    -- When it was first sent. NULL: not yet, and it may still be changed or deleted.
    sent_time TEXT,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'conflict', 'refused')),
    -- What was answered, as JSON.
    answer TEXT CHECK (answer IS NULL OR json_valid(answer))
) STRICT;
