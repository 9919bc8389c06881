//! The tables, and whether a database has the history that was recorded.

use customer_api_ledger::{DigestKey, LedgerError, LedgerErrorKind};

use tokio_postgres::types::Type;

use crate::{
    connection::{Connection, Failure, Value},
    history::history_sql,
    quota, tokens,
};

pub(crate) const TEMPLATE: &str = include_str!("schema.sql");

/// The schema, unless a program names another one.
pub(crate) const DEFAULT: &str = "customer_api";

/// The version of the tables.
pub(crate) const VERSION: i32 = 1;

/// The statements that create all tables in a schema of this name, for running them by hand: those of the ledger, the quota and
/// the tokens.
///
/// They may be run again. A program needs no right to create tables if the tables are there.
///
/// # Errors
///
/// If the name is not made of lower-case ASCII letters, digits and `_`, or begins with a digit.
pub fn schema_sql(schema: &str) -> Result<String, LedgerError> {
    let schema = check_name(schema)?;
    let templates = [TEMPLATE, quota::TEMPLATE, tokens::TEMPLATE];
    Ok(templates.join("\n").replace("{schema}", &schema))
}

/// The statements of a template, as one transaction. One program at a time runs them: two that create the same table at once
/// get in each other's way.
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

/// The first part that is not there. Creating one asks for a right even if it is there, which a program need not have.
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

/// A name that needs no quotes, so that it can stand in a statement as it is.
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
        "the schema's name has other characters than lower-case letters, digits and `_`",
    ))
}

/// The database has another history than the ledger recorded.
pub(crate) fn restored() -> LedgerError {
    let reason = "the database was restored from a copy or set back, or a replica took over: writes may be missing in the ledger";
    LedgerError::new(LedgerErrorKind::Restored, reason)
}

/// The statement that records the ledger's first state.
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
