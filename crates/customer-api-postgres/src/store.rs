//! The common part of the quota and the tokens: a separate connection, and the tables.

use std::{fmt, time::Duration};

use customer_api_core::error::StoreError;
use tokio_postgres::{Row, types::FromSql};

use crate::{
    connection::{Connection, Value},
    schema::{self, Part},
};

/// The settings for connecting a quota or a store of tokens.
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
    /// Returns the default settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the schema of the tables, instead of `customer_api`: lower-case letters, digits and `_`.
    pub fn schema(mut self, name: impl Into<String>) -> Self {
        self.schema = name.into();
        self
    }

    /// Sets whether connecting creates missing tables and functions. True by default. [`schema_sql`](crate::schema_sql) returns the
    /// statements for creating them by hand.
    pub fn create_tables(mut self, create: bool) -> Self {
        self.create_tables = create;
        self
    }

    /// Sets how long a statement may take, including connecting: 2 s by default. If a statement takes longer, the statement and its
    /// connection are abandoned.
    pub fn statement_timeout(mut self, timeout: Duration) -> Self {
        self.statement_timeout = timeout;
        self
    }
}

/// A connection to a schema that has the required tables.
pub(crate) struct Store {
    connection: Connection,
    pub(crate) schema: String,
}

impl Store {
    /// Connects. If one of the parts is missing, creates all parts with `template`.
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

/// Returns a column of a row, by its name.
pub(crate) fn cell<'r, T: FromSql<'r>>(row: &'r Row, name: &str) -> Result<T, StoreError> {
    let unread = |_| StoreError::new("the functions are not those of this version");
    row.try_get(name).map_err(unread)
}

/// Returns the row of a function that returns one row.
pub(crate) fn only(rows: &[Row]) -> Result<&Row, StoreError> {
    let none = || StoreError::new("the functions are not those of this version");
    rows.first().ok_or_else(none)
}

/// Converts a time to seconds, which the statements expect.
pub(crate) fn seconds(time: Duration) -> f64 {
    // Limited to what the server's timestamps can represent.
    time.as_secs_f64().min(1e10)
}

/// Converts the seconds that a function returned.
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
