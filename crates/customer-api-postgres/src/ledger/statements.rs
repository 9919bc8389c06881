//! The statements of a ledger. Each statement is one transaction. A statement may be run twice, because the token in a row shows whether
//! the first run took effect.

use crate::history::{DURABLE, MARK};

/// The statements, for one schema.
pub(super) struct Statements {
    pub(super) create_list: String,
    pub(super) lists: String,
    pub(super) entry: String,
    pub(super) insert: String,
    pub(super) begin_again: String,
    pub(super) withdraw: String,
    pub(super) finish: String,
    pub(super) resolve: String,
    pub(super) summary: String,
    pub(super) unknown: String,
}

/// A sender whose time is over counts as gone, and its key as unknown.
const STATE: &str =
    "CASE WHEN state = 1 AND lease_end <= clock_timestamp() THEN 5::smallint ELSE state END";

/// Whether the new outcome is a refusal or "not sent" while the outcome of an earlier write is unknown: see `Outcome::over`. In `previous`,
/// the state "on its way" (1) counts as unknown: a new claim gets such a key only after the time of the earlier sender is over, and the
/// earlier sender has recorded no outcome. If the key's own stored state is unknown (5), this claim already has an outcome: an earlier run
/// stored the state and cleared `previous`.
const IN_DOUBT: &str = "($4 IN (3, 4) AND (e.state = 5 OR coalesce((e.previous ->> 'state')::smallint IN (1, 5), false)))";

impl Statements {
    pub(super) fn of(schema: &str) -> Self {
        Self {
            create_list: format!(
                "INSERT INTO {schema}.list (name, operation) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING RETURNING id"
            ),
            lists: format!("SELECT name, operation FROM {schema}.list ORDER BY name"),
            // If the list does not have the key, the statement returns a row of nulls.
            entry: format!(
                "SELECT e.key, {STATE} AS state, e.token, e.status, e.text, e.not_before, e.digest, e.began, e.doubt_since, e.revision \
                 FROM {schema}.list l LEFT JOIN {schema}.entry e ON e.list = l.id AND e.key = $2 WHERE l.name = $1"
            ),
            insert: format!(
                "WITH {DURABLE} INSERT INTO {schema}.entry AS e (list, key, state, token, digest, began, lease_end, revision) \
                 SELECT l.id, $2, 1, $3, $4, $5, clock_timestamp() + $6 * interval '1 second', 1 \
                 FROM {schema}.list l, durable WHERE l.name = $1 ON CONFLICT (list, key) DO NOTHING RETURNING {MARK}"
            ),
            begin_again: format!(
                "WITH {DURABLE} UPDATE {schema}.entry e SET previous = to_jsonb(e) - 'previous', state = 1, token = $3, \
                 digest = $4, began = $5, lease_end = clock_timestamp() + $6 * interval '1 second', \
                 doubt_since = CASE WHEN e.state IN (1, 5) THEN coalesce(e.doubt_since, e.began) END, \
                 status = NULL, text = NULL, not_before = NULL, revision = e.revision + 1 \
                 FROM {schema}.list l, durable \
                 WHERE l.name = $1 AND e.list = l.id AND e.key = $2 AND e.revision = $7 RETURNING {MARK}"
            ),
            withdraw: format!(
                "WITH mine AS (SELECT e.list, e.key FROM {schema}.entry e JOIN {schema}.list l ON l.id = e.list \
                   WHERE l.name = $1 AND e.key = $2 AND e.token = $3 AND e.state IN (1, 5) FOR UPDATE OF e), \
                 restored AS (UPDATE {schema}.entry e SET \
                   (state, token, status, text, not_before, digest, began, doubt_since, lease_end, previous, revision) = \
                   (SELECT p.state, p.token, p.status, p.text, p.not_before, p.digest, p.began, p.doubt_since, p.lease_end, NULL::jsonb, e.revision + 1 \
                    FROM jsonb_populate_record(NULL::{schema}.entry, e.previous) p) \
                   FROM mine WHERE e.list = mine.list AND e.key = mine.key AND e.previous IS NOT NULL) \
                 DELETE FROM {schema}.entry e USING mine \
                 WHERE e.list = mine.list AND e.key = mine.key AND e.previous IS NULL"
            ),
            // A sender can also report its outcome after its time is over, when the key already counts as unknown.
            finish: format!(
                "WITH {DURABLE} UPDATE {schema}.entry e SET state = CASE WHEN {IN_DOUBT} THEN 5::smallint ELSE $4 END, \
                 status = CASE WHEN {IN_DOUBT} THEN NULL ELSE $5 END, text = CASE WHEN {IN_DOUBT} THEN NULL ELSE $6 END, \
                 not_before = CASE WHEN {IN_DOUBT} THEN NULL ELSE $7 END, previous = NULL, \
                 doubt_since = CASE WHEN {IN_DOUBT} OR $4 = 5 THEN e.doubt_since END, lease_end = NULL, revision = e.revision + 1 \
                 FROM {schema}.list l, durable WHERE l.name = $1 AND e.list = l.id AND e.key = $2 AND e.token = $3 AND e.state IN (1, 5) RETURNING e.state, e.status, e.text, e.not_before, {MARK}"
            ),
            resolve: format!(
                "WITH {DURABLE} UPDATE {schema}.entry e SET state = $3, token = $5, status = NULL, text = NULL, \
                 not_before = NULL, doubt_since = NULL, previous = NULL, lease_end = NULL, revision = e.revision + 1 FROM {schema}.list l, durable \
                 WHERE l.name = $1 AND e.list = l.id AND e.key = $2 AND e.revision = $4 RETURNING {MARK}"
            ),
            summary: format!(
                "SELECT s.state, count(s.state) FROM {schema}.list l LEFT JOIN LATERAL \
                 (SELECT {STATE} AS state FROM {schema}.entry WHERE list = l.id) s ON true WHERE l.name = $1 GROUP BY s.state"
            ),
            unknown: format!(
                "SELECT e.key FROM {schema}.list l LEFT JOIN LATERAL \
                 (SELECT key FROM {schema}.entry WHERE list = l.id AND state IN (1, 5) AND {STATE} = 5 AND key > $2 \
                  ORDER BY key LIMIT $3) e ON true WHERE l.name = $1 ORDER BY e.key"
            ),
        }
    }
}
