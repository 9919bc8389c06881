//! Changes that tend to find faults. The same seed makes the same changes.

use crate::PLANTED;

/// A linear congruential generator.
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    /// Makes a generator whose numbers follow from the seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed ^ 0x9e37_79b9_7f4a_7c15)
    }

    /// Returns a number below `bound`. If `bound` is 0, returns 0.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound.max(1)
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len()))
    }
}

/// The longest input that mutation makes.
const LONGEST: usize = 64 * 1024;

/// Words that have a meaning for the readers.
const WORDS: &[&[u8]] = &[
    b"null",
    b"true",
    b"{}",
    b"[]",
    b"\"\"",
    b"0",
    b"-1",
    b"1e999",
    b"-0.0",
    b"18446744073709551616",
    b"9223372036854775808",
    b"0.1e-400",
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b"\r\n",
    b"\n\n",
    b"\n",
    b"\0",
    b"\xEF\xBB\xBF",
    b"\xFF\xFE",
    b"\xC3",
    b"\xED\xA0\x80",
    b"\\ud800",
    b"\\u0000",
    b"%",
    b"%00",
    b"%2e%2e",
    b"/../",
    b"&",
    b"=",
    b"?",
    b"#",
    b"@",
    b"https://",
    b"<html>",
    b"\"error\"",
    b"\"status\":\"error\"",
    b"\"code\":\"00000\"",
    b"RATE_LIMIT",
    b"\"next\":",
    b"retry-after: ",
    b"99999999999999999999",
    b"Thu, 23 Jan 2020 16:33:02 GMT",
    b"\n===\n",
    b"200\n",
    b"429\n",
    b"\xF0\x9F\x99\x82",
    b"\xE2\x80\xAE",
    b"&a [*a,*a]",
    b"$ref: '#/'",
    b"|-",
    b"---\n",
];

/// Changes an input in one to four places, sometimes with a piece of another input.
pub fn mutate(random: &mut Random, input: &[u8], other: &[u8]) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len() + 1);
        let length = random.below(40).min(bytes.len() - at);
        match random.below(12) {
            0 => bytes.truncate(at),
            1 | 2 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = random.below(256) as u8;
                }
            }
            3 => drop(bytes.drain(at..at + length)),
            4 => {
                let piece: Vec<u8> = bytes.iter().skip(at).take(length).copied().collect();
                let target = random.below(bytes.len() + 1);
                insert(&mut bytes, target, &piece);
            }
            5 => {
                // Repeats a piece, which produces deep nesting, great length or duplicate keys.
                let piece: Vec<u8> = bytes
                    .iter()
                    .skip(at)
                    .take(1 + length / 4)
                    .copied()
                    .collect();
                let piece = piece.repeat(1 << random.below(12));
                insert(&mut bytes, at, &piece);
            }
            6 => {
                let start = random.below(other.len());
                let length = random.below(other.len() - start + 1);
                let piece: Vec<u8> = other.iter().skip(start).take(length).copied().collect();
                insert(&mut bytes, at, &piece);
            }
            7 => {
                let name = format!("{PLANTED}{}", random.below(100));
                let private = match random.below(3) {
                    0 => format!("{name}@shop.example"),
                    1 => format!("\"{name}\":"),
                    _ => name,
                };
                insert(&mut bytes, at, private.as_bytes());
            }
            8 | 9 => {
                // Replaces a word of the input by another one.
                let word = random.pick(WORDS).copied().unwrap_or_default();
                let is_end = |byte: &u8| !byte.is_ascii_alphanumeric();
                let rest = bytes.get(at..).unwrap_or_default();
                let end = at + rest.iter().position(is_end).unwrap_or(rest.len());
                bytes.splice(at..end, word.iter().copied());
            }
            _ => {
                let word = random.pick(WORDS).copied().unwrap_or_default();
                insert(&mut bytes, at, word);
            }
        }
        bytes.truncate(LONGEST);
    }
    bytes
}

fn insert(bytes: &mut Vec<u8>, at: usize, piece: &[u8]) {
    bytes.splice(at..at, piece.iter().copied());
}
