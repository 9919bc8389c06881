//! Emits the constructors with which a new crate's client reads environment variables, and their test.

use super::{Credential, Provider, template::fill};
use crate::{
    emit::{coverage::cell, words},
    identifiers,
    visible::literal,
};

/// An environment variable from which a client is built.
struct Variable {
    name: String,
    holds: String,
    required: bool,
}

/// Returns the variable of the credential, if the provider requires one.
fn credential(provider: &Provider) -> Option<Variable> {
    let (word, holds) = match provider.credential {
        Credential::None => return None,
        Credential::Header(_) => ("KEY", "the key"),
        Credential::Bearer => ("TOKEN", "the token"),
        Credential::Basic => ("BASIC", "the base64 of `user:password`"),
    };
    Some(Variable {
        name: format!("{}_{word}", prefix(provider)),
        holds: holds.to_owned(),
        required: true,
    })
}

fn base_url(provider: &Provider) -> Variable {
    Variable {
        name: format!("{}_BASE_URL", prefix(provider)),
        holds: match &provider.base_url {
            Some(url) => format!(
                "the base URL, if it is not {}",
                words::code(url.trim_end_matches('/'))
            ),
            None => "the base URL of the account; there is no default".to_owned(),
        },
        required: provider.base_url.is_none(),
    }
}

fn variables(provider: &Provider) -> impl Iterator<Item = Variable> {
    credential(provider).into_iter().chain([base_url(provider)])
}

/// Returns the prefix of all variable names.
fn prefix(provider: &Provider) -> String {
    let name = identifiers::field_name(&provider.api.service).unwrap_or_default();
    name.trim_end_matches('_').to_ascii_uppercase()
}

/// Returns the table of the variables in Markdown.
pub(super) fn table(provider: &Provider) -> Vec<String> {
    ["| variable | holds |".to_owned(), "|---|---|".to_owned()]
        .into_iter()
        .chain(variables(provider).map(|one| format!("| `{}` | {} |", one.name, cell(&one.holds))))
        .collect()
}

/// Emits the constructors.
pub(super) fn constructors(provider: &Provider) -> String {
    let table: String = table(provider)
        .iter()
        .map(|line| format!("    /// {line}\n"))
        .collect();
    let builder = credential(provider).map_or_else(
        || "Self::builder()".to_owned(),
        |one| format!("Self::builder(environment.secret({})?)", literal(&one.name)),
    );
    let base_url = base_url(provider);
    let name = literal(&base_url.name);
    let result = if base_url.required {
        format!("Ok(builder.base_url(environment.required_base_url({name})?))")
    } else {
        format!(
            "Ok(match environment.base_url({name})? {{\n            \
             Some(base_url) => builder.base_url(base_url),\n            None => builder,\n        }})"
        )
    };
    fill(
        include_str!("templates/constructors.rs.txt"),
        &[
            ("variables", &table),
            ("builder", &builder),
            ("result", &result),
        ],
    )
}

/// Emits the test that a client is built from the variables, and that the error for a missing variable names it.
pub(super) fn test(provider: &Provider) -> String {
    let values: String = variables(provider)
        .map(|one| {
            let value = if one.name.ends_with("_BASE_URL") {
                "https://account.example"
            } else {
                "s3cret"
            };
            format!(
                "    ({}, {}, {}),\n",
                literal(&one.name),
                literal(value),
                one.required
            )
        })
        .collect();
    fill(
        include_str!("templates/environment.rs.txt"),
        &[("crate", &provider.in_code()), ("values", &values)],
    )
}
