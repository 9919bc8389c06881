//! A caller's text by which a write can be found again.

use std::fmt;

/// A caller's text that is sent with a write, and by which a look finds exactly that write.
///
/// A marker is 8 to 64 ASCII letters, digits, `-`, `_` and `.`. Use each marker for one write only. Use it again only when the
/// same write is repeated, because a look treats anything that contains the marker as the write. People see the marker where
/// the provider shows the text that contains it, so put nothing personal into it.
///
/// A text starts with the marker as `[ref:case-4711~tthq]`. A URL contains it as `ref=case-4711~tthq` in the fragment. The four
/// characters after `~` are a checksum. Your own text that merely looks like a marker has no valid checksum, and does not count
/// as a marker.
///
/// ```
/// use customer_api_core::settle::Marker;
///
/// let marker = Marker::new("case-4711")?;
/// assert_eq!(marker.in_text(Some("chargeback")), "[ref:case-4711~tthq] chargeback");
/// assert_eq!(marker.in_url("https://shop.example/orders/7"), "https://shop.example/orders/7#ref=case-4711~tthq");
/// assert_eq!(Marker::of_text("[ref:case-4711~tthq] chargeback"), Some(marker));
/// assert_eq!(Marker::of_text("[ref:case-4711] chargeback"), None);
/// # Ok::<(), customer_api_core::settle::MarkerError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Marker(Box<str>);

/// The reason why a text can't be a marker. The text itself is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MarkerError {
    /// The text is shorter than 8 characters, or longer than 64.
    #[error("a marker has 8 to 64 characters")]
    Length,
    /// The text contains a character other than ASCII letters, digits, `-`, `_` and `.`.
    #[error("a marker contains only ASCII letters, digits, `-`, `_` and `.`")]
    Character,
}

const TEXT: &str = "[ref:";
const URL: &str = "ref=";

/// Separates a marker from its check. A URL may contain this character unescaped, and a marker can't contain it.
const CHECK: char = '~';

/// Returns four letters or digits that distinguish a marker from a caller's text that looks like one: 20 bits of a hash
/// (FNV-1a) of the marker's text.
fn check(text: &str) -> String {
    let hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    let letters = b"abcdefghijkmnpqrstuvwxyz23456789".iter();
    let letter = |bits: u32| letters.clone().nth((bits & 31) as usize).copied();
    let letters = [15, 10, 5, 0].map(|shift| letter((hash >> 12) >> shift));
    letters.into_iter().flatten().map(char::from).collect()
}

impl Marker {
    /// Creates a marker with this text.
    ///
    /// # Errors
    ///
    /// If the text is too short, too long, or contains characters that are not allowed in a marker.
    pub fn new(text: impl Into<String>) -> Result<Self, MarkerError> {
        let text = text.into();
        if !text.chars().all(is_allowed) {
            return Err(MarkerError::Character);
        }
        if !(8..=64).contains(&text.len()) {
            return Err(MarkerError::Length);
        }
        Ok(Self(text.into()))
    }

    /// The marker's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the marker with its check.
    fn written(&self) -> String {
        format!("{}{CHECK}{}", self.0, check(&self.0))
    }

    /// Reads a marker with its check. `None` if the check is wrong.
    fn checked(written: &str) -> Option<Self> {
        let (text, found) = written.split_once(CHECK)?;
        let marker = Self::new(text).ok()?;
        (found == check(&marker.0)).then_some(marker)
    }

    /// Returns a text with the marker in front. The marker comes first because a provider that shortens texts cuts their end.
    #[must_use]
    pub fn in_text(&self, text: Option<&str>) -> String {
        match text.filter(|text| !text.is_empty()) {
            Some(text) => format!("{TEXT}{}] {text}", self.written()),
            None => format!("{TEXT}{}]", self.written()),
        }
    }

    /// Returns a URL with the marker in its fragment. The fragment does not change where the URL leads.
    #[must_use]
    pub fn in_url(&self, url: &str) -> String {
        let separator = if url.contains('#') { '&' } else { '#' };
        format!("{url}{separator}{URL}{}", self.written())
    }

    /// Reads the marker at the beginning of a text.
    #[must_use]
    pub fn of_text(text: &str) -> Option<Self> {
        let (marker, _) = text.strip_prefix(TEXT)?.split_once(']')?;
        Self::checked(marker)
    }

    /// Reads the marker at the end of a URL.
    #[must_use]
    pub fn of_url(url: &str) -> Option<Self> {
        let (_, fragment) = url.split_once('#')?;
        let (_, last) = fragment.rsplit_once('&').unwrap_or(("", fragment));
        Self::checked(last.strip_prefix(URL)?)
    }

    /// Whether a text contains the marker, anywhere.
    #[must_use]
    pub fn is_in_text(&self, text: &str) -> bool {
        text.contains(&format!("{TEXT}{}]", self.written()))
    }

    /// Whether a text contains a URL with the marker. The provider may have changed the rest of the URL.
    #[must_use]
    pub fn is_in_url(&self, text: &str) -> bool {
        let marker = format!("{URL}{}", self.written());
        text.match_indices(&marker).any(|(at, _)| {
            let before = text.get(..at).and_then(|text| text.chars().next_back());
            let after = text.get(at + marker.len()..);
            let after = after.and_then(|text| text.chars().next());
            // `case-47110` is a different marker from `case-4711`, and `xref=…` is a different name from `ref=…`.
            !before.is_some_and(is_allowed) && !after.is_some_and(is_allowed)
        })
    }
}

fn is_allowed(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.')
}

/// Does not show the text, because the caller's text may be personal.
impl fmt::Debug for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Marker([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn marker(text: &str) -> Marker {
        Marker::new(text).unwrap()
    }

    #[test]
    fn a_marker_has_enough_letters_and_no_others() {
        assert_eq!(Marker::new("case-47"), Err(MarkerError::Length));
        assert_eq!(Marker::new("x".repeat(65)), Err(MarkerError::Length));
        for text in ["case 4711", "case-4711]", "käse-4711", "case#4711"] {
            assert_eq!(Marker::new(text), Err(MarkerError::Character), "{text}");
        }
    }

    #[test]
    fn a_marker_is_no_part_of_a_longer_one() {
        let marked = marker("case-47110");
        for other in ["case-4711", "ase-47110", "case-471100"] {
            let other = marker(other);
            assert!(!other.is_in_text(&marked.in_text(Some("x"))), "{other:?}");
            assert!(!other.is_in_url(&marked.in_url("https://shop.example/")));
        }
    }

    #[test]
    fn a_url_keeps_its_fragment() {
        let marked = marker("case-4711").in_url("https://shop.example/#top");
        assert_eq!(marked, "https://shop.example/#top&ref=case-4711~tthq");
        assert_eq!(Marker::of_url(&marked), Some(marker("case-4711")));
        // As written in JSON inside a string.
        let escaped = format!("{{\"url\":\"{}\"}}", marked.replace('/', "\\/"));
        assert!(marker("case-4711").is_in_url(&escaped));
    }

    #[test]
    fn what_carries_no_marker_has_none() {
        for text in [
            "",
            "[ref:",
            "[ref:short]",
            "[ref:case-4711]",
            "[ref:case-4711~aaaa] x",
            "https://shop.example/#ref=case-4711",
            "x [ref:case-4711]",
            "ref=case-4711",
        ] {
            assert_eq!(Marker::of_text(text), None, "{text}");
            assert_eq!(Marker::of_url(text), None, "{text}");
        }
        assert_eq!(Marker::of_url("https://shop.example/?ref=case-4711"), None);
    }

    proptest! {
        #[test]
        fn a_marker_is_found_where_it_was_put(key in "[a-zA-Z0-9._-]{8,64}", text in "\\PC{0,30}") {
            let marker = marker(&key);
            let marked = marker.in_text(Some(&text));
            prop_assert!(marker.is_in_text(&marked));
            prop_assert_eq!(Marker::of_text(&marked), Some(marker.clone()));
            let url = marker.in_url("https://shop.example/a");
            prop_assert!(marker.is_in_url(&url));
            prop_assert_eq!(Marker::of_url(&url), Some(marker));
        }
    }
}
