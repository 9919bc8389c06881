//! A new crate's client from environment variables, and the test of it.

use super::{Credential, Provider};
use crate::{
    emit::{coverage::cell, words},
    identifiers,
    visible::literal,
};

/// A variable that a client is built from.
struct Variable {
    name: String,
    holds: String,
    required: bool,
}

/// The variable of the credential, if the provider wants one.
fn credential(provider: &Provider) -> Option<Variable> {
    let (word, holds) = match provider.credential {
        Credential::None => return None,
        Credential::Header(_) => ("KEY", "the key"),
        Credential::Bearer => ("TOKEN", "the token"),
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

/// What the names of all variables begin with.
fn prefix(provider: &Provider) -> String {
    let name = identifiers::field_name(&provider.api.service).unwrap_or_default();
    name.trim_end_matches('_').to_ascii_uppercase()
}

/// The variables, for people.
pub(super) fn table(provider: &Provider) -> Vec<String> {
    ["| variable | holds |".to_owned(), "|---|---|".to_owned()]
        .into_iter()
        .chain(variables(provider).map(|one| format!("| `{}` | {} |", one.name, cell(&one.holds))))
        .collect()
}

/// The constructors of the client.
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
    let body = if base_url.required {
        format!(
            "let builder = {builder};\n        Ok(builder.base_url(environment.required({name})?))"
        )
    } else {
        format!(
            "let builder = {builder};\n        Ok(match environment.optional({name})? {{\n            \
             Some(base_url) => builder.base_url(base_url),\n            None => builder,\n        }})"
        )
    };
    format!(
        "    /// Builds a client from the environment variables of the process.\n    ///\n{table}    ///\n    \
         /// # Errors\n    ///\n    \
         /// [`BuildError::Variable`] names a variable that is missing, empty or not Unicode; it never shows a value. Otherwise as of\n    \
         /// [`build`](ClientBuilder::build).\n    \
         pub fn from_env() -> Result<Self, BuildError> {{\n        Self::builder_from_env()?.build()\n    }}\n\n    \
         /// Starts a client from the environment variables of the process, those of [`from_env`](Self::from_env).\n    ///\n    \
         /// # Errors\n    ///\n    \
         /// [`BuildError::Variable`] names a variable that is missing, empty or not Unicode.\n    \
         pub fn builder_from_env() -> Result<ClientBuilder<Self>, BuildError> {{\n        Self::builder_from(&Environment::process())\n    }}\n\n    \
         /// Starts a client from variables that are kept elsewhere, such as a test's, by the names of [`from_env`](Self::from_env).\n    ///\n    \
         /// # Errors\n    ///\n    \
         /// [`BuildError::Variable`] names a variable that is missing, empty or not Unicode.\n    \
         pub fn builder_from(environment: &Environment) -> Result<ClientBuilder<Self>, BuildError> {{\n        {body}\n    }}\n\n"
    )
}

/// The test that a client follows its variables, and says which one is missing.
pub(super) fn test(provider: &Provider) -> String {
    let crate_name = provider.in_code();
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
    format!(
        r#"//! A client from environment variables.

use {crate_name}::{{
    BuildError, Client,
    customer_api_core::{{Environment, error::VariableProblem}},
}};

/// Name, value, and whether it must be set.
const VARIABLES: &[(&str, &str, bool)] = &[
{values}];

/// All variables but one, or all of them.
fn all_but(missing: &'static str) -> Environment {{
    Environment::from_lookup(move |wanted| {{
        let mut all = VARIABLES.iter();
        all.find(|(name, ..)| *name == wanted && wanted != missing)
            .map(|(_, value, _)| value.into())
    }})
}}

#[test]
fn a_client_follows_its_variables() {{
    let client = Client::builder_from(&all_but("")).unwrap().build().unwrap();
    assert_eq!(client.base_url().as_str(), "https://account.example");
    assert!(!format!("{{client:?}}").contains("s3cret"));
}}

#[test]
fn a_variable_that_is_missing_is_named() {{
    for (name, _, required) in VARIABLES {{
        let outcome = Client::builder_from(&all_but(name));
        assert_eq!(outcome.is_err(), *required, "{{name}}");
        if let Err(error) = outcome {{
            assert!(
                matches!(error, BuildError::Variable {{ name: found, problem: VariableProblem::Missing }} if found == *name),
                "{{error:?}}"
            );
        }}
    }}
}}
"#
    )
}
