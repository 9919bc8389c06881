//! `cargo xtask new-provider`: a crate for a provider, from an OpenAPI file.
//!
//! The crate compiles, and its tests pass. From then on, everything except `src/generated` is edited by hand.

mod credential;
mod environment;
mod name;
mod outputs;
mod pages;
mod sample;
mod source;
mod template;
mod texts;
mod wire;

#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use workspace::files::write as write_file;

use self::credential::Credential;
use crate::{
    adapt::{self, Wanted},
    emitted, files as generated, format, gather,
    kinds::Kinds,
    model::{Api, Field, Shape},
    problem::{Problem, Problems},
    report,
    tree::{self, Value},
    understand_tree,
};

/// The parts of a crate that is about to be created.
struct Provider {
    /// The package's name.
    name: String,
    api: Api,
    credential: Credential,
    /// The provider's address, if it is the same for every account.
    base_url: Option<String>,
}

impl Provider {
    /// Returns the crate's name in code.
    fn in_code(&self) -> String {
        self.name.replace('-', "_")
    }

    /// Returns whether responses are read into types that the description does not describe.
    fn has_outputs(&self) -> bool {
        let mut operations = self.api.operations.iter();
        operations.any(|one| one.output_type.is_some())
    }

    fn has_undocumented(&self) -> bool {
        self.api.operations.iter().any(|one| one.undocumented)
    }
}

/// Creates the crate. After a failure, leaves everything as it was.
pub(crate) fn make(
    root: &Path,
    name: &str,
    spec: &Path,
    wanted: Wanted<'_>,
) -> Result<String, String> {
    let mut problems = Vec::new();
    if let Err(problem) = name::check(root, name) {
        problems.push(problem);
    }
    let provider = match read(name, spec, wanted) {
        Ok(read) => Some(read),
        Err(found) => {
            problems.push(found);
            None
        }
    };
    let Some((text, provider, notes)) = provider.filter(|_| problems.is_empty()) else {
        return Err(problems.join("\n"));
    };
    let license =
        fs::read_to_string(root.join("LICENSE")).map_err(|error| format!("LICENSE: {error}"))?;
    let folder = format!("crates/{name}");
    let mut files: BTreeMap<String, String> = files(&provider)?
        .into_iter()
        .chain([
            ("LICENSE".to_owned(), license),
            ("openapi.yaml".to_owned(), text),
        ])
        .map(|(path, text)| (format!("{folder}/{path}"), text))
        .collect();
    format::format(root, &mut files)?;

    let written = write(root, &files);
    if written.is_err() {
        // `make` created the folder, so the folder contains no other files.
        let _ = fs::remove_dir_all(root.join(&folder));
    }
    written.map(|report| {
        let lists = pages::find(&provider.api).report();
        format!(
            "made {folder}: {} files\n{report}\n{notes}{lists}next: `cargo test -p {name}`; docs/adding-a-provider.md lists the remaining steps",
            files.len()
        )
    })
}

fn write(root: &Path, files: &BTreeMap<String, String>) -> Result<String, String> {
    for (path, text) in files {
        write_file(&root.join(path), text)?;
    }
    // The sandbox's description and the coverage table are generated from the crate.
    let wanted = generated::generate(root)?;
    let before: Vec<_> = wanted
        .keys()
        .map(|path| root.join(path))
        .map(|path| (fs::read(&path), path))
        .collect();
    generated::write(root, &wanted).inspect_err(|_| restore(&before))
}

/// Restores files to their earlier state, and deletes new files. Ignores errors, because the earlier failure is
/// reported.
fn restore(files: &[(io::Result<Vec<u8>>, PathBuf)]) {
    for (before, path) in files {
        match before {
            Ok(text) if fs::read(path).is_ok_and(|now| now == *text) => {}
            Ok(text) => {
                let _ = fs::write(path, text);
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let _ = fs::remove_file(path);
            }
            // The file could not be read, so it was not written either.
            Err(_) => {}
        }
    }
}

/// Returns the files of a crate for a description, without writing them.
pub(crate) fn draft(
    name: &str,
    path: &str,
    text: &[u8],
    wanted: Wanted<'_>,
) -> Result<BTreeMap<String, String>, String> {
    let (_, provider, _) = understand(name, path, text, None, wanted)?;
    files(&provider)
}

/// Reads the description from its file, and finds everything that a crate needs.
fn read(name: &str, spec: &Path, wanted: Wanted<'_>) -> Result<(String, Provider, String), String> {
    let path = spec.display().to_string();
    match fs::read(spec) {
        Ok(bytes) => understand(name, &path, &bytes, spec.parent(), wanted),
        Err(error) => {
            let mut problems = Problems::new(&path);
            problems.report(
                "",
                format!("the file can't be read: {error}"),
                "name the provider's description with --spec",
            );
            Err(report(&problems.into_list()))
        }
    }
}

/// A description in the form in which a new crate uses it.
struct Taken {
    tree: Value,
    api: Api,
    /// The text of the description, if nothing was changed in it.
    text: Option<String>,
    notes: Vec<String>,
}

/// Reads a description. If it is in the strict dialect and all of its operations are wanted, only the careful defaults
/// are added to it. Otherwise, it is adapted by the rules for published descriptions.
fn take(
    path: &str,
    bytes: &[u8],
    folder: Option<&Path>,
    wanted: Wanted<'_>,
) -> Result<Taken, String> {
    let strict = crate::understand(path, bytes);
    if wanted.only.is_empty() {
        if let Ok((mut tree, api)) = strict {
            let notes = adapt::careful(&mut tree);
            if notes.is_empty() {
                // JSON with tabs or surrogate pairs is not YAML. The text was already read as UTF-8.
                let is_yaml = !path.ends_with(".json");
                let text = is_yaml.then(|| String::from_utf8_lossy(bytes).into_owned());
                return Ok(Taken {
                    tree,
                    api,
                    text,
                    notes,
                });
            }
            let api = understand_tree(&tree, path).map_err(|problems| grouped(&problems))?;
            return Ok(Taken {
                tree,
                api,
                text: None,
                notes,
            });
        }
    }
    let mut problems = Problems::new(path);
    let text = std::str::from_utf8(bytes).ok();
    let tree = text.and_then(|text| tree::parse(text, path, &mut problems));
    let Some(tree) = tree else {
        return Err(strict
            .err()
            .map_or_else(String::new, |problems| report(&problems)));
    };
    let whole = gather::gather(tree, path, folder).map_err(|problems| grouped(&problems))?;
    let adapted = adapt::adapt(&whole, path, wanted).map_err(|problems| grouped(&problems))?;
    Ok(Taken {
        tree: adapted.tree,
        api: adapted.api,
        text: None,
        notes: adapted.notes,
    })
}

/// Reports the problems by kind, or each problem if they are few.
fn grouped(problems: &[Problem]) -> String {
    const FEW: usize = 20;
    if problems.len() <= FEW {
        return report(problems);
    }
    let mut kinds = Kinds::default();
    for problem in problems {
        kinds.add(problem);
    }
    format!(
        "{}{} in all; docs/adding-a-provider.md explains them, and --skip-unsupported leaves these calls out",
        kinds.report(),
        problems.len()
    )
}

fn understand(
    name: &str,
    path: &str,
    bytes: &[u8],
    folder: Option<&Path>,
    wanted: Wanted<'_>,
) -> Result<(String, Provider, String), String> {
    let Taken {
        mut tree,
        mut api,
        mut text,
        notes,
    } = take(path, bytes, folder, wanted)?;
    let loose = pages::loose(&api);
    if !loose.is_empty() {
        adapt::strict(&mut tree, &loose);
        api = understand_tree(&tree, path).map_err(|problems| grouped(&problems))?;
        text = None;
    }
    let mut problems = Problems::new(path);
    let credential = credential::choose(&api.access, &mut problems);
    let base_url = base_url(&api, &mut problems);
    for field in fields(&api).filter(|field| field.notes.hand_written) {
        problems.report(
            &field.at,
            "a setter that is hand-written, in a crate that has no hand-written code yet",
            "add `x-hand-written` after the crate is made",
        );
    }
    for operation in api.operations.iter().filter(|operation| operation.inner) {
        problems.report(
            &operation.at,
            "a request that is hand-written, in a crate that has no hand-written code yet",
            "add `x-hand-written` after the crate is made",
        );
    }
    match credential {
        Some(credential) if problems.is_empty() => {
            let text = match text {
                Some(text) => text,
                None => tree::to_json(&tree)?,
            };
            let name = name.to_owned();
            let notes = notes.iter().map(|line| format!("{line}\n")).collect();
            Ok((
                text,
                Provider {
                    name,
                    api,
                    credential,
                    base_url,
                },
                notes,
            ))
        }
        _ => Err(report(&problems.into_list())),
    }
}

fn base_url(api: &Api, p: &mut Problems) -> Option<String> {
    let servers = &api.access.servers;
    let safe = servers.iter().find(|url| url.starts_with("https://"));
    if safe.is_none() && !servers.is_empty() {
        p.report(
            "/servers",
            "no server is reached by https",
            "name one, or omit `servers` if each account has its own address",
        );
    }
    safe.cloned()
}

/// Returns the fields of all models and request bodies.
fn fields(api: &Api) -> impl Iterator<Item = &Field> {
    let in_models = api.models.iter().filter_map(|model| match &model.shape {
        Shape::Record(fields) => Some(fields),
        Shape::Choice(_) | Shape::Union(_) => None,
    });
    let in_bodies = api
        .operations
        .iter()
        .filter_map(|operation| operation.body.as_ref())
        .flat_map(|body| &body.fields);
    in_models.flatten().chain(in_bodies)
}

/// Returns the files below the crate's folder, not yet formatted.
fn files(provider: &Provider) -> Result<BTreeMap<String, String>, String> {
    let mut files = BTreeMap::new();
    let lists = pages::find(&provider.api);
    for (path, text) in emitted(&provider.api, &provider.in_code())? {
        files.insert(format!("src/generated/{path}"), text);
    }
    for (path, text) in [
        ("Cargo.toml", texts::manifest(provider, &lists)?),
        ("README.md", texts::readme(provider, &lists)),
        ("CHANGELOG.md", texts::changelog(provider)),
        ("src/lib.rs", source::library(provider, &lists)),
        ("src/client.rs", source::client(provider)),
        ("src/service.rs", source::service(provider)),
    ] {
        files.insert(path.to_owned(), text);
    }
    if provider.has_outputs() {
        files.insert("src/outputs.rs".to_owned(), outputs::module(provider));
    }
    files.extend(lists.files(provider));
    for (path, text) in wire::tests(provider) {
        files.insert(format!("tests/wire/{path}"), text);
    }
    Ok(files)
}
