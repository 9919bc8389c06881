//! Checks that patterns read as sets of characters mean the same as to the engine.

use proptest::{prelude::*, sample::select};
use regex_lite::Regex;

use super::{emitted, sending_property};
use crate::characters::{Characters, of};

fn read(pattern: &str) -> (u8, Vec<(char, char)>) {
    let Characters { least, ranges } =
        of(pattern).unwrap_or_else(|| panic!("{pattern} is not read"));
    (least, ranges)
}

/// Core's use of the set.
fn accepts(characters: &Characters, text: &str) -> bool {
    let in_set = |c| {
        let mut ranges = characters.ranges.iter();
        ranges.any(|(first, last)| *first <= c && c <= *last)
    };
    text.chars().count() >= usize::from(characters.least) && text.chars().all(in_set)
}

#[test]
fn a_class_becomes_merged_ranges_in_order() {
    assert_eq!(
        read("^[a-zA-ZÀ-ÖØ-Þß-öø-ÿŠš.\\-' ]+$"),
        (
            1,
            vec![
                (' ', ' '),
                ('\'', '\''),
                ('-', '.'),
                ('A', 'Z'),
                ('a', 'z'),
                ('À', 'Ö'),
                ('Ø', 'ö'),
                ('ø', 'ÿ'),
                ('Š', 'š'),
            ]
        )
    );
    for (pattern, ranges) in [
        ("^[ba]*$", vec![('a', 'b')]),
        ("^[b-da-zc]*$", vec![('a', 'z')]),
        (r"^[-a]*$", vec![('-', '-'), ('a', 'a')]),
        (r"^[a-c-]*$", vec![('-', '-'), ('a', 'c')]),
        (r"^[+-\-]*$", vec![('+', '-')]),
        (r"^[\].\\^]*$", vec![('.', '.'), ('\\', '^')]),
        (r"^[\u0009\u00e0-\u00E2]*$", vec![('\t', '\t'), ('à', 'â')]),
        (
            "^[\u{D7FF}\u{E000}-\u{10FFFF}a]*$",
            vec![('a', 'a'), ('\u{D7FF}', char::MAX)],
        ),
    ] {
        assert_eq!(read(pattern), (0, ranges), "{pattern}");
    }
}

#[test]
fn a_negated_class_becomes_all_other_characters() {
    for (pattern, ranges) in [
        (
            r"^[^\u0000-\u001F\u007F-\u009F]*$",
            vec![(' ', '~'), ('\u{A0}', char::MAX)],
        ),
        ("^[^b]*$", vec![('\0', 'a'), ('c', char::MAX)]),
        ("^[^b-\u{10FFFF}]*$", vec![('\0', 'a')]),
        (
            "^[^a-\u{D7FF}]*$",
            vec![('\0', '`'), ('\u{E000}', char::MAX)],
        ),
        (
            "^[^\u{E000}]*$",
            vec![('\0', '\u{D7FF}'), ('\u{E001}', char::MAX)],
        ),
        ("^[^\0-\u{10FFFF}]*$", vec![]),
    ] {
        assert_eq!(read(pattern), (0, ranges), "{pattern}");
    }
}

#[test]
fn everything_else_is_left_to_the_engine() {
    for pattern in [
        "",
        "[a]+",
        "^[a]+",
        "[a]+$",
        "^[a]$",
        "^[a]?$",
        "^[a]{2}$",
        "^[a]+?$",
        "^a+$",
        r"^\+[0-9]+$",
        "^[a]+[b]+$",
        "^[a]x[b]+$",
        "^[a]+$|^[b]+$",
        "^([0-9]+|email|telephone|facebook|twitter)$",
        "^[]+$",
        "^[^]*$",
        "^[z-a]+$",
        "^[a-b-c]+$",
        "^[a--]+$",
        "^[--a]+$",
        "^[a&&b]+$",
        "^[a~~b]+$",
        "^[[:alpha:]]+$",
        r"^[\d]+$",
        r"^[\w]+$",
        r"^[\s]+$",
        r"^[\n]+$",
        r"^[\x41]+$",
        r"^[\u0160]+$",
        r"^[\u00+1]+$",
        r"^[\u00]+$",
        r"^[\u00é]+$",
        r"^[\u{61}]+$",
        r"^[a\]+$",
    ] {
        assert_eq!(of(pattern), None, "{pattern}");
    }
}

#[test]
fn the_set_is_emitted_beside_the_pattern() {
    let rule_of = |pattern: &str| {
        let schema = format!("{{ type: string, pattern: '{pattern}' }}");
        let text = &emitted(&sending_property(&schema))["operations/act.rs"];
        let rule = text.split_once("TextRule::new()").unwrap().1;
        rule.split_once(";").unwrap().0.to_owned()
    };
    assert_eq!(
        rule_of(r"^[^\u0000-\u001F]*$"),
        r#".pattern(r"^[^\u0000-\u001F]*$").characters(0, &[(' ', '\u{10ffff}')])"#
    );
    assert_eq!(
        rule_of(r"^[\\.c]+$"),
        r#".pattern(r"^[\\.c]+$").characters(1, &[('.', '.'), ('\\', '\\'), ('c', 'c')])"#
    );
    assert_eq!(rule_of(r"^\+[0-9]+$"), r#".pattern(r"^\+[0-9]+$")"#);
}

/// Few characters, so that classes and texts meet, including all borders.
fn character() -> impl Strategy<Value = char> {
    prop_oneof![
        4 => select(('*'..='0').chain('X'..='d').collect::<Vec<_>>()),
        2 => select("\0\t\n\r !'~\u{7F}\u{80}\u{9F}\u{A0}\u{FF}\u{100}ÀŠšſK".chars().collect::<Vec<_>>()),
        1 => select("\u{D7FF}\u{E000}\u{FFFF}\u{10000}\u{10FFFF}".chars().collect::<Vec<_>>()),
        1 => any::<char>(),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(character(), 0..4).prop_map(String::from_iter)
}

/// A character of a class, in one of the ways to write it.
fn written(c: char, as_code: bool) -> String {
    match c {
        '-' | '.' | '\\' | ']' if !as_code => format!("\\{c}"),
        '\0'..='\u{FF}' if as_code || matches!(c, '-' | '\\' | ']' | '[' | '^' | '&' | '~') => {
            format!("\\u{:04X}", u32::from(c))
        }
        c => c.to_string(),
    }
}

/// A pattern that must be readable.
fn readable() -> impl Strategy<Value = String> {
    let item =
        (character(), character(), any::<[bool; 3]>()).prop_map(|(a, b, [is_range, x, y])| {
            if is_range {
                format!("{}-{}", written(a.min(b), x), written(a.max(b), y))
            } else {
                written(a, x)
            }
        });
    let class = prop::collection::vec(item, 1..5).prop_map(|items| items.concat());
    let dashes = select(vec![("", ""), ("-", ""), ("", "-")]);
    let ends = (select(vec!["", "^"]), dashes, select(vec!["+", "*"]));
    (class, ends).prop_map(|(class, (negation, (front, back), repetition))| {
        format!("^[{negation}{front}{class}{back}]{repetition}$")
    })
}

/// A pattern of the right shape with an arbitrary class.
fn doubtful() -> impl Strategy<Value = String> {
    let parts = [
        "a",
        "b",
        "c",
        "-",
        "-",
        "\\",
        "]",
        "[",
        "^",
        "&",
        "~",
        ".",
        "\\-",
        "\\.",
        "\\\\",
        "\\]",
        "\\u0061",
        "\\u00",
        "\\d",
        "\\w",
        "\\n",
        "[:alpha:]",
        "]+[",
        "(",
        "|",
        "$",
        "é",
        "0",
    ];
    let class = prop::collection::vec(select(parts.to_vec()), 0..6);
    (class, select(vec!["+", "*"]))
        .prop_map(|(parts, repetition)| format!("^[{}]{repetition}$", parts.concat()))
}

/// Compares set and engine on these texts, and on each border of the set.
fn agree(pattern: &str, texts: &[String]) -> Result<(), TestCaseError> {
    let Some(characters) = of(pattern) else {
        return Ok(());
    };
    let regex = Regex::new(pattern).map_err(|error| {
        TestCaseError::fail(format!("{pattern} is read, but no pattern: {error}"))
    })?;
    let borders = characters.ranges.iter().flat_map(|(first, last)| {
        let outside = [(char::MIN..=*first).nth_back(1), (*last..=char::MAX).nth(1)];
        [Some(*first), Some(*last)].into_iter().chain(outside)
    });
    for text in borders
        .flatten()
        .map(String::from)
        .chain(texts.iter().cloned())
    {
        prop_assert_eq!(
            accepts(&characters, &text),
            regex.is_match(&text),
            "{} on {:?}",
            pattern,
            text
        );
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_set_and_the_engine_agree(
        pattern in readable(),
        texts in prop::collection::vec(text(), 1..30),
    ) {
        prop_assert!(of(&pattern).is_some(), "{} is not read", pattern);
        agree(&pattern, &texts)?;
    }

    #[test]
    fn what_is_read_of_any_class_agrees_with_the_engine(
        pattern in doubtful(),
        texts in prop::collection::vec("[abc\\-\\\\\\]\\[^&~.du0é\n]{0,3}", 1..30),
    ) {
        agree(&pattern, &texts)?;
    }
}

#[test]
fn the_providers_patterns_agree_with_the_engine() {
    let alphabet = || ('\0'..='\u{200}').chain(['\u{D7FF}', '\u{E000}', char::MAX]);
    for pattern in [
        "^[a-zA-ZÀ-ÖØ-Þß-öø-ÿŠš.\\-' ]+$",
        "^[a-zA-Z0-9_ ]+$",
        "^[0-9a-zA-Z ]+$",
        r"^[^\u0000-\u001F\u007F-\u009F]*$",
    ] {
        let mut texts: Vec<_> = alphabet().map(String::from).collect();
        texts.extend(alphabet().map(|c| format!("a{c}b")));
        texts.push(String::new());
        assert!(of(pattern).is_some(), "{pattern} is not read");
        agree(pattern, &texts).unwrap();
    }
}
