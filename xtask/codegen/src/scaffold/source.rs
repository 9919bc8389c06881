//! Emits the hand-written part of a new crate, as a developer would begin it.

use super::{Credential, Provider, environment, outputs, pages::Lists, template::fill};
use crate::{emit::words, identifiers, visible::literal};

pub(super) fn library(provider: &Provider, lists: &Lists<'_>) -> String {
    let api = &provider.api;
    let (pages, page_types) = if lists.is_empty() {
        ("", String::new())
    } else {
        ("mod pages;", lists.exports())
    };
    let (outputs, output_types) = if provider.has_outputs() {
        ("mod outputs;", outputs::exports(provider))
    } else {
        ("", String::new())
    };
    // A glob import of an empty module would be a warning.
    let models = api
        .models
        .iter()
        .any(|model| (model.used.sent || model.used.received) && model.used.always);
    let operations = api.operations.iter().any(|one| !one.undocumented);
    let globs: Vec<&str> = [(models, "models::*"), (operations, "operations::*")]
        .into_iter()
        .filter_map(|(any, glob)| any.then_some(glob))
        .collect();
    let globs = if globs.is_empty() {
        String::new()
    } else {
        format!(
            "#[doc(inline)]\npub use generated::{{{}}};",
            globs.join(", ")
        )
    };
    fill(
        include_str!("templates/library.rs.txt"),
        &[
            ("outputs", outputs),
            ("globs", &globs),
            ("output_types", &output_types),
            ("pages", pages),
            ("page_types", &page_types),
            ("service", &api.service),
        ],
    )
}

pub(super) fn client(provider: &Provider) -> String {
    let (imports, docs, signature, credential) = match &provider.credential {
        Credential::None => (
            "auth::Anonymous".to_owned(),
            "Starts a client. The provider requires no credential.".to_owned(),
            "pub fn builder() -> ClientBuilder<Self>".to_owned(),
            "Anonymous".to_owned(),
        ),
        Credential::Header(name) => (
            "auth::{ApiKey, KeyCredential}, http::HeaderName".to_owned(),
            format!(
                "Starts a client for a key, which is sent in the header {}.\n    ///\n    /// The key is never printed, and is sent only to the base URL.",
                words::line(&words::code(name))
            ),
            "pub fn builder(key: impl Into<ApiKey>) -> ClientBuilder<Self>".to_owned(),
            format!(
                "KeyCredential::header(HeaderName::from_static({}), key)",
                literal(name)
            ),
        ),
        Credential::Bearer => (
            "auth::{ApiKey, KeyCredential}".to_owned(),
            "Starts a client for a bearer token.\n    ///\n    /// The token is never printed, and is sent only to the base URL.".to_owned(),
            "pub fn builder(token: impl Into<ApiKey>) -> ClientBuilder<Self>".to_owned(),
            "KeyCredential::bearer(token)".to_owned(),
        ),
        Credential::Basic => (
            "auth::{ApiKey, KeyCredential}".to_owned(),
            "Starts a client for HTTP's basic authentication: `basic` is the base64 of `user:password`.\n    ///\n    /// This value is never printed, and is sent only to the base URL.".to_owned(),
            "pub fn builder(basic: impl Into<ApiKey>) -> ClientBuilder<Self>".to_owned(),
            "KeyCredential::scheme(\"Basic\", basic)".to_owned(),
        ),
    };
    let no_base_url = if provider.base_url.is_none() {
        "    ///\n    /// There is no default base URL. Set the account's base URL with [`base_url`](ClientBuilder::base_url)."
    } else {
        ""
    };
    fill(
        include_str!("templates/client.rs.txt"),
        &[
            ("service", &provider.api.service),
            ("imports", &imports),
            ("docs", &docs),
            ("no_base_url", no_base_url),
            ("signature", &signature),
            ("credential", &credential),
            ("from_env", &environment::constructors(provider)),
        ],
    )
}

pub(super) fn service(provider: &Provider) -> String {
    let service = &provider.api.service;
    let name = identifiers::field_name(service).unwrap_or_default();
    let name = name.trim_end_matches('_').replace('_', "-");
    let base_url = provider.base_url.as_ref().map_or(String::new(), |url| {
        format!(
            "    fn default_base_url(&self) -> Option<&'static str> {{\n        Some({})\n    }}\n\n",
            literal(url)
        )
    });
    fill(
        include_str!("templates/service.rs.txt"),
        &[
            ("service", service),
            ("name", &literal(&name)),
            ("default_base_url", &base_url),
        ],
    )
}
