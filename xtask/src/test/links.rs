//! Checks the links of the documents. Each relative link must lead to a file. If the link has an anchor, the link must
//! lead to a heading of that file.
//!
//! Links to other hosts are not checked, because a test must not depend on them.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Follows every relative link in every Markdown file below the folder, and counts them.
///
/// # Errors
///
/// Fails with a line for every link that leads nowhere, or if a file can't be read.
pub(super) fn check(root: &Path) -> Result<String, String> {
    let mut documents = Vec::new();
    collect(root, &mut documents)?;
    documents.sort();
    let (mut followed, mut broken) = (0_usize, Vec::new());
    for document in &documents {
        let shown = document.strip_prefix(root).unwrap_or(document).display();
        for link in links(&read(document)?) {
            followed += 1;
            if let Err(problem) = follow(document, &link.target) {
                broken.push(format!(
                    "{shown}:{}: `{}` {problem}",
                    link.line, link.target
                ));
            }
        }
    }
    if broken.is_empty() {
        Ok(format!("{followed} links in {} files", documents.len()))
    } else {
        Err(broken.join("\n"))
    }
}

/// A relative link, and its line number.
#[derive(Debug, Eq, PartialEq)]
struct Link {
    line: usize,
    target: String,
}

/// Returns the Markdown files of a folder and its subfolders, except hidden ones and cargo's build folder.
fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), String> {
    let said = |error| format!("{}: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(said)? {
        let entry = entry.map_err(said)?;
        let name = entry.file_name();
        if name.as_encoded_bytes().starts_with(b".") || name == "target" {
            continue;
        }
        let path = entry.path();
        if entry.file_type().map_err(said)?.is_dir() {
            collect(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Follows a link, relative to its document.
fn follow(document: &Path, target: &str) -> Result<(), &'static str> {
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let file = if path.is_empty() {
        document.to_path_buf()
    } else {
        document.with_file_name("").join(path)
    };
    if !file.exists() {
        return Err("leads to no file");
    }
    if anchor.is_empty() {
        return Ok(());
    }
    match read(&file) {
        Ok(text) if anchors(&text).contains(anchor) => Ok(()),
        _ => Err("leads to no heading"),
    }
}

/// Returns the relative links of a document, outside of code: inline links, images, and definitions.
fn links(text: &str) -> Vec<Link> {
    let mut links = Vec::new();
    for (line, text) in prose(text) {
        let text = without_code(text);
        let definition = text
            .strip_prefix('[')
            .and_then(|rest| rest.split_once("]: "))
            .map(|(_, target)| target);
        let inline = text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split_once(')'))
            .map(|(target, _)| target);
        for target in definition.into_iter().chain(inline) {
            // The part after the address is the link's title.
            let target = target.split_whitespace().next().unwrap_or_default();
            // Rustdoc checks links to items.
            let is_elsewhere = target.contains("://") || target.starts_with("mailto:");
            if !is_elsewhere && !target.starts_with("crate::") {
                links.push(Link {
                    line,
                    target: target.to_owned(),
                });
            }
        }
    }
    links
}

/// Returns the lines outside of fenced code, numbered from 1.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fence = None;
    text.lines().zip(1..).filter_map(move |(text, line)| {
        let mark = ["```", "~~~"]
            .into_iter()
            .find(|mark| text.trim_start().starts_with(mark));
        match (fence, mark) {
            (None, None) => return Some((line, text)),
            (None, Some(_)) => fence = mark,
            (Some(open), Some(mark)) if open == mark => fence = None,
            (Some(_), _) => {}
        }
        None
    })
}

/// Replaces each piece of code in a line by one backtick, so that the words around the code do not run together.
fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join("`")
}

/// Returns the anchors of a document's headings, as the usual hosts make them: lower case, hyphens for spaces, and
/// otherwise only letters, digits and underscores. A repeated anchor gets a number.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    for (_, line) in prose(text) {
        let title = line.trim_start_matches('#');
        if title.len() == line.len() || !title.starts_with(' ') {
            continue;
        }
        let anchor: String = title
            .trim()
            .to_lowercase()
            .chars()
            .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
            .map(|c| if c == ' ' { '-' } else { c })
            .collect();
        let free = (1_usize..)
            .map(|number| format!("{anchor}-{number}"))
            .find(|numbered| !anchors.contains(numbered));
        match free {
            Some(numbered) if anchors.contains(&anchor) => anchors.insert(numbered),
            _ => anchors.insert(anchor),
        };
    }
    anchors
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::{anchors, check, links};

    fn targets(text: &str) -> Vec<String> {
        links(text).into_iter().map(|link| link.target).collect()
    }

    #[test]
    fn this_project_s_links_lead_somewhere() {
        check(&workspace::checkout::root(env!("CARGO_MANIFEST_DIR"))).unwrap();
    }

    #[test]
    fn links_images_and_definitions_are_found() {
        let text = "a [b](c.md) and ![d](e.svg \"title\"), [`f`](g.md#h)\n\n[i]: ../j.md\n";
        assert_eq!(targets(text), ["c.md", "e.svg", "g.md#h", "../j.md"]);
        assert_eq!(links(text).last().unwrap().line, 3);
    }

    #[test]
    fn code_and_other_hosts_are_left_alone() {
        let text = "`[a](b)` [c](https://d.example) [e](mailto:f@g.example) [f](crate::F)\n```text\n[h](i)\n~~~\n[j](k)\n```\n[l](m)";
        assert_eq!(targets(text), ["m"]);
    }

    #[test]
    fn headings_become_anchors() {
        let text = "# Delivery & retries\n## What's `send_all`?\n```sh\n# no heading\n```\n## A\n## A\n#hashtag\n";
        let expected = ["a", "a-1", "delivery--retries", "whats-send_all"];
        assert!(anchors(text).iter().eq(&expected), "{:?}", anchors(text));
    }

    #[test]
    fn what_leads_nowhere_is_told_with_its_line() {
        let folder = std::env::temp_dir().join(format!("links-{}", std::process::id()));
        fs::create_dir_all(folder.join("docs")).unwrap();
        let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
        write("README.md", "# Top\n[a](docs/a.md#one) [b](#top)\n");
        write("docs/a.md", "# One\n[up](../README.md)\n");
        let good = check(&folder);
        write("docs/b.md", "[a](a.md#two)\n[c](c.md)\n");
        let bad = check(&folder);
        fs::remove_dir_all(&folder).unwrap();

        assert_eq!(good.unwrap(), "3 links in 2 files");
        let shown = Path::new("docs").join("b.md").display().to_string();
        assert_eq!(
            bad.unwrap_err(),
            format!(
                "{shown}:1: `a.md#two` leads to no heading\n{shown}:2: `c.md` leads to no file"
            )
        );
    }
}
