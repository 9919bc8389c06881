//! Checks that need only the source.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::{Files, count, descriptions, plain, published};

fn generated(text: &str) -> Files {
    codegen::read_description("acme.json", text.as_bytes())
        .unwrap_or_else(|problems| panic!("{text}\n{problems:#?}"))
}

fn created(text: &str) -> Files {
    codegen::new_crate("acme-things", "acme.json", text.as_bytes())
        .unwrap_or_else(|problems| panic!("{text}\n{problems:#?}"))
}

/// Returns the tokens of a file without their texts. A literal is one token, a comment is none. The texts are checked
/// here.
fn shape(path: &str, source: &str) -> String {
    let stream: TokenStream = source
        .parse()
        .unwrap_or_else(|error| panic!("{path}: {error}\n{source}"));
    let mut out = String::new();
    write(stream, &mut out);
    out
}

fn write(stream: TokenStream, out: &mut String) {
    let mut tokens = stream.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Literal(_) => out.push_str(" literal"),
            TokenTree::Ident(name) => {
                let name = name.to_string();
                assert!(name.is_ascii(), "{name}");
                if name == "note" {
                    note(tokens.clone().nth(1));
                }
                out.push(' ');
                out.push_str(&name);
            }
            TokenTree::Punct(punct) => {
                let inner = tokens.peek();
                let is_docs = matches!(inner, Some(TokenTree::Group(group))
                    if group.delimiter() == Delimiter::Bracket && group.stream().to_string().starts_with("doc ="));
                if punct.as_char() == '#' && is_docs {
                    tokens.next();
                } else if punct.as_char() != '!' || !is_docs {
                    out.push(punct.as_char());
                }
            }
            TokenTree::Group(group) => {
                out.push_str(&format!(" {:?}(", group.delimiter()));
                write(group.stream(), out);
                out.push(')');
            }
        }
    }
}

/// Rustdoc reads a deprecation's note as markdown.
fn note(token: Option<TokenTree>) {
    if let Some(TokenTree::Literal(literal)) = token {
        let note: syn::LitStr = syn::parse_str(&literal.to_string()).unwrap();
        codegen::audit_markdown(&note.value()).unwrap();
    }
}

fn is_visible(c: char) -> bool {
    // With other code than the generator's own.
    let hidden = c.is_control()
        || matches!(
            c,
            '\u{AD}'
                | '\u{34F}'
                | '\u{61C}'
                | '\u{115F}'
                | '\u{1160}'
                | '\u{17B4}'
                | '\u{17B5}'
                | '\u{180B}'..='\u{180F}'
        )
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202F}' | '\u{205F}'..='\u{206F}' | '\u{2800}' | '\u{3000}' | '\u{3164}')
        || matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{FFFE}' | '\u{FFFF}')
        || matches!(c, '\u{E0000}'..='\u{10FFFF}');
    !hidden
}

/// The generator's own comments in a page.
const MARKS: [&str; 2] = ["<!-- dependencies -->\n", "<!-- /dependencies -->\n"];

/// Returns the headings, lists, tables and code blocks of a page, without their words.
fn outline(page: &str) -> String {
    use pulldown_cmark::{Event, Options, Parser, Tag};
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS;
    let mut out = String::new();
    for event in Parser::new_ext(page, options) {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => {
                // An item's link consists of the generator's names.
                let is_item = dest_url.strip_prefix("crate::").is_some_and(|path| {
                    path.chars()
                        .all(|c| c.is_ascii_alphanumeric() || "_:".contains(c))
                });
                assert!(
                    is_item || dest_url.starts_with("https://"),
                    "{dest_url}\n{page}"
                );
            }
            // The words of the title, with their emphasis.
            Event::Start(Tag::Emphasis | Tag::Strong) | Event::End(_) => {}
            Event::Start(tag) => out += &format!("{tag:?} "),
            // The marks of the dependency lines. Another page has as many.
            Event::Html(html) if MARKS.contains(&&*html) => out += &html,
            Event::Html(_) | Event::InlineHtml(_) => panic!("{event:?}\n{page}"),
            _ => {}
        }
    }
    out
}

#[test]
fn texts_stay_texts_in_the_source() {
    let form = |path: &str, text: &str| {
        if path.ends_with(".md") {
            outline(text)
        } else {
            shape(path, text)
        }
    };
    let wanted: Vec<(String, String)> = generated(&plain())
        .iter()
        .map(|(path, text)| (path.clone(), form(path, text)))
        .collect();
    let mut planted = 0;
    for text in descriptions(count(400)) {
        let files = generated(&text);
        codegen::audit_files(&files).unwrap();
        assert_eq!(files.len(), wanted.len());
        for ((path, source), (name, form_of_plain)) in files.iter().zip(&wanted) {
            assert_eq!(path, name);
            let hidden = source.chars().find(|c| *c != '\n' && !is_visible(*c));
            assert_eq!(hidden, None, "{path}\n{source}");
            assert_eq!(form(path, source), *form_of_plain, "{path}\n{source}");
            planted += source.matches(super::texts::PLANTED).count();
        }
    }
    // The texts are present.
    assert!(planted > 1_000, "{planted}");
}

#[test]
fn texts_stay_texts_in_a_new_crate() {
    let wanted = created(&plain());
    for text in descriptions(count(60)) {
        for (path, file) in created(&text) {
            let plain = &wanted[&path];
            let hidden = file.chars().find(|c| *c != '\n' && !is_visible(*c));
            assert_eq!(hidden, None, "{path}\n{file}");
            if path.ends_with(".rs") {
                assert_eq!(shape(&path, &file), shape(&path, plain), "{path}\n{file}");
            } else if path.ends_with(".md") {
                assert_eq!(outline(&file), outline(plain), "{path}\n{file}");
            } else {
                // Only the description differs in the manifest, and it is one string.
                let others = |text: &str| -> Vec<String> {
                    let is_other = |line: &&str| !line.starts_with("description = \"");
                    text.lines().filter(is_other).map(str::to_owned).collect()
                };
                assert_eq!(others(&file), others(plain), "{path}");
            }
        }
    }
}

/// The rules change a published description, and what they write is text too. Names follow from texts here, so that the
/// source can't be compared; it is still source, and its words are words.
#[test]
fn texts_of_a_published_description_stay_texts() {
    let (mut crates, mut planted) = (0, 0);
    let wanted = count(60);
    for text in published(wanted) {
        let files = codegen::new_crate_of("acme-things", "acme.json", text.as_bytes(), &[], true);
        let files = match files {
            Ok(files) => files,
            Err(problems) => {
                let hidden = problems
                    .iter()
                    .flat_map(|line| line.chars())
                    .find(|c| !is_visible(*c));
                assert_eq!(hidden, None, "{problems:#?}");
                continue;
            }
        };
        crates += 1;
        let generated: Files = files
            .iter()
            .filter_map(|(path, text)| {
                let path = path.strip_prefix("src/generated/")?;
                Some((path.to_owned(), text.clone()))
            })
            .collect();
        codegen::audit_files(&generated).unwrap();
        for (path, file) in &files {
            let hidden = file.chars().find(|c| *c != '\n' && !is_visible(*c));
            assert_eq!(hidden, None, "{path}\n{file}");
            if path.ends_with(".rs") {
                shape(path, file);
            } else if path.ends_with(".md") {
                outline(file);
            }
            planted += file.matches(super::texts::PLANTED).count();
        }
    }
    assert!(crates * 4 > wanted * 3, "{crates} of {wanted}");
    assert!(planted > 20 * wanted, "{planted}");
}
