//! What the sandbox's page quotes is what is run. The Rust of the pages is compared in `xtask/demo/tests/readme`.
#![cfg(test)]

use std::{fs, path::Path};

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
