//! The readings of a text: the text itself, and the texts that result from removing its escapes.

use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
};

use super::escapes::{Format, Spelt, without_escapes};

/// The number of layers of escapes that are removed. JSON within JSON within a URL has three.
pub(super) const LAYERS: usize = 3;

/// The maximum total number of characters in all readings except the first. This allows 32 readings of a text of 16 KiB.
const MOST: usize = 512 * 1024;

/// Calls `read` with the text, and with every other text that results from removing up to [`LAYERS`] layers of escapes.
///
/// A program that escapes a text uses one format, but the text itself may look as if it were escaped in another format. Therefore the
/// escapes of each format are removed separately. One of the results is the text that the program escaped.
///
/// A text without escapes is read once. A text with all kinds of escapes in all layers is read at most 259 times. Returns `None` if `read`
/// returns `None`, or if the readings together are longer than [`MOST`], which happens only in an attack.
pub(super) fn for_each_reading(
    text: Vec<Spelt>,
    mut read: impl FnMut(&[Spelt]) -> Option<()>,
) -> Option<()> {
    read(&text)?;
    let mut left = MOST;
    let hasher = RandomState::new();
    let mut seen = HashSet::new();
    let mut layer = vec![text];
    for depth in 1..=LAYERS {
        let mut next = Vec::new();
        for text in layer {
            for format in Format::ALL {
                let Some(plain) = without_escapes(&text, format) else {
                    continue;
                };
                // Different orders of the formats often give the same text.
                if !seen.insert(hasher.hash_one(&plain)) {
                    continue;
                }
                left = left.checked_sub(plain.len())?;
                read(&plain)?;
                if depth < LAYERS {
                    next.push(plain);
                }
            }
        }
        layer = next;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::{super::escapes::spelt, *};

    fn readings(text: &str) -> Vec<String> {
        let mut readings = Vec::new();
        for_each_reading(spelt(text), |text| {
            readings.push(text.iter().map(|spelt| spelt.c).collect());
            Some(())
        })
        .unwrap();
        readings
    }

    #[test]
    fn every_order_of_formats_is_read_once() {
        assert_eq!(readings("plain"), ["plain"]);
        assert_eq!(readings("%2541"), ["%2541", "%41", "A"]);
        assert_eq!(readings("a+%41"), ["a+%41", "a A", "a+A"]);
        // Backslashes within HTML: the other order of the two formats gives another text.
        let both = readings(r"&#92;\n");
        assert!(both.contains(&r"\\n".to_owned()), "{both:?}");
        assert!(both.contains(&r"\n".to_owned()), "{both:?}");
    }

    #[test]
    fn an_attack_by_escapes_ends_early() {
        let text =
            r"\\\\u0041 %25252541 &amp;amp;amp;#65; + &#92;u0025+41 \u0026#37;41 %5cu0026#43;"
                .repeat(180);
        assert!(text.len() < 16 * 1024);
        let mut characters = 0;
        let end = for_each_reading(spelt(&text), |text| {
            characters += text.len();
            Some(())
        });
        assert_eq!(end, None);
        assert!(characters <= MOST + text.len(), "{characters}");
        // A realistic text of a provider is read to its end: JSON in JSON in a form.
        let text = r#"{\\\"a\\\":\\\"b%2520+c\\\"}"#.repeat(500);
        assert_eq!(for_each_reading(spelt(&text), |_| Some(())), Some(()));
    }

    #[test]
    fn the_number_of_readings_is_bounded() {
        let text =
            r"\\\\u0041 %25252541 &amp;amp;amp;#65; + &#92;u0025+41 \u0026#37;41 %5cu0026#43;";
        let count = readings(text).len();
        assert!((20..=259).contains(&count), "{count}");
    }
}
