//! The tables, and the error for a database whose history differs from the recorded one.

use customer_api_ledger::{DigestKey, LedgerError, LedgerErrorKind};

use tokio_postgres::types::Type;

use crate::{
    connection::{Connection, Failure, Value},
    history::history_sql,
    quota, tokens,
};

pub(crate) const TEMPLATE: &str = include_str!("schema.sql");

/// The default schema.
pub(crate) const DEFAULT: &str = "customer_api";

/// The version of the tables.
pub(crate) const VERSION: i32 = 1;

/// Returns the statements that create the tables of the ledger, the quota and the tokens in a schema of this name, so that an operator can
/// run them by hand.
///
/// The statements may be run again. If the tables exist, a program needs no right to create tables.
///
/// # Errors
///
/// If the name contains characters other than lower-case ASCII letters, digits and `_`, begins with a digit, is empty, or is longer than 63
/// characters.
pub fn schema_sql(schema: &str) -> Result<String, LedgerError> {
    let schema = check_name(schema)?;
    let templates = [TEMPLATE, quota::TEMPLATE, tokens::TEMPLATE];
    Ok(templates.join("\n").replace("{schema}", &schema))
}

/// Returns the statements of a template, as one transaction. A lock lets only one program at a time run the statements, because creating
/// the same table concurrently would fail.
pub(crate) fn creation(schema: &str, template: &str) -> String {
    let tables = template.replace("{schema}", schema);
    format!("BEGIN; SELECT pg_advisory_xact_lock(7021644180172530273); {tables} COMMIT;")
}

/// A part of a schema.
#[derive(Clone, Copy)]
pub(crate) enum Part {
    Table(&'static str),
    Function(&'static str),
}

impl Part {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Table(name) | Self::Function(name) => name,
        }
    }

    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::Table(_) => "table",
            Self::Function(_) => "function",
        }
    }
}

/// Returns the first missing part. This check avoids `CREATE … IF NOT EXISTS`, which needs the right to create even if the part exists. A
/// program need not have that right.
pub(crate) async fn missing(
    connection: &Connection,
    schema: &str,
    parts: &[Part],
) -> Result<Option<Part>, Failure> {
    for part in parts {
        let name = part.name();
        let values: [Value<'_>; 2] = [(&schema, Type::TEXT), (&name, Type::TEXT)];
        let statement = match part {
            Part::Table(_) => {
                "SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                 WHERE n.nspname = $1 AND c.relname = $2)"
            }
            Part::Function(_) => {
                "SELECT EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace \
                 WHERE n.nspname = $1 AND p.proname = $2)"
            }
        };
        let rows = connection.query(statement, &values).await?;
        let is_there: Option<bool> = rows.first().and_then(|row| row.try_get(0).ok());
        if !is_there.unwrap_or_default() {
            return Ok(Some(*part));
        }
    }
    Ok(None)
}

/// Checks that a name needs no quotes, so that it can be inserted into a statement.
pub(crate) fn check_name(schema: &str) -> Result<String, LedgerError> {
    let is_allowed = |letter: char| letter.is_ascii_lowercase() || letter == '_';
    let begins_well = schema.starts_with(is_allowed);
    let is_short = schema.len() <= 63;
    if begins_well
        && is_short
        && schema
            .chars()
            .all(|letter| is_allowed(letter) || letter.is_ascii_digit())
    {
        return Ok(schema.to_owned());
    }
    Err(LedgerError::new(
        LedgerErrorKind::InvalidName,
        "the schema's name must consist of at most 63 lower-case letters, digits and `_`, and must not begin with a digit",
    ))
}

/// Returns the error for a database whose history differs from the recorded one.
pub(crate) fn restored() -> LedgerError {
    let reason = "the database was restored from a copy or set back, or a replica took over: writes may be missing in the ledger";
    LedgerError::new(LedgerErrorKind::Restored, reason)
}

/// Returns the statement that records the ledger's first state.
pub(crate) fn first_sql(schema: &str) -> (String, DigestKey) {
    let history = history_sql(schema);
    let statement = format!(
        "INSERT INTO {schema}.ledger (id, version, digest_key, history, accepted) \
         SELECT 1, {VERSION}, $1, ({history}), clock_timestamp() \
         ON CONFLICT (id) DO NOTHING"
    );
    (statement, DigestKey::random())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_no_name_is_an_error() {
        assert!(schema_sql("fleet_2").unwrap().contains("fleet_2.entry"));
        for name in ["", "2", "a b", "a;drop", "Ä", "A", "a\"b", &"x".repeat(64)] {
            let error = schema_sql(name).unwrap_err();
            assert_eq!(error.kind(), LedgerErrorKind::InvalidName, "{name}");
        }
    }
}
