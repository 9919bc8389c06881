//! Tokens of logins that machines share.

use std::{sync::Arc, time::Duration};

use customer_api_core::{
    async_trait,
    error::StoreError,
    session::{FailedLogin, LoginFailures, LoginTurn, Offer, StoredToken, TokenStore, Wanted},
};
use tokio_postgres::{Row, types::Type};

use crate::{
    connection::Value,
    schema::Part,
    store::{PostgresStoreOptions, Store, cell, duration, only, seconds},
};

pub(crate) const TEMPLATE: &str = include_str!("schema.sql");

const PARTS: [Part; 2] = [Part::Table("login"), Part::Function("ask_login")];

/// Tokens in a PostgreSQL database, for a [`SharedSession`](customer_api_core::session::SharedSession).
///
/// Cheap to clone; clones share one connection. The database gets only sealed tokens, and accounts as keyed digests. The right to log
/// in is a row with an expiry time, not a session-level lock of PostgreSQL. Therefore the tokens also work behind a pooler in
/// transaction mode.
#[derive(Clone, Debug)]
pub struct PostgresTokens(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    ask: String,
    keep: String,
    fail: String,
    refuse: String,
}

impl PostgresTokens {
    /// Connects, and creates the table if it is missing. The configuration is a URL such as
    /// `postgres://user:password@host/database?sslmode=require`, or `key=value` pairs as for `psql`.
    ///
    /// # Errors
    ///
    /// If the configuration can't be read, the server can't be reached, or the table can't be created.
    pub async fn connect(configuration: &str) -> Result<Self, StoreError> {
        Self::connect_with(configuration, &PostgresStoreOptions::new()).await
    }

    /// Connects with the given settings.
    ///
    /// # Errors
    ///
    /// The same errors as [`connect`](Self::connect), and if the schema's name can't be used.
    pub async fn connect_with(
        configuration: &str,
        options: &PostgresStoreOptions,
    ) -> Result<Self, StoreError> {
        let store = Store::connect(configuration, options, TEMPLATE, &PARTS).await?;
        let table = format!("{}.login", store.schema);
        let pause = "paused_until = clock_timestamp() + $3 * interval '1 second', failed = $4, in_vain = $5, is_refused = $6";
        Ok(Self(Arc::new(Inner {
            ask: format!(
                "SELECT * FROM {}.ask_login($1, $2, $3 * interval '1 second', $4, $5)",
                store.schema
            ),
            keep: format!(
                "UPDATE {table} SET generation = $3, sealed = $4, expires_at = clock_timestamp() + $5 * interval '1 second', \
                 renew_at = clock_timestamp() + $6 * interval '1 second', turn = NULL, turn_end = NULL \
                 WHERE account = $1 AND turn = $2"
            ),
            fail: format!(
                "UPDATE {table} SET {pause}, turn = NULL, turn_end = NULL WHERE account = $1 AND turn = $2"
            ),
            refuse: format!(
                "UPDATE {table} SET {pause}, generation = NULL, sealed = NULL, expires_at = NULL, renew_at = NULL \
                 WHERE account = $1 AND generation = $2"
            ),
            store,
        })))
    }

    /// Pauses the account. `who` selects the row, by its turn or its generation.
    async fn pause(
        &self,
        statement: &str,
        account: &str,
        who: Value<'_>,
        failure: &FailedLogin,
    ) -> Result<(), StoreError> {
        let pause = seconds(failure.pause);
        let failed = i64::from(failure.failures.failed);
        let in_vain = i64::from(failure.failures.in_vain);
        let values: [Value<'_>; 6] = [
            (&account, Type::TEXT),
            who,
            (&pause, Type::FLOAT8),
            (&failed, Type::INT8),
            (&in_vain, Type::INT8),
            (&failure.is_refused, Type::BOOL),
        ];
        self.0.store.query(statement, &values).await?;
        Ok(())
    }
}

#[async_trait]
impl TokenStore for PostgresTokens {
    async fn ask(&self, turn: &LoginTurn, wanted: Wanted) -> Result<Offer, StoreError> {
        let (number, generation): (i16, _) = match wanted {
            Wanted::Instead(generation) => (1, Some(generation)),
            Wanted::Newer(generation) => (2, Some(generation)),
            _ => (0, None),
        };
        let (account, id, lease) = (turn.account(), turn.id().as_slice(), seconds(turn.lease()));
        let generation = generation.map(signed);
        let values: [Value<'_>; 5] = [
            (&account, Type::TEXT),
            (&id, Type::BYTEA),
            (&lease, Type::FLOAT8),
            (&number, Type::INT2),
            (&generation, Type::INT8),
        ];
        let rows = self.0.store.query(&self.0.ask, &values).await?;
        offer(only(&rows)?)
    }

    async fn keep(&self, turn: &LoginTurn, token: &StoredToken) -> Result<(), StoreError> {
        let (account, id) = (turn.account(), turn.id().as_slice());
        let (generation, sealed) = (signed(token.generation), token.sealed.as_slice());
        let expires = token.expires_in.map(seconds);
        let renew = token.renew_in.map(seconds);
        let values: [Value<'_>; 6] = [
            (&account, Type::TEXT),
            (&id, Type::BYTEA),
            (&generation, Type::INT8),
            (&sealed, Type::BYTEA),
            (&expires, Type::FLOAT8),
            (&renew, Type::FLOAT8),
        ];
        self.0.store.query(&self.0.keep, &values).await?;
        Ok(())
    }

    async fn fail(&self, turn: &LoginTurn, failure: &FailedLogin) -> Result<(), StoreError> {
        let id = turn.id().as_slice();
        let who: Value<'_> = (&id, Type::BYTEA);
        self.pause(&self.0.fail, turn.account(), who, failure).await
    }

    async fn refuse(
        &self,
        account: &str,
        generation: u64,
        failure: &FailedLogin,
    ) -> Result<(), StoreError> {
        let generation = signed(generation);
        let who: Value<'_> = (&generation, Type::INT8);
        self.pause(&self.0.refuse, account, who, failure).await
    }
}

/// Converts the result of the function `ask_login`.
fn offer(row: &Row) -> Result<Offer, StoreError> {
    let failures = LoginFailures {
        failed: count(row, "failed")?,
        in_vain: count(row, "in_vain")?,
    };
    let time = |name| Ok::<_, StoreError>(cell::<Option<f64>>(row, name)?.map(duration));
    let wait = || Ok::<_, StoreError>(time("wait")?.unwrap_or(Duration::ZERO));
    Ok(match cell::<i16>(row, "offer")? {
        1 => {
            let token = StoredToken {
                generation: unsigned(cell(row, "generation")?),
                // `None` if the column was emptied by hand. Such a token is treated like one that can't be unsealed.
                sealed: cell::<Option<_>>(row, "sealed")?.unwrap_or_default(),
                expires_in: time("expires_in")?,
                renew_in: time("renew_in")?,
            };
            Offer::Token(token, failures)
        }
        2 => Offer::Turn(failures),
        3 => Offer::Busy(wait()?),
        4 => Offer::Paused {
            wait: wait()?,
            is_refused: cell(row, "is_refused")?,
            failures,
        },
        _ => {
            return Err(StoreError::new(
                "the functions are not those of this version",
            ));
        }
    })
}

fn count(row: &Row, name: &str) -> Result<u32, StoreError> {
    Ok(u32::try_from(cell::<i64>(row, name)?).unwrap_or(u32::MAX))
}

/// Converts to the same bits, because the database has no unsigned numbers.
fn signed(generation: u64) -> i64 {
    i64::from_be_bytes(generation.to_be_bytes())
}

fn unsigned(generation: i64) -> u64 {
    u64::from_be_bytes(generation.to_be_bytes())
}
