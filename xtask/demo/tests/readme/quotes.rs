//! Each Rust block of a README, and of the pages in `docs/`, is code that is run: a part of a test, or a program in `examples/`.

use std::{collections::BTreeSet, fs, path::Path};

const TESTS: &str = "xtask/demo/tests/readme";

/// A page, and the files that it quotes. A name without a folder is below [`TESTS`].
const PAGES: [(&str, &[&str]); 15] = [
    ("README.md", &[]),
    ("crates/ravelin-labels/README.md", &["ravelin.rs"]),
    ("crates/helpdesk-customers/README.md", &["omnidesk.rs"]),
    ("crates/revnue-customers/README.md", &["revnue.rs"]),
    (
        "crates/feedback-invitations/README.md",
        &["customer_radar.rs"],
    ),
    ("crates/customer-api-core/README.md", &["core.rs"]),
    ("crates/customer-api-ledger/README.md", &["ledger.rs"]),
    ("crates/customer-api-postgres/README.md", &["stores.rs"]),
    ("crates/customer-api-redis/README.md", &["stores.rs"]),
    ("crates/customer-api-sandbox/README.md", &["sandbox.rs"]),
    (
        "docs/delivery-and-retries.md",
        &["pages.rs", "xtask/demo/examples/logs.rs"],
    ),
    ("docs/once-and-settled.md", &["pages.rs", "ravelin.rs"]),
    ("docs/many-machines.md", &["stores.rs"]),
    ("docs/observability.md", &[]),
    (
        "docs/testing-your-code.md",
        &[
            "crates/ravelin-labels/tests/testing_your_code.rs",
            "crates/helpdesk-customers/tests/testing_your_code.rs",
            "crates/revnue-customers/tests/testing_your_code.rs",
            "crates/feedback-invitations/tests/testing_your_code.rs",
        ],
    ),
];

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs::read_to_string(root.join(path)).unwrap()
}

/// Returns the Rust blocks of a page.
fn blocks(page: &str) -> Vec<&str> {
    page.split("\n```rust")
        .skip(1)
        .map(|rest| {
            let (first, rest) = rest.split_once('\n').unwrap();
            assert_eq!(first, "", "a block of Rust with an attribute is not run");
            rest.split_once("\n```").unwrap().0
        })
        .collect()
}

#[test]
fn every_block_is_run() {
    let programs: Vec<String> =
        fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"))
            .unwrap()
            .map(|file| fs::read_to_string(file.unwrap().path()).unwrap())
            .collect();
    let mut quoted = 0;
    for (page, files) in PAGES {
        let files = files.iter().map(|file| match file.contains('/') {
            true => read(file),
            false => read(&format!("{TESTS}/{file}")),
        });
        let files: Vec<String> = files.collect();
        for block in blocks(&read(page)) {
            quoted += 1;
            if block.contains("\nasync fn main()") {
                let program = format!("{block}\n");
                assert!(
                    programs.iter().any(|file| file.ends_with(&program)),
                    "{page}: no program says\n{block}"
                );
                continue;
            }
            let (imported, body) = parts(block);
            let says = |file: &&String| {
                [0, 4, 8, 12]
                    .iter()
                    .any(|by| file.contains(&indented(body, *by)))
            };
            let file = files.iter().find(says);
            let file = file.unwrap_or_else(|| panic!("{page}: no test says\n{body}"));
            assert_eq!(
                imported,
                needed(body, &imports(file)),
                "{page}: the imports of\n{body}"
            );
        }
    }
    assert!(quoted > 50, "only {quoted} blocks");
}

/// Every page with Rust is compared, so that a new block can't stay unseen.
#[test]
fn no_page_is_left_out() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let names = |folder: &str| -> Vec<String> {
        let entries = fs::read_dir(root.join(folder)).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect()
    };
    let readmes = names("crates")
        .into_iter()
        .map(|name| format!("crates/{name}/README.md"));
    let pages = names("docs")
        .into_iter()
        .filter(|name| name.ends_with(".md"));
    for path in readmes.chain(pages.map(|name| format!("docs/{name}"))) {
        // The tests of the cookbook compare its recipes.
        let is_compared = path == "docs/cookbook.md" || PAGES.iter().any(|(page, _)| *page == path);
        assert!(is_compared || !read(&path).contains("```rust"), "{path}");
    }
}

/// Returns the imports of a block, and what follows them.
fn parts(block: &str) -> (BTreeSet<String>, &str) {
    let mut rest = block;
    while rest.starts_with("use ") {
        rest = rest.split_once(";\n").unwrap().1.trim_start();
    }
    let head = block.strip_suffix(rest).unwrap();
    (imports(head), rest)
}

/// Returns those of a file's imports that a block needs: a trait without a name if one of its methods is called, and a module if
/// the block names something in it.
fn needed(body: &str, imports: &BTreeSet<String>) -> BTreeSet<String> {
    // Of a path, only the first name can be imported.
    let words: BTreeSet<&str> = body
        .split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':')
        .filter_map(|path| path.split("::").next())
        .collect();
    let is_needed = |path: &&String| match path.trim_end_matches("::self").rsplit("::").next() {
        Some("CallExt as _") => body.contains(".once("),
        Some("ClientExt as _") => body.contains(".send_all("),
        Some("SubscriberExt as _") => body.contains("registry()"),
        Some("SubscriberInitExt as _") => body.contains(".init()"),
        Some("async_trait") => body.contains("#[async_trait]"),
        Some(name) if name.starts_with(char::is_lowercase) => body.contains(&format!("{name}::")),
        name => name.is_some_and(|name| words.contains(name)),
    };
    imports.iter().filter(is_needed).cloned().collect()
}

fn indented(body: &str, by: usize) -> String {
    let lines = body.lines().map(|line| match line {
        "" => String::new(),
        _ => format!("{:by$}{line}", ""),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Returns the path of each imported item.
fn imports(text: &str) -> BTreeSet<String> {
    format!("\n{text}")
        .split("\nuse ")
        .skip(1)
        .flat_map(|rest| expanded(rest.split_once(';').unwrap().0))
        .filter(|path| !path.starts_with("crate::"))
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
