use std::{error::Error as StdError, fmt, str::FromStr};

use customer_api_core::redact::OneLine;

/// The caller's name for a write, such as a case number: 1 to 200 bytes, no control characters. Lists are also named by a key.
///
/// A key stands for "this person, for this occasion": a rerun with the same key does not send again. Keys are compared byte by byte.
/// Therefore always write a key in the same way.
///
/// **The key is stored in the ledger, and printed.** Don't use an e-mail address, a telephone number or a person's name.
///
/// ```
/// use customer_api_ledger::Key;
///
/// let key: Key = "order-4211".parse()?;
/// assert_eq!(key.as_str(), "order-4211");
/// assert!(Key::new("").is_err());
/// # Ok::<(), customer_api_ledger::KeyError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(Box<str>);

/// The reason why a text is not a valid [`Key`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// The text is empty.
    Empty,
    /// The text has more than [`Key::MAX_BYTES`] bytes.
    TooLong,
    /// The text contains a control character.
    ControlCharacter,
}

impl Key {
    /// The maximum length of a key, in bytes.
    pub const MAX_BYTES: usize = 200;

    /// Creates a key from this text.
    ///
    /// # Errors
    ///
    /// If the text is empty, too long, or contains a control character.
    pub fn new(text: impl Into<String>) -> Result<Self, KeyError> {
        let text = text.into();
        if text.is_empty() {
            Err(KeyError::Empty)
        } else if text.len() > Self::MAX_BYTES {
            Err(KeyError::TooLong)
        } else if text.contains(char::is_control) {
            Err(KeyError::ControlCharacter)
        } else {
            Ok(Self(text.into()))
        }
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Key {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        Self::new(text)
    }
}

impl TryFrom<String> for Key {
    type Error = KeyError;

    fn try_from(text: String) -> Result<Self, KeyError> {
        Self::new(text)
    }
}

impl TryFrom<&str> for Key {
    type Error = KeyError;

    fn try_from(text: &str) -> Result<Self, KeyError> {
        Self::new(text)
    }
}

/// Writes invisible characters as escapes, such as `\u{202e}`. [`as_str`](Key::as_str) returns the key itself.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", OneLine(&self.0))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Key").field(&&*self.0).finish()
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the key is empty"),
            Self::TooLong => write!(f, "the key has more than {} bytes", Key::MAX_BYTES),
            Self::ControlCharacter => f.write_str("the key contains a control character"),
        }
    }
}

impl StdError for KeyError {}
