//! Emits the tables of all operations for the proofs. The proofs compile only if every operation has a sample. A new
//! provider is included once `xtask/proof/Cargo.toml` depends on the provider's crate.

use std::collections::BTreeMap;

use super::{HEADER, words};
use crate::model::{Api, Operation};

/// Emits one table per provider. Keys are paths below the folder.
pub(crate) fn tables(providers: &[(String, Api)]) -> BTreeMap<String, String> {
    let mut index = format!("{HEADER}\n//! Every operation of every provider.\n\n");
    let mut files = BTreeMap::new();
    for (name, api) in providers {
        let module = name.replace('-', "_");
        index += &format!("pub(crate) mod {module};\n");
        files.insert(format!("{module}.rs"), table(name, &module, api));
    }
    files.insert("mod.rs".to_owned(), index);
    files
}

fn table(name: &str, module: &str, api: &Api) -> String {
    let mut names: Vec<&str> = api
        .operations
        .iter()
        .map(|operation| &*operation.rust)
        .collect();
    names.push("Client");
    names.sort_unstable();
    let methods = lines(api, |operation| {
        format!(
            "    /// {}.\n    fn {}(&self) -> {};\n",
            words::line(&words::code(&operation.id)),
            operation.module,
            operation.rust
        )
    });
    let entries = lines(api, |operation| {
        format!(
            "        Entry::new(samples.{}(), Client::call),\n",
            operation.module
        )
    });
    format!(
        "{HEADER}
//! Every operation of `{name}`.

use {module}::{{{}}};

use crate::Entry;

/// Samples of every operation. A call with a sample succeeds in the provider's sandbox.
pub(crate) trait Samples {{
{methods}}}

/// Every operation, in the order of the description.
pub(crate) fn operations(samples: &impl Samples) -> Vec<Entry<Client>> {{
    vec![
{entries}    ]
}}
",
        names.join(", ")
    )
}

fn lines(api: &Api, line: impl Fn(&Operation) -> String) -> String {
    api.operations.iter().map(line).collect()
}
