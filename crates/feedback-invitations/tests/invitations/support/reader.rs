//! A reader of JSON that shares nothing with the writer of the requests. Requests contain only objects, arrays and strings.

use std::{iter::Peekable, str::Chars};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Json {
    Text(String),
    List(Vec<Json>),
    /// In the order of the document, repeated names included.
    Members(Vec<(String, Json)>),
}

impl Json {
    pub(crate) fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    pub(crate) fn members<'a>(members: impl IntoIterator<Item = (&'a str, Self)>) -> Self {
        let named = |(name, value): (&str, Self)| (name.to_owned(), value);
        Self::Members(members.into_iter().map(named).collect())
    }
}

/// Reads a whole document.
pub(crate) fn read(text: &str) -> Json {
    let mut characters = text.chars().peekable();
    let value = value(&mut characters);
    blank(&mut characters);
    assert_eq!(characters.next(), None, "something follows: {text}");
    value
}

fn blank(characters: &mut Peekable<Chars<'_>>) {
    while characters.next_if(|c| " \t\r\n".contains(*c)).is_some() {}
}

fn expect(characters: &mut Peekable<Chars<'_>>, expected: char) {
    blank(characters);
    assert_eq!(characters.next(), Some(expected));
}

fn value(characters: &mut Peekable<Chars<'_>>) -> Json {
    blank(characters);
    match characters.peek() {
        Some('"') => Json::Text(string(characters)),
        Some('[') => Json::List(items(characters, '[', ']', value)),
        Some('{') => Json::Members(items(characters, '{', '}', |characters| {
            blank(characters);
            let name = string(characters);
            expect(characters, ':');
            (name, value(characters))
        })),
        other => panic!("{other:?} begins no value"),
    }
}

fn items<T>(
    characters: &mut Peekable<Chars<'_>>,
    open: char,
    close: char,
    item: impl Fn(&mut Peekable<Chars<'_>>) -> T,
) -> Vec<T> {
    expect(characters, open);
    let mut items = Vec::new();
    blank(characters);
    if characters.next_if_eq(&close).is_some() {
        return items;
    }
    loop {
        items.push(item(characters));
        blank(characters);
        match characters.next() {
            Some(',') => {}
            Some(end) if end == close => return items,
            other => panic!("{other:?} after an item"),
        }
    }
}

fn string(characters: &mut Peekable<Chars<'_>>) -> String {
    expect(characters, '"');
    let mut units: Vec<u16> = Vec::new();
    loop {
        match characters.next().expect("a text without an end") {
            '"' => return String::from_utf16(&units).expect("half a surrogate pair"),
            '\\' => units.push(escape(characters)),
            c if c < ' ' => panic!("a raw control character {c:?}"),
            c => units.extend_from_slice(c.encode_utf16(&mut [0; 2])),
        }
    }
}

fn escape(characters: &mut Peekable<Chars<'_>>) -> u16 {
    match characters.next() {
        Some(c @ ('"' | '\\' | '/')) => c as u16,
        Some('b') => 8,
        Some('f') => 12,
        Some('n') => 10,
        Some('r') => 13,
        Some('t') => 9,
        Some('u') => {
            let digits: String = characters.by_ref().take(4).collect();
            u16::from_str_radix(&digits, 16).unwrap()
        }
        other => panic!("{other:?} is no escape"),
    }
}
