-- The tables of `customer-api-postgres`. `{schema}` stands for the name of the schema. Every statement may be run again.

CREATE SCHEMA IF NOT EXISTS {schema};

-- One row. `history` differs in a restored or promoted database.
CREATE TABLE IF NOT EXISTS {schema}.ledger (
    id         smallint PRIMARY KEY CHECK (id = 1),
    version    integer NOT NULL,
    digest_key bytea NOT NULL,
    history    text NOT NULL,
    -- The time at which the history was last accepted, by the clock of this server. Positions that programs recorded earlier no longer count.
    accepted   timestamptz NOT NULL
);

CREATE TABLE IF NOT EXISTS {schema}.list (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name      text COLLATE "C" NOT NULL UNIQUE,
    operation text NOT NULL
);

-- States: 1 on its way, 2 accepted, 3 refused, 4 not sent, 5 unknown.
CREATE TABLE IF NOT EXISTS {schema}.entry (
    list       bigint NOT NULL REFERENCES {schema}.list,
    key        text COLLATE "C" NOT NULL,
    state      smallint NOT NULL,
    token      bytea,
    status     integer,
    text       text,
    not_before timestamptz,
    digest     bytea,
    began      timestamptz,
    -- When the first of several writes in doubt was begun.
    doubt_since timestamptz,
    -- When the sender counts as gone, by the clock of this server.
    lease_end  timestamptz,
    -- The entry before the key was begun again.
    previous   jsonb,
    -- Increased by every update of the row.
    revision   bigint NOT NULL,
    PRIMARY KEY (list, key)
);

CREATE INDEX IF NOT EXISTS entry_in_doubt ON {schema}.entry (list, key) WHERE state IN (1, 5);
