//! Arbitrary bytes lead to an error or to files, never to a panic.

use super::*;

/// A linear congruential generator: the same bytes in every run.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below.max(1)
    }
}

fn read(bytes: &[u8]) {
    for file in ["acme.yaml", "acme.json"] {
        if let Ok((_, api)) = understand(file, bytes) {
            super::super::emitted(&api, "acme").unwrap();
        }
    }
}

#[test]
fn bytes_are_no_description() {
    let mut random = Random(1);
    for _ in 0..500 {
        let bytes: Vec<u8> = (0..random.next(200))
            .map(|_| random.next(256) as u8)
            .collect();
        read(&bytes);
    }
}

#[test]
fn a_damaged_description_is_read_to_its_end() {
    let mut random = Random(2);
    for _ in 0..300 {
        let mut bytes = NASTY.as_bytes().to_vec();
        for _ in 0..=random.next(3) {
            let at = random.next(bytes.len());
            let length = random.next(40).min(bytes.len() - at);
            match random.next(4) {
                0 => bytes.truncate(at),
                1 => bytes[at] = random.next(256) as u8,
                2 => drop(bytes.drain(at..at + length)),
                _ => {
                    let piece = bytes[at..at + length].to_vec();
                    let target = random.next(bytes.len());
                    bytes.splice(target..target, piece);
                }
            }
            if bytes.is_empty() {
                break;
            }
        }
        read(&bytes);
    }
}

/// Words change places, so that well-formed text gets another meaning.
#[test]
fn a_shuffled_description_is_read_to_its_end() {
    let mut random = Random(3);
    let words: Vec<&str> = NASTY.split_inclusive([' ', ',', '\n']).collect();
    for _ in 0..300 {
        let mut words = words.clone();
        for _ in 0..=random.next(4) {
            let (one, other) = (random.next(words.len()), random.next(words.len()));
            words[one] = words[other];
        }
        read(words.concat().as_bytes());
    }
}

/// Returns the only problem of a text that is not a tree.
fn broken(file: &str, text: &str) -> Problem {
    let mut found = understand(file, text.as_bytes()).err().unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

/// Work must not grow with depth times length, and no function may recurse as deep as the text is nested. This text
/// would take hours.
#[test]
fn depth_is_bounded() {
    let count = 200_000;
    for (open, close) in [
        ("[", "]"),
        ("{\"a\":", "}"),
        ("[\"]\",", "]"),
        ("[']',", "]"),
    ] {
        let text = format!("{}1{}", open.repeat(count), close.repeat(count));
        for file in ["acme.yaml", "acme.json"] {
            if file.ends_with(".json") && open.contains('\'') {
                continue;
            }
            let problem = broken(file, &text);
            assert_eq!(
                problem.to_string(),
                format!(
                    "{file}: #: line 1 has values that are nested more than 120 levels deep; \
                     put the inner schema into components/schemas, and refer to it"
                )
            );
        }
    }
    for text in [
        "- ".repeat(count),
        "? ".repeat(count),
        "[".repeat(count),
        "\"[\": [".repeat(count),
    ] {
        assert!(broken("acme.yaml", &text).what.contains("120 levels"));
    }
    let deep = format!(
        "{}{{}}{}",
        "{ type: array, items: ".repeat(60),
        " }".repeat(60)
    );
    assert_eq!(problems(&receiving(&deep)), []);
    // Brackets in a text do not count as depth.
    let text = format!("description: '{}',", "[{".repeat(count));
    assert_eq!(problems(&with(&format!("{text} {DONE}"), "")), []);
}

#[test]
fn aliases_stand_for_little_more_than_the_text() {
    let mut text = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for (before, name) in ('a'..='y').zip('b'..='z') {
        text += &format!("{name}: &{name} [{}]\n", format!("*{before},").repeat(9));
    }
    let problem = broken("acme.yaml", &text);
    assert!(
        problem.what.starts_with("the aliases up to line "),
        "{problem}"
    );
    assert_eq!(problem.hint, "write `$ref` in their place");
    // Ordinary descriptions are read.
    let shared = format!(
        "requestBody: {{ content: {{ application/json: {{ schema: {{ type: object, properties: \
         {{ one: &text {{ type: string }}, two: *text }} }} }} }} }}, {DONE}"
    );
    assert_eq!(problems(&with(&shared, "")), []);
}

#[test]
fn what_yaml_has_beside_json_is_read_or_named() {
    assert_eq!(problems(&format!("\u{FEFF}{}", with(DONE, ""))), []);
    for (text, what) in [
        (
            "a: 1\n---\nb: 2\n",
            "more than one document, the second at line 2",
        ),
        ("a: !secret 1\n", "the tag `!secret` at line 1"),
        ("a: .inf\n", "JSON has no such number as `.inf`, at line 1"),
        ("a: &a [*a]\n", "an alias inside its own anchor at line 1"),
        (
            "[1]: 2\n",
            "an array as a key: write it in quotes, at line 1",
        ),
    ] {
        let problem = broken("acme.yaml", text);
        assert!(problem.what.ends_with(what), "{problem}");
    }
    // A number that is too large is reported at its place, and hides no other problem.
    let found = problems(&with(
        &format!("summary: 99999999999999999999, description: 1, {DONE}"),
        "",
    ));
    let places: Vec<&str> = found.iter().map(|problem| problem.at.as_str()).collect();
    assert_eq!(
        places,
        [
            "/paths/~1things/post/summary",
            "/paths/~1things/post/description"
        ]
    );
}

/// A description whose single body is a chain of schemas, each of which refers to the next one in these properties.
fn chain(length: usize, properties: &[&str]) -> String {
    let mut schemas = String::new();
    for number in 0..length {
        let next = format!("{{ $ref: '#/components/schemas/S{}' }}", number + 1);
        let properties: String = properties
            .iter()
            .map(|name| format!("{name}: {next}, "))
            .collect();
        schemas += &format!("S{number}: {{ type: object, properties: {{ {properties} }} }}, ");
    }
    schemas += &format!("S{length}: {{ type: object, properties: {{ a: {{ type: string }} }} }}");
    let body = "requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/S0' } } } }";
    with(
        &format!("{body}, {DONE}"),
        &format!("schemas: {{ {schemas} }}"),
    )
}

#[test]
fn a_body_of_a_billion_fields_is_refused_at_once() {
    assert_eq!(problems(&chain(10, &["a", "b"])), []);
    let found = problems(&chain(60, &["a", "b"]));
    assert!(
        found
            .iter()
            .any(|problem| problem.what.contains("more than 10000 fields")),
        "{found:?}"
    );
}

#[test]
fn schemas_that_lead_too_deep_are_refused() {
    assert_eq!(problems(&chain(90, &["a"])), []);
    let found = problems(&chain(600, &["a"]));
    assert!(
        found
            .iter()
            .any(|problem| problem.what.contains("100 levels")),
        "{found:?}"
    );
}

#[test]
fn objects_of_a_union_that_contain_each_other_in_many_ways_are_emitted_at_once() {
    let mut schemas = "S9: { type: object, properties: { a: { type: string } } }".to_owned();
    for number in 0..9 {
        let next = number + 1;
        let properties: Vec<String> = (0..40)
            .map(|name| format!("p{name}: {{ $ref: '#/components/schemas/S{next}' }}"))
            .collect();
        let properties = properties.join(", ");
        schemas += &format!(", S{number}: {{ type: object, properties: {{ {properties} }} }}");
    }
    for (name, kind) in [("A", "a"), ("B", "b")] {
        schemas += &format!(
            ", {name}: {{ type: object, properties: {{ kind: {{ const: {kind} }}, s: {{ $ref: '#/components/schemas/S0' }} }} }}"
        );
    }
    schemas += ", U: { oneOf: [ { $ref: '#/components/schemas/A' }, { $ref: '#/components/schemas/B' } ], \
                discriminator: { propertyName: kind } }";
    let union = "content: { application/json: { schema: { $ref: '#/components/schemas/U' } } }";
    let text = with(
        &format!("responses: {{ '200': {{ description: It., {union} }} }}"),
        &format!("schemas: {{ {schemas} }}"),
    );
    assert_eq!(problems(&text), []);
    read(text.as_bytes());
}
