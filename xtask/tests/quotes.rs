//! What the docs quote from tests is what the tests say.
#![cfg(test)]

use std::{collections::BTreeSet, fs, path::Path};

#[test]
fn every_rust_block_of_testing_your_code_is_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let read = |path: &str| fs::read_to_string(root.join(path)).unwrap();
    let tests: Vec<String> = [
        "ravelin-labels",
        "helpdesk-customers",
        "revnue-customers",
        "feedback-invitations",
    ]
    .map(|name| read(&format!("crates/{name}/tests/testing_your_code.rs")))
    .to_vec();

    let page = read("docs/testing-your-code.md");
    let blocks: Vec<&str> = page
        .split("```rust\n")
        .skip(1)
        .filter_map(|rest| rest.split_once("\n```").map(|(block, _)| block))
        .collect();
    assert!(blocks.len() >= 5, "only {} blocks", blocks.len());
    for block in blocks {
        let body = without_imports(block);
        let test = tests.iter().find(|test| test.contains(body));
        let test = test.unwrap_or_else(|| panic!("no test says\n{body}"));
        let words: BTreeSet<&str> = body
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .collect();
        let needed: BTreeSet<String> = imports(test)
            .into_iter()
            .filter(|path| words.contains(path.rsplit("::").next().unwrap()))
            .collect();
        assert_eq!(imports(block), needed, "the imports of\n{block}");
    }
}

#[test]
fn every_script_of_the_sandbox_page_is_a_file_that_is_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let page = fs::read_to_string(root.join("docs/sandbox.md")).unwrap();
    let folder = root.join("crates/customer-api-sandbox-server/tests/languages");
    let mut scripts = 0;
    for file in fs::read_dir(folder).unwrap() {
        let file = file.unwrap().path();
        let (name, script) = (
            file.file_name().unwrap(),
            fs::read_to_string(&file).unwrap(),
        );
        let language = match file.extension().and_then(|kind| kind.to_str()) {
            Some("py") => "python",
            Some(kind) => kind,
            None => panic!("{}", file.display()),
        };
        let block = format!("\n```{language}\n{script}```\n");
        assert!(page.contains(&block), "the page does not quote {name:?}");
        scripts += 1;
    }
    assert_eq!(scripts, 3);
    // Shell has other blocks too, which are run by `tests/page.rs` of the crate.
    for language in ["python", "ts"] {
        let blocks = page.matches(&format!("\n```{language}\n")).count();
        assert_eq!(blocks, 1, "{language}");
    }
}

/// Returns the part of a block after its imports.
fn without_imports(block: &str) -> &str {
    let mut rest = block;
    while rest.starts_with("use ") {
        let (_, after) = rest.split_once(";\n").unwrap();
        rest = after.trim_start();
    }
    rest
}

/// Returns the path of each imported item.
fn imports(text: &str) -> BTreeSet<String> {
    format!("\n{text}")
        .split("\nuse ")
        .skip(1)
        .flat_map(|rest| expanded(rest.split_once(';').unwrap().0))
        .collect()
}

/// Returns the paths of a tree such as `a::{b, c::{d, e}}`.
fn expanded(tree: &str) -> Vec<String> {
    let Some((head, rest)) = tree.split_once('{') else {
        let path = tree.trim();
        return (!path.is_empty())
            .then(|| path.to_owned())
            .into_iter()
            .collect();
    };
    let inner = rest.trim_end().strip_suffix('}').unwrap();
    let mut depth = 0;
    inner
        .split(|c| {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            c == ',' && depth == 0
        })
        .filter(|part| !part.trim().is_empty())
        .flat_map(|part| expanded(&format!("{}{}", head.trim(), part.trim())))
        .collect()
}
