//! Runs rustdoc on many outputs, merged into one crate, to find tests and to make pages.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{Files, count, descriptions, texts::PLANTED};

/// The number of outputs in one crate.
const BATCH: usize = 250;

/// The dependencies of the emitted code, as cargo built them for the crate that the generator's own tests compile.
struct Dependencies {
    externs: Vec<String>,
    folder: PathBuf,
}

fn dependencies() -> Dependencies {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args([
            "build",
            "--quiet",
            "--package",
            "golden",
            "--message-format",
            "json",
        ])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut externs = Vec::new();
    let mut folder = None;
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let message: serde_json::Value = serde_json::from_str(line).unwrap();
        let name = message["target"]["name"].as_str().unwrap_or_default();
        if !["customer_api_core", "serde", "serde_json"].contains(&name) {
            continue;
        }
        let files = message["filenames"].as_array().unwrap();
        let file = files
            .iter()
            .filter_map(serde_json::Value::as_str)
            .find(|file| file.ends_with(".rlib"))
            .unwrap();
        externs.push(format!("{name}={file}"));
        folder = Path::new(file).parent().map(Path::to_path_buf);
    }
    assert_eq!(externs.len(), 3, "{externs:?}");
    let folder = folder.unwrap();
    let folder = if folder.ends_with("deps") {
        folder
    } else {
        folder.join("deps")
    };
    Dependencies { externs, folder }
}

impl Dependencies {
    fn rustdoc(&self, batch: &Path, arguments: &[&str]) -> String {
        let mut command =
            Command::new(std::env::var_os("RUSTDOC").unwrap_or_else(|| "rustdoc".into()));
        command
            .args([
                "--edition",
                "2024",
                "--crate-name",
                "batch",
                "--crate-type",
                "lib",
                "lib.rs",
            ])
            .arg("-L")
            .arg(format!("dependency={}", self.folder.display()));
        for one in &self.externs {
            command.args(["--extern", one]);
        }
        let output = command.args(arguments).current_dir(batch).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "{}",
            errors.chars().take(5_000).collect::<String>()
        );
        // The lints about links, tags and addresses report here.
        assert!(
            errors.is_empty(),
            "{}",
            errors.chars().take(5_000).collect::<String>()
        );
        String::from_utf8(output.stdout).unwrap()
    }
}

/// The number of operations in a description.
const CALLS: usize = 2;

/// The first line of the crate's documentation has the one test that rustdoc must find. This proves that rustdoc
/// searches.
const HEAD: &str = r#"//! ```ignore
//! assert!(true);
//! ```
#![allow(dead_code, deprecated, unused)]

use customer_api_core::{Service, http::{HeaderMap, StatusCode}, service::ErrorDetails};

/// The provider.
#[derive(Debug)]
pub struct Acme;

impl Service for Acme {
    fn name(&self) -> &'static str {
        "acme"
    }

    fn user_agent(&self) -> &'static str {
        "acme"
    }

    fn read_error(&self, _: StatusCode, _: &HeaderMap, _: &[u8]) -> ErrorDetails {
        ErrorDetails::new()
    }
}
"#;

fn write(batch: &Path, outputs: &[Files]) {
    let mut library = HEAD.to_owned();
    for (number, files) in outputs.iter().enumerate() {
        // As a provider crate shows them.
        library += &format!(
            "/// One.\n///\n#[doc = include_str!(\"d{number}/generated/calls.md\")]\n\
             pub mod d{number} {{\n    mod generated;\n    #[doc(inline)]\n    \
             pub use generated::{{models::*, operations::*}};\n    pub use crate::Acme;\n}}\n"
        );
        for (path, text) in files {
            let path = batch.join(format!("d{number}/generated/{path}"));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let text = text
                .replace("crate::generated", &format!("crate::d{number}::generated"))
                .replace("(crate::", &format!("(crate::d{number}::"))
                .replace("acme::", &format!("batch::d{number}::"));
            fs::write(path, text).unwrap();
        }
    }
    fs::write(batch.join("lib.rs"), library).unwrap();
}

/// Returns the tags of a page: the text between `<` and `>`. In rustdoc's pages no attribute contains either.
fn tags(page: &str) -> impl Iterator<Item = &str> {
    page.split('<')
        .skip(1)
        .map(|rest| rest.split('>').next().unwrap_or_default())
}

/// Checks all pages below a folder. Returns their number, and how often a text occurs in them.
fn look(folder: &Path) -> (usize, usize) {
    let (mut pages, mut seen) = (0, 0);
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let (more, times) = look(&path);
            pages += more;
            seen += times;
        } else if path.extension().is_some_and(|end| end == "html") {
            let page = fs::read_to_string(&path).unwrap();
            let mut blocks = 0;
            for tag in tags(&page) {
                let is_link = tag.starts_with("a href=\"https://");
                // The first words of a page, in one quoted attribute.
                let summary = tag.strip_prefix("meta name=\"description\" content=\"");
                let is_summary =
                    summary.and_then(|rest| rest.find('"').map(|end| end + 1 == rest.len()));
                let names = tag.to_ascii_lowercase();
                assert!(
                    is_link || is_summary == Some(true) || !names.contains(PLANTED),
                    "<{tag}> in {}",
                    path.display()
                );
                blocks += usize::from(names.contains("example-wrap"));
            }
            // The code blocks of the generator's own: the calls of an operation.
            let name = path.file_name().unwrap_or_default();
            let calls = match name.to_str().unwrap_or_default() {
                // The page of a private module only leads to the public one.
                _ if page.contains("http-equiv=\"refresh\"") => 0,
                "struct.SendIt.html" | "struct.SendOne.html" => 1,
                _ => 0,
            };
            assert_eq!(blocks, calls, "code blocks in {}", path.display());
            pages += 1;
            seen += page.matches(PLANTED).count();
        }
    }
    (pages, seen)
}

#[test]
fn rustdoc_finds_nothing_but_text() {
    let dependencies = dependencies();
    let folder =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("words-{}", std::process::id()));
    let all: Vec<String> = descriptions(count(12)).collect();
    let (mut tests, mut pages, mut seen) = (0, 0, 0);
    for texts in all.chunks(BATCH) {
        let _ = fs::remove_dir_all(&folder);
        let outputs: Vec<Files> = texts
            .iter()
            .map(|text| codegen::read_description("acme.json", text.as_bytes()).unwrap())
            .collect();
        write(&folder, &outputs);

        let list = dependencies.rustdoc(&folder, &["--test", "--test-args=--list"]);
        let found: Vec<&str> = list
            .lines()
            .filter(|line| line.ends_with(": test"))
            .collect();
        // The generator's own: a call of each operation.
        let is_call = |line: &&str| line.contains("/generated/operations/send_");
        let (calls, others): (Vec<&str>, Vec<&str>) = found.into_iter().partition(is_call);
        assert_eq!(others, ["lib.rs - (line 1): test"], "{list}");
        assert_eq!(calls.len(), CALLS * outputs.len(), "{list}");
        tests += others.len() - 1;

        dependencies.rustdoc(&folder, &["--out-dir", "doc"]);
        // The page of the crate has our own code block.
        fs::remove_file(folder.join("doc/batch/index.html")).unwrap();
        let (more, times) = look(&folder.join("doc/batch"));
        pages += more;
        seen += times;
    }
    let _ = fs::remove_dir_all(&folder);
    assert!(
        pages >= 10 * all.len() && seen > all.len(),
        "{pages} pages, {seen} texts"
    );
    println!(
        "{} descriptions: {tests} tests, {pages} pages, 0 tags among {seen} texts",
        all.len()
    );
}
