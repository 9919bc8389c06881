//! A new crate's manifest, README and CHANGELOG.

use super::{Credential, Provider, environment, sample};
use crate::{
    emit::{coverage::cell, operation::method, words},
    visible::shown,
};

pub(super) fn manifest(provider: &Provider) -> Result<String, String> {
    // TOML reads JSON's strings.
    let description = serde_json::to_string(&format!(
        "Typed client for {}",
        one_line(&shown(&provider.api.title))
    ))
    .map_err(|error| error.to_string())?;
    let undocumented = if provider.has_undocumented() {
        "## Calls that the provider does not document.\nundocumented = []\n"
    } else {
        ""
    };
    Ok(format!(
        r###"[package]
name = "{}"
version = "0.1.0"
description = {description}
keywords = ["api-client"]
categories = ["api-bindings"]
readme = "README.md"
documentation = "https://docs.rs/{}"
include = ["src/**", "tests/**", "examples/**", "openapi.yaml", "README.md", "CHANGELOG.md", "LICENSE"]
edition.workspace = true
rust-version.workspace = true
license.workspace = true
authors.workspace = true

[features]
default = ["rustls"]
## TLS by rustls with its default crypto provider and the platform's certificate verifier.
rustls = ["customer-api-core/rustls"]
## TLS by rustls with the crypto provider that the program installs as the process default.
rustls-no-provider = ["customer-api-core/rustls-no-provider"]
## TLS by the platform's own library.
native-tls = ["customer-api-core/native-tls"]
## The same calls for programs without a runtime.
blocking = ["customer-api-core/blocking"]
{undocumented}
[dependencies]
customer-api-core.workspace = true
serde.workspace = true
serde_json.workspace = true

[dev-dependencies]
customer-api-core = {{ workspace = true, features = ["test-util"] }}
tokio = {{ workspace = true, features = ["macros", "rt"] }}

[package.metadata.docs.rs]
all-features = true
rustdoc-args = ["--cfg", "docsrs"]

[lints]
workspace = true
"###,
        provider.name, provider.name
    ))
}

pub(super) fn readme(provider: &Provider) -> String {
    format!(
        "# {}\n\nTyped client for {}. Every error says whether the call happened: see `Delivery`.\n\n{}{}\
         ## From the environment\n\n`Client::from_env` reads these variables, and says which one is missing:\n\n{}\n\n\
         ## Calls\n\n{}\n\
         ## Features\n\n`rustls` (default), `rustls-no-provider` or `native-tls` choose the TLS library.\n`blocking` adds the same calls for programs without a runtime.{}\n",
        provider.name,
        words::line(&words::paragraph(&one_line(&provider.api.title))),
        quick_start(provider).unwrap_or_default(),
        dependencies(provider),
        environment::table(provider).join("\n"),
        calls(provider),
        if provider.has_undocumented() {
            " `undocumented` adds the calls that\nthe provider does not document."
        } else {
            ""
        },
    )
}

/// The first call that people may make, with what it requires.
fn quick_start(provider: &Provider) -> Option<String> {
    let operation = provider
        .api
        .operations
        .iter()
        .find(|one| !one.undocumented && !one.notes.deprecated)?;
    let call = sample::calls(&provider.api, operation, false)
        .into_iter()
        .next()?;
    let crate_name = provider.in_code();
    let mut names = call.names.clone();
    names.insert("Client".to_owned());
    let names: Vec<String> = names.into_iter().collect();
    let times: String = call
        .times
        .iter()
        .map(|name| format!("use {crate_name}::customer_api_core::time::{name};\n"))
        .collect();
    let (argument, given) = match provider.credential {
        Credential::None => ("", ""),
        Credential::Header(_) => ("key: String", "key"),
        Credential::Bearer => ("token: String", "token"),
    };
    let place = match provider.base_url {
        Some(_) => "",
        None => "\n        .base_url(\"https://account.example\")\n        ",
    };
    let (before, after) = if operation.output.is_some() || operation.output_type.is_some() {
        ("let response = ", "\n    println!(\"{response:?}\");")
    } else {
        ("", "")
    };
    Some(format!(
        "## Quick start\n\n```rust,no_run\n{times}use {crate_name}::{{{}}};\n\n\
         async fn run({argument}) -> Result<(), {crate_name}::Error> {{\n    \
         let client = Client::builder({given}){place}.build()?;\n    \
         let operation = {};\n    {before}client.send(operation).await?;{after}\n    Ok(())\n}}\n```\n\n",
        names.join(", "),
        call.rust,
    ))
}

/// What a program needs beside its own code.
fn dependencies(provider: &Provider) -> String {
    format!(
        "## Installation\n\n```toml\n[dependencies]\n{} = \"0.1\"\n\
         tokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n```\n\n\
         Calls are made inside a tokio runtime with I/O and time enabled, such as `#[tokio::main]` gives.\n\n",
        provider.name
    )
}

fn calls(provider: &Provider) -> String {
    let mut out = "| operation | call |\n|---|---|\n".to_owned();
    for operation in &provider.api.operations {
        out += &format!(
            "| `{}` | {} |\n",
            operation.rust,
            cell(&words::code(&format!(
                "{} {}",
                method(operation),
                operation.path
            )))
        );
    }
    out
}

pub(super) fn changelog(provider: &Provider) -> String {
    format!(
        "# Changelog\n\nAll notable changes to `{}`. The format is that of [Keep a Changelog](https://keepachangelog.com/en/1.1.0/), \
         versions follow [Semantic Versioning](https://semver.org/).\n\n## 0.1.0 (unreleased)\n\n- The calls of the provider's description.\n",
        provider.name
    )
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
