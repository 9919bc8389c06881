//! Emits a new crate's manifest, README and CHANGELOG.

use super::{Credential, Provider, environment, pages::Lists, sample, template::fill};
use crate::{
    emit::{coverage::cell, operation::method, words},
    visible::shown,
};

pub(super) fn manifest(provider: &Provider, lists: &Lists<'_>) -> Result<String, String> {
    // A JSON string is also a TOML string.
    let description = serde_json::to_string(&format!(
        "Typed client for {}",
        one_line(&shown(&provider.api.title))
    ))
    .map_err(|error| error.to_string())?;
    let undocumented = if provider.has_undocumented() {
        "## Calls that the provider does not document.\nundocumented = []"
    } else {
        ""
    };
    let links = if lists.has_links() {
        "form_urlencoded.workspace = true"
    } else {
        ""
    };
    Ok(fill(
        include_str!("templates/manifest.toml.txt"),
        &[
            ("name", &provider.name),
            ("description", &description),
            ("undocumented", undocumented),
            ("links", links),
        ],
    ))
}

pub(super) fn readme(provider: &Provider, lists: &Lists<'_>) -> String {
    let title = words::line(&words::paragraph(&one_line(&provider.api.title)));
    let undocumented = if provider.has_undocumented() {
        " `undocumented` adds the calls that\nthe provider does not document."
    } else {
        ""
    };
    fill(
        include_str!("templates/readme.md.txt"),
        &[
            ("name", &provider.name),
            ("title", &title),
            ("quick_start", &quick_start(provider).unwrap_or_default()),
            ("variables", &environment::table(provider).join("\n")),
            ("calls", &calls(provider)),
            ("lists", &lists.section()),
            ("undocumented", undocumented),
        ],
    )
}

/// Returns the README's example: a call of the first suitable operation, with its required values.
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
        Credential::Basic => ("basic: String", "basic"),
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
    Some(fill(
        include_str!("templates/quick_start.md.txt"),
        &[
            ("times", &times),
            ("crate", &crate_name),
            ("names", &names.join(", ")),
            ("argument", argument),
            ("given", given),
            ("base_url", place),
            ("operation", &call.rust),
            ("before", before),
            ("after", after),
        ],
    ))
}

fn calls(provider: &Provider) -> String {
    let mut out = String::new();
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
    fill(
        include_str!("templates/changelog.md.txt"),
        &[("name", &provider.name)],
    )
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
