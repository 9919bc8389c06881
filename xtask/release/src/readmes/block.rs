//! One marked block of a page: how a program depends on crates of this workspace.
//!
//! The `toml` fence of the block is the source. First, each entry for a crate of this workspace is changed, so that it
//! names the place from which a program can take the crate now: the registry, a clone or the repository. Then the rest
//! of the block is written from the fence.

use toml_edit::{DocumentMut, InlineTable, Item, Table, Value};

/// The comments around a block. Rendered Markdown does not show them.
pub(crate) const BEGIN: &str = "<!-- dependencies -->";
pub(crate) const END: &str = "<!-- /dependencies -->";

/// The path of a clone in the pages, relative to the folder of a program that is beside the clone.
const CLONE: &str = "../customer-apis";

/// The keys that state where a crate comes from.
const PLACES: &[&str] = &["version", "path", "git"];

/// The tables of dependencies that a fence can have.
const KINDS: &[&str] = &["dependencies", "dev-dependencies"];

/// The place from which a program takes a crate of this workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The registry: `0.1`.
    Registry(String),
    /// A clone of this repository: the crate's folder in it.
    Clone(String),
    /// This repository's address.
    Repository(String),
}

impl Place {
    fn entry(&self) -> (&'static str, String) {
        match self {
            Self::Registry(version) => ("version", version.clone()),
            Self::Clone(folder) => ("path", format!("{CLONE}/{folder}")),
            Self::Repository(address) => ("git", address.clone()),
        }
    }
}

/// A block of a page.
#[derive(Debug)]
pub(crate) struct Block {
    fence: DocumentMut,
    has_commands: bool,
}

impl Block {
    /// Reads the text between the markers. `has_commands` states whether the block also shows `cargo add`.
    pub(crate) fn read(text: &str, has_commands: bool) -> Result<Self, String> {
        let after = text.split_once("```toml\n");
        let fence = after.and_then(|(_, after)| after.split_once("```"));
        let (fence, _) = fence.ok_or("a marked block has no `toml` fence")?;
        let fence = fence
            .parse::<DocumentMut>()
            .map_err(|error| format!("a marked block: {error}"))?;
        Ok(Self {
            fence,
            has_commands,
        })
    }

    /// Returns the names of all crates in the block, ours and others.
    pub(crate) fn names(&self) -> Vec<String> {
        let tables = self.tables();
        let names = tables.flat_map(|(_, table)| table.iter().map(|(name, _)| name.to_owned()));
        names.collect()
    }

    /// Returns the version that the block shows for a crate, if it shows one.
    pub(crate) fn version(&self, name: &str) -> Option<String> {
        let entry = self.tables().find_map(|(_, table)| table.get(name))?;
        text_of(entry, "version")
    }

    /// Changes the places of crates. Keeps the other keys of the entries.
    pub(crate) fn place(&mut self, place: impl Fn(&str) -> Option<Place>) {
        for (_, item) in self.fence.iter_mut() {
            let Some(table) = item.as_table_mut() else {
                continue;
            };
            for (name, entry) in table.iter_mut() {
                if let Some(place) = place(name.get()) {
                    put(entry, &place);
                }
            }
        }
    }

    /// Returns the text of the fence.
    pub(crate) fn fence(&self) -> String {
        self.fence.to_string()
    }

    /// Returns the arguments of the `cargo add` commands that make the same entries.
    pub(crate) fn additions(&self) -> Vec<Vec<String>> {
        self.tables()
            .flat_map(|(kind, table)| {
                table
                    .iter()
                    .map(move |(name, entry)| add(kind, name, entry))
            })
            .collect()
    }

    /// Returns the text between the markers.
    pub(crate) fn render(&self) -> String {
        let mut text = String::new();
        if self.has_commands {
            let commands: String = self
                .additions()
                .iter()
                .map(|arguments| format!("$ cargo add {}\n", arguments.join(" ")))
                .collect();
            text.push_str(&format!(
                "\n```console\n{commands}```\n\nOr in `Cargo.toml`:\n"
            ));
        }
        text.push_str(&format!("\n```toml\n{}```\n", self.fence()));
        let has = |key| {
            let mut entries = self.tables().flat_map(|(_, table)| table.iter());
            entries.any(|(_, entry)| text_of(entry, key).is_some())
        };
        if has("path") {
            text.push_str(&format!(
                "\nThe crates are not on crates.io yet: `{CLONE}` stands for a clone of the project.\n"
            ));
        } else if has("git") {
            text.push_str("\nThe entries name the repository until the crates are on crates.io.\n");
        }
        text
    }

    /// Returns the tables of dependencies. A fence with a whole manifest has other tables too.
    fn tables(&self) -> impl Iterator<Item = (&str, &Table)> {
        let items = self.fence.iter();
        let items = items.filter(|(kind, _)| KINDS.contains(kind));
        items.filter_map(|(kind, item)| Some((kind, item.as_table()?)))
    }
}

/// Writes the place of an entry, and keeps the entry's comment.
fn put(entry: &mut Item, place: &Place) {
    let (key, value) = place.entry();
    let decor = entry.as_value().map(|value| value.decor().clone());
    let mut table = InlineTable::new();
    table.insert(key, value.clone().into());
    if let Some(old) = entry.as_inline_table() {
        for (key, value) in old.iter().filter(|(key, _)| !PLACES.contains(key)) {
            table.insert(key, value.clone().decorated(" ", ""));
        }
    }
    table.fmt();
    let mut new = match place {
        Place::Registry(version) if table.len() == 1 => Value::from(version.as_str()),
        _ => Value::InlineTable(table),
    };
    if let Some(decor) = decor {
        *new.decor_mut() = decor;
    }
    *entry = Item::Value(new);
}

fn add(kind: &str, name: &str, entry: &Item) -> Vec<String> {
    let mut arguments = Vec::new();
    if kind == "dev-dependencies" {
        arguments.push("--dev".to_owned());
    }
    let source = ["path", "git", "version"]
        .iter()
        .find_map(|key| Some((*key, text_of(entry, key)?)));
    match source {
        Some(("path", path)) => arguments.extend(["--path".to_owned(), path]),
        Some(("git", address)) => {
            arguments.extend(["--git".to_owned(), address, name.to_owned()]);
        }
        Some((_, version)) => arguments.push(format!("{name}@{version}")),
        None => arguments.push(name.to_owned()),
    }
    let features = entry.get("features").and_then(Item::as_array);
    let features: Vec<&str> = features
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if !features.is_empty() {
        arguments.extend(["--features".to_owned(), features.join(",")]);
    }
    if entry.get("default-features").and_then(Item::as_bool) == Some(false) {
        arguments.push("--no-default-features".to_owned());
    }
    arguments
}

/// Returns the string of a key of an entry. If the entry is only a string, this string is the `version`.
fn text_of(entry: &Item, key: &str) -> Option<String> {
    let text = match entry.as_str() {
        Some(version) => (key == "version").then_some(version),
        None => entry.get(key).and_then(Item::as_str),
    };
    text.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLISHED: &str = "
```console
$ cargo add toy-core@0.1 --features sharp
$ cargo add toy-user@0.1
$ cargo add tokio@1 --features macros,rt --no-default-features
$ cargo add --dev toy-box@0.1
```

Or in `Cargo.toml`:

```toml
[dependencies]
toy-core = { version = \"0.1\", features = [\"sharp\"] }  # the core
toy-user = \"0.1\"
tokio = { version = \"1\", features = [\"macros\", \"rt\"], default-features = false }

[dev-dependencies]
toy-box = \"0.1\"
```
";

    fn placed(text: &str, place: impl Fn(&str) -> Place) -> String {
        let mut block = Block::read(text, true).unwrap();
        block.place(|name| name.starts_with("toy-").then(|| place(name)));
        block.render()
    }

    #[test]
    fn a_block_changes_from_versions_to_paths_and_back() {
        let paths = placed(PUBLISHED, |name| Place::Clone(format!("crates/{name}")));
        for line in [
            "$ cargo add --path ../customer-apis/crates/toy-core --features sharp",
            "$ cargo add --dev --path ../customer-apis/crates/toy-box",
            "$ cargo add tokio@1 --features macros,rt --no-default-features",
            "toy-core = { path = \"../customer-apis/crates/toy-core\", features = [\"sharp\"] }  # the core",
            "toy-user = { path = \"../customer-apis/crates/toy-user\" }",
        ] {
            assert!(paths.lines().any(|has| has == line), "{line}\n{paths}");
        }
        assert!(paths.contains("stands for a clone"), "{paths}");
        let versions = placed(&paths, |_| Place::Registry("0.1".to_owned()));
        assert_eq!(versions, PUBLISHED);
    }

    #[test]
    fn an_address_replaces_the_clone() {
        let address = "https://git.example/apis";
        let text = placed(PUBLISHED, |_| Place::Repository(address.to_owned()));
        for line in [
            "$ cargo add --git https://git.example/apis toy-user",
            "toy-user = { git = \"https://git.example/apis\" }",
        ] {
            assert!(text.lines().any(|has| has == line), "{line}\n{text}");
        }
        assert!(!text.contains("a clone"), "{text}");
    }
}
