//! Arbitrary bytes give an error or files, never a panic.

use super::*;

/// A linear congruential generator: the same bytes on every run.
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
            emit::emit(&api);
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

/// Words change places, so that what is well-formed means something else.
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

#[test]
fn depth_is_bounded() {
    read(format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)).as_bytes());
    let deep = format!(
        "{}{{}}{}",
        "{ type: array, items: ".repeat(60),
        " }".repeat(60)
    );
    read(receiving(&deep).as_bytes());
    // Aliases that multiply.
    read(b"a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f,*f,*f]\n");
}

/// A description whose one body is a chain of schemas, each of which refers to the next one in these properties.
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
