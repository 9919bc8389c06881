//! What quota and tokens have in common: a connection of their own, with their tables.

use std::{fmt, time::Duration};

use customer_api_core::error::StoreError;
use tokio_postgres::{Row, types::FromSql};

use crate::{
    connection::{Connection, Value},
    schema::{self, Part},
};

/// How a quota or a store of tokens is connected.
#[derive(Clone, Debug)]
#[must_use]
pub struct PostgresStoreOptions {
    schema: String,
    create_tables: bool,
    statement_timeout: Duration,
}

impl Default for PostgresStoreOptions {
    fn default() -> Self {
        Self {
            schema: schema::DEFAULT.to_owned(),
            create_tables: true,
            statement_timeout: Duration::from_secs(2),
        }
    }
}

impl PostgresStoreOptions {
    /// The default settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts the tables into this schema instead of `customer_api`: lower-case letters, digits and `_`.
    pub fn schema(mut self, name: impl Into<String>) -> Self {
        self.schema = name.into();
        self
    }

    /// Whether connecting creates the tables and functions if they are missing. True by default; see
    /// [`schema_sql`](crate::schema_sql) for creating them by hand.
    pub fn create_tables(mut self, create: bool) -> Self {
        self.create_tables = create;
        self
    }

    /// How long a statement may take, with connecting: 2 s by default. One that takes longer is given up with its connection.
    pub fn statement_timeout(mut self, timeout: Duration) -> Self {
        self.statement_timeout = timeout;
        self
    }
}

/// A connection to a schema that has its tables.
pub(crate) struct Store {
    connection: Connection,
    pub(crate) schema: String,
}

impl Store {
    /// Connects, and creates with `template` its parts if one of them is missing.
    pub(crate) async fn connect(
        configuration: &str,
        options: &PostgresStoreOptions,
        template: &str,
        parts: &[Part],
    ) -> Result<Self, StoreError> {
        let schema = schema::check_name(&options.schema).map_err(StoreError::new)?;
        let connection = Connection::new(configuration, options.statement_timeout)?;
        if let Some(part) = schema::missing(&connection, &schema, parts).await? {
            if !options.create_tables {
                let reason = format!("there is no {} {schema}.{}", part.kind(), part.name());
                return Err(StoreError::new(reason));
            }
            let statements = schema::creation(&schema, template);
            connection.batch(&statements).await?;
        }
        Ok(Self { connection, schema })
    }

    pub(crate) async fn query(
        &self,
        statement: &str,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        Ok(self.connection.query(statement, values).await?)
    }
}

/// A cell of a row, by its name.
pub(crate) fn cell<'r, T: FromSql<'r>>(row: &'r Row, name: &str) -> Result<T, StoreError> {
    let unread = |_| StoreError::new("the functions are not those of this version");
    row.try_get(name).map_err(unread)
}

/// The row of a function that gives one.
pub(crate) fn only(rows: &[Row]) -> Result<&Row, StoreError> {
    let none = || StoreError::new("the functions are not those of this version");
    rows.first().ok_or_else(none)
}

/// As a statement takes it: seconds.
pub(crate) fn seconds(time: Duration) -> f64 {
    // No longer than the server's own clock can tell.
    time.as_secs_f64().min(1e10)
}

/// Seconds that a function gave.
pub(crate) fn duration(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or_default()
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("connection", &self.connection)
            .field("schema", &self.schema)
            .finish()
    }
}
