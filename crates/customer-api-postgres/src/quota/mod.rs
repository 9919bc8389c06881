//! Slots of quotas that machines share.

use std::{sync::Arc, time::Duration};

use customer_api_core::{
    async_trait,
    error::StoreError,
    rate_limit::{SlotClaim, SlotStore, Taken},
};
use tokio_postgres::types::Type;

use crate::{
    connection::Value,
    schema::Part,
    store::{PostgresStoreOptions, Store, cell, duration, only, seconds},
};

pub(crate) const TEMPLATE: &str = include_str!("schema.sql");

const PARTS: [Part; 4] = [
    Part::Table("slot"),
    Part::Table("quota"),
    Part::Function("take_slot"),
    Part::Function("complete_slot"),
];

/// Slots of quotas in a PostgreSQL database, for a [`SharedQuota`](customer_api_core::rate_limit::SharedQuota).
///
/// Cheap to clone; clones share one connection. This connection is separate from a ledger's connection: a statement that waits while
/// other machines take slots must not delay a ledger.
///
/// Times are by the clock of the server. A database function grants a slot while it holds the lock of the quota's row. Therefore the
/// number of slots is never exceeded, with any number of machines.
#[derive(Clone, Debug)]
pub struct PostgresQuota(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    take: String,
    complete: String,
    release: String,
}

impl PostgresQuota {
    /// Connects, and creates the tables if they are missing. The configuration is a URL such as
    /// `postgres://user:password@host/database?sslmode=require`, or `key=value` pairs as for `psql`.
    ///
    /// The connection belongs to the runtime in which this future is awaited. If that runtime ends, another connection is made. If
    /// that runtime makes no progress, the next statement fails after its timeout.
    ///
    /// # Errors
    ///
    /// If the configuration can't be read, the server can't be reached, or the tables can't be created.
    pub async fn connect(configuration: &str) -> Result<Self, StoreError> {
        Self::connect_with(configuration, &PostgresStoreOptions::new()).await
    }

    /// Connects with the given settings.
    ///
    /// # Errors
    ///
    /// The errors of [`connect`](Self::connect), and an error if the schema's name can't be used.
    pub async fn connect_with(
        configuration: &str,
        options: &PostgresStoreOptions,
    ) -> Result<Self, StoreError> {
        let store = Store::connect(configuration, options, TEMPLATE, &PARTS).await?;
        let schema = &store.schema;
        Ok(Self(Arc::new(Inner {
            take: format!(
                "SELECT granted, waits FROM {schema}.take_slot($1, $2, $3, $4, $5 * interval '1 second', $6 * interval '1 second')"
            ),
            complete: format!(
                "SELECT {schema}.complete_slot($1, $2, $3, $4 * interval '1 second', $5 * interval '1 second')"
            ),
            release: format!(
                "DELETE FROM {schema}.slot WHERE name = $1 AND class = $2 AND token = $3"
            ),
            store,
        })))
    }
}

#[async_trait]
impl SlotStore for PostgresQuota {
    async fn take(&self, claim: &SlotClaim) -> Result<Taken, StoreError> {
        let (name, class, token) = (claim.quota(), claim.class(), claim.token().as_slice());
        let slots = i64::try_from(claim.slots()).unwrap_or(i64::MAX);
        let (window, hold) = (seconds(claim.window()), seconds(claim.hold()));
        let values: [Value<'_>; 6] = [
            (&name, Type::TEXT),
            (&class, Type::TEXT),
            (&token, Type::BYTEA),
            (&slots, Type::INT8),
            (&window, Type::FLOAT8),
            (&hold, Type::FLOAT8),
        ];
        let rows = self.0.store.query(&self.0.take, &values).await?;
        let row = only(&rows)?;
        if cell(row, "granted")? {
            return Ok(Taken::Granted);
        }
        let waits = cell::<Vec<f64>>(row, "waits")?;
        Ok(Taken::Full(waits.into_iter().map(duration).collect()))
    }

    async fn complete(&self, claim: &SlotClaim, stop: Option<Duration>) -> Result<(), StoreError> {
        let (name, class, token) = (claim.quota(), claim.class(), claim.token().as_slice());
        let (window, stop) = (seconds(claim.window()), stop.map(seconds));
        let values: [Value<'_>; 5] = [
            (&name, Type::TEXT),
            (&class, Type::TEXT),
            (&token, Type::BYTEA),
            (&window, Type::FLOAT8),
            (&stop, Type::FLOAT8),
        ];
        self.0.store.query(&self.0.complete, &values).await?;
        Ok(())
    }

    async fn release(&self, claim: &SlotClaim) -> Result<(), StoreError> {
        let (name, class, token) = (claim.quota(), claim.class(), claim.token().as_slice());
        let values: [Value<'_>; 3] = [
            (&name, Type::TEXT),
            (&class, Type::TEXT),
            (&token, Type::BYTEA),
        ];
        self.0.store.query(&self.0.release, &values).await?;
        Ok(())
    }
}
