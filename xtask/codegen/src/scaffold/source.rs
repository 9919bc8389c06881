//! The hand-written side of a new crate, as a person would begin it.

use super::{Credential, Provider, environment, outputs};
use crate::{emit::words, identifiers, visible::literal};

pub(super) fn library(provider: &Provider) -> String {
    let api = &provider.api;
    let (outputs, output_types) = if provider.has_outputs() {
        ("mod outputs;\n", outputs::exports(provider))
    } else {
        ("", String::new())
    };
    // A glob over nothing is a warning.
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
            "#[doc(inline)]\npub use generated::{{{}}};\n",
            globs.join(", ")
        )
    };
    format!(
        "#![doc = include_str!(\"../README.md\")]\n#![cfg_attr(docsrs, feature(doc_cfg))]\n\n\
         mod client;\nmod generated;\n{outputs}mod service;\n\n\
         pub use customer_api_core;\n\
         #[cfg(feature = \"blocking\")]\n#[cfg_attr(docsrs, doc(cfg(feature = \"blocking\")))]\n#[doc(no_inline)]\n\
         pub use customer_api_core::blocking;\n#[doc(inline)]\n\
         pub use customer_api_core::{{BuildError, Call, ClientBuilder, Delivery, Error, ErrorKind, Idempotency, Operation, Response, Timestamp}};\n\n\
         pub use client::Client;\n{globs}{output_types}pub use service::{};\n",
        api.service
    )
}

pub(super) fn client(provider: &Provider) -> String {
    let service = &provider.api.service;
    let (imports, docs, signature, credential) = match &provider.credential {
        Credential::None => (
            "auth::Anonymous".to_owned(),
            "Starts a client. The provider wants no credential.".to_owned(),
            "pub fn builder() -> ClientBuilder<Self>".to_owned(),
            "Anonymous".to_owned(),
        ),
        Credential::Header(name) => (
            "auth::StaticCredential, http::HeaderName, secrecy::SecretString".to_owned(),
            format!(
                "Starts a client for a key, which goes along in the header {}.\n    ///\n    /// It is never printed, and goes nowhere but to the base URL.",
                words::line(&words::code(name))
            ),
            "pub fn builder(key: impl Into<SecretString>) -> ClientBuilder<Self>".to_owned(),
            format!(
                "StaticCredential::header_key(HeaderName::from_static({}), key)",
                literal(name)
            ),
        ),
        Credential::Bearer => (
            "auth::StaticCredential, secrecy::SecretString".to_owned(),
            "Starts a client for a bearer token.\n    ///\n    /// It is never printed, and goes nowhere but to the base URL.".to_owned(),
            "pub fn builder(token: impl Into<SecretString>) -> ClientBuilder<Self>".to_owned(),
            "StaticCredential::bearer(token)".to_owned(),
        ),
    };
    let place = if provider.base_url.is_none() {
        "\n    ///\n    /// There is no default base URL: set that of the account with [`base_url`](ClientBuilder::base_url)."
    } else {
        ""
    };
    let from_env = environment::constructors(provider);
    format!(
        "use customer_api_core::{{BaseUrl, BuildError, Call, ClientBuilder, Environment, Error, Operation, ProviderClient, {imports}}};\n\n\
         use crate::{service};\n\n\
         /// Makes the provider's calls.\n///\n/// Cheap to clone; clones share their connections.\n\
         #[derive(Clone, Debug)]\npub struct Client {{\n    core: customer_api_core::Client<{service}>,\n}}\n\n\
         impl Client {{\n    /// {docs}{place}\n    {signature} {{\n        ClientBuilder::new({service}::default(), {credential})\n    }}\n\n{from_env}    \
         /// Makes a call, and gives the operation's output.\n    ///\n    /// # Errors\n    ///\n    \
         /// Every [`Error`] says, by its [`delivery`](Error::delivery), whether the call happened.\n    \
         pub fn send<O: Operation<Service = {service}>>(\n        &self,\n        operation: O,\n    \
         ) -> impl Future<Output = Result<O::Output, Error>> + Send + use<O> {{\n        self.core.send(operation)\n    }}\n\n    \
         /// Prepares a call with settings of its own.\n    \
         pub fn call<O: Operation<Service = {service}>>(&self, operation: O) -> Call<O> {{\n        self.core.call(operation)\n    }}\n\n    \
         /// Where the requests go.\n    #[must_use]\n    \
         pub fn base_url(&self) -> &BaseUrl {{\n        self.core.base_url()\n    }}\n}}\n\n\
         impl ProviderClient for Client {{\n    type Service = {service};\n\n    \
         fn from_core(core: customer_api_core::Client<{service}>) -> Self {{\n        Self {{ core }}\n    }}\n\n    \
         fn core(&self) -> &customer_api_core::Client<{service}> {{\n        &self.core\n    }}\n}}\n"
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
    format!(
        "use customer_api_core::{{Service, http::{{HeaderMap, StatusCode}}, service::ErrorDetails}};\nuse serde_json::Value;\n\n\
         /// How the provider speaks.\n#[derive(Clone, Copy, Debug, Default)]\n#[non_exhaustive]\npub struct {service};\n\n\
         impl Service for {service} {{\n    fn name(&self) -> &'static str {{\n        {name}\n    }}\n\n    \
         fn user_agent(&self) -> &'static str {{\n        concat!(env!(\"CARGO_PKG_NAME\"), \"/\", env!(\"CARGO_PKG_VERSION\"))\n    }}\n\n\
         {base_url}    \
         /// Looks where most providers have their words. What this one documents belongs here.\n    \
         fn read_error(&self, _: StatusCode, _: &HeaderMap, body: &[u8]) -> ErrorDetails {{\n        \
         let body: Value = serde_json::from_slice(body).unwrap_or_default();\n        \
         let text = |key| body.get(key).and_then(Value::as_str);\n        \
         let mut details = ErrorDetails::new();\n        \
         if let Some(message) = text(\"message\").or_else(|| text(\"error\")) {{\n            details = details.with_message(message);\n        }}\n        \
         if let Some(code) = text(\"code\") {{\n            details = details.with_code(code);\n        }}\n        \
         details\n    }}\n}}\n",
        name = literal(&name),
    )
}
