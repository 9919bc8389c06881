//! Random unknown fields in responses. Ravelin's own sandbox adds such fields on purpose, to catch
//! clients that reject unknown fields.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

/// A deterministic source of noise. The same seed and the same calls produce the same fields.
#[derive(Debug)]
pub(crate) struct Noise(AtomicU64);

impl Noise {
    pub(crate) fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// Returns the next number of the splitmix64 sequence.
    pub(crate) fn next(&self) -> u64 {
        const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;
        let state = self
            .0
            .fetch_add(GAMMA, Ordering::Relaxed)
            .wrapping_add(GAMMA);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a text in the form of a version 4 UUID. Its bits come from the sequence.
    pub(crate) fn uuid(&self) -> String {
        let (high, low) = (self.next(), self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:x}{:03x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            8 | (low >> 62),
            (low >> 48) & 0xfff,
            low & 0xffff_ffff_ffff,
        )
    }

    /// Adds one or two `unknownField…` to every object in `value`.
    pub(crate) fn add_unknown_fields(&self, value: &mut Value) {
        match value {
            Value::Object(fields) => {
                for field in fields.values_mut() {
                    self.add_unknown_fields(field);
                }
                for _ in 0..=self.next() % 2 {
                    let name = format!("unknownField{:04x}", self.next() & 0xffff);
                    fields.insert(name, self.any_value());
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.add_unknown_fields(item);
                }
            }
            _ => {}
        }
    }

    fn any_value(&self) -> Value {
        let number = self.next() >> 33;
        match self.next() % 7 {
            0 => Value::Null,
            1 => json!(number % 2 == 0),
            2 => json!(number),
            3 => json!(-1.5),
            4 => json!(format!("value {number}")),
            5 => json!([number, "text", null]),
            _ => json!({ "label": number }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_object_gets_fields_and_the_known_ones_stay() {
        let mut value = json!({"a": {"b": 1}, "c": [{"d": 2}]});
        Noise::new(7).add_unknown_fields(&mut value);
        for object in [&value, &value["a"], &value["c"][0]] {
            let fields = object.as_object().unwrap();
            assert!(fields.keys().any(|name| name.starts_with("unknownField")));
        }
        assert_eq!(value["a"]["b"], 1);
        assert_eq!(value["c"][0]["d"], 2);
    }

    #[test]
    fn a_seed_decides() {
        let noise = |seed| {
            let mut value = json!({});
            Noise::new(seed).add_unknown_fields(&mut value);
            value
        };
        assert_eq!(noise(1), noise(1));
        assert_ne!(noise(1), noise(2));
    }

    #[test]
    fn a_uuid_has_its_form() {
        let uuid = Noise::new(3).uuid();
        let lengths: Vec<usize> = uuid.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        assert_eq!(&uuid[14..15], "4");
    }
}
