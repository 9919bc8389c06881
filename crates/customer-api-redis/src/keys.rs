//! The names of the keys.

use std::fmt::{self, Write as _};

use customer_api_core::rate_limit::SlotClaim;

use crate::failure::Failure;

/// The beginning of all key names.
#[derive(Clone, Debug)]
pub(crate) struct KeyPrefix(String);

impl KeyPrefix {
    pub(crate) fn new(prefix: String) -> Result<Self, Failure> {
        // In a cluster, the first brace of a key determines which part is hashed.
        if prefix.contains(['{', '}']) {
            return Err(Failure::KeyPrefix);
        }
        Ok(Self(prefix))
    }

    /// Returns the names of two keys of a class: one for the sorted set of the class's slots, and one for the time until which the class is
    /// stopped. A cluster keeps both keys on one node.
    pub(crate) fn of_quota(&self, claim: &SlotClaim) -> [String; 2] {
        let (quota, class) = (Escaped(claim.quota()), Escaped(claim.class()));
        let key = |what| format!("{}quota:1:{{{quota}:{class}}}:{what}", self.0);
        [key("slots"), key("stop")]
    }

    /// Returns the name of the key that holds an account's data, a Redis hash.
    pub(crate) fn of_account(&self, account: &str) -> [String; 1] {
        [format!("{}session:1:{{{}}}", self.0, Escaped(account))]
    }
}

/// A name, escaped so that different names give different parts of a key.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '%' => f.write_str("%25")?,
                ':' => f.write_str("%3A")?,
                '{' => f.write_str("%7B")?,
                '}' => f.write_str("%7D")?,
                _ => f.write_char(letter)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn keys(quota: &str, class: &'static str) -> [String; 2] {
        let claim = SlotClaim::new(quota, class, 1, Duration::ZERO, Duration::ZERO);
        let prefix = KeyPrefix::new("shop:".to_owned()).unwrap_or_else(|_| panic!());
        prefix.of_quota(&claim)
    }

    /// Returns the part of a key that determines its node.
    fn tag(key: &str) -> &str {
        let (_, rest) = key.split_once('{').unwrap();
        rest.split_once('}').unwrap().0
    }

    #[test]
    fn the_keys_of_a_script_have_one_tag_and_no_two_names_have_one_key() {
        let names = [
            ("a", "b"),
            ("a:b", ""),
            ("a", ":b"),
            ("", "a:b"),
            ("", ""),
            ("{}", ""),
            ("}{", "x"),
            ("%7B", "x"),
            ("{", "x"),
        ];
        for (index, (quota, class)) in names.iter().enumerate() {
            let [slots, stop] = keys(quota, class);
            assert!(!tag(&slots).is_empty());
            assert_eq!(tag(&slots), tag(&stop));
            assert_ne!(slots, stop);
            for (other, class) in &names[..index] {
                assert_ne!(keys(other, class)[0], slots);
            }
        }
        assert_eq!(keys("a", "b")[0], "shop:quota:1:{a:b}:slots");
        assert!(KeyPrefix::new("{shop}:".to_owned()).is_err());
    }
}
