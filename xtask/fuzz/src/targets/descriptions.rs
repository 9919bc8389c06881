use crate::response::LONGEST;

#[path = "../../../codegen/tests/words/description.rs"]
mod description;

#[path = "../../../codegen/tests/words/published.rs"]
mod published;

/// The longest text that is put into a description.
const TEXT: usize = 2_000;

/// Reading a description returns files or problems, within the limit of allocations. The documentation in the files
/// contains only text, and no file contains an invisible character.
///
/// The input is used in three ways. First, it is read as a description. Then, it replaces every text of a valid
/// description in the strict dialect. Last, it replaces every text of a valid description as a provider publishes it.
pub(super) fn run(text: &[u8]) {
    let text = text.get(..LONGEST).unwrap_or(text);
    for path in ["acme.yaml", "acme.json"] {
        match codegen::read_description(path, text) {
            Ok(files) => assert_eq!(codegen::audit_files(&files), Ok(())),
            Err(problems) => {
                assert!(!problems.is_empty());
                for problem in &problems {
                    assert!(problem.starts_with(path), "{problem}");
                    assert!(!problem.contains(char::is_control), "{problem}");
                }
            }
        }
    }
    let words = String::from_utf8_lossy(text.get(..TEXT).unwrap_or(text));
    let described = description::description(|| words.to_string());
    let files = codegen::read_description("acme.json", described.as_bytes()).unwrap();
    assert_eq!(codegen::audit_files(&files), Ok(()));
    // Operations that can't be generated are left out. With some texts, none can be generated, which is an error.
    let published = published::published(|| words.to_string());
    let made = codegen::new_crate_of("acme-things", "acme.json", published.as_bytes(), &[], true);
    let generated = made
        .unwrap_or_default()
        .into_iter()
        .filter_map(|(path, text)| {
            let path = path.strip_prefix("src/generated/")?;
            Some((path.to_owned(), text))
        });
    assert_eq!(codegen::audit_files(&generated.collect()), Ok(()));
}
