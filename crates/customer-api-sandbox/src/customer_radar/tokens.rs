//! Tokens. A login issues them. They are valid for a time and, with a switch, for a number of
//! requests.

use std::time::Duration;

use crate::unknown_fields::Noise;

/// The tokens that had not expired at the last check.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    live: Vec<Token>,
    issued: u64,
}

#[derive(Debug)]
struct Token {
    text: String,
    until: Duration,
    uses_left: Option<usize>,
}

impl Tokens {
    /// Makes a token. It looks like a JWT but is not a valid one. Parsing it fails.
    pub(super) fn issue(&mut self, until: Duration, uses: Option<usize>) -> String {
        self.issued += 1;
        let text = format!(
            "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.{}.sandbox-{}",
            Noise::new(self.issued).uuid(),
            self.issued
        );
        self.live.push(Token {
            text: text.clone(),
            until,
            uses_left: uses,
        });
        text
    }

    /// Uses a token once, if it is known and has not expired.
    pub(super) fn admit(&mut self, presented: &[u8], now: Duration) -> bool {
        self.live
            .retain(|token| now < token.until && token.uses_left != Some(0));
        let mut live = self.live.iter_mut();
        let Some(token) = live.find(|token| token.text.as_bytes() == presented) else {
            return false;
        };
        token.uses_left = token.uses_left.map(|left| left.saturating_sub(1));
        true
    }

    /// Returns how many tokens are valid at this time.
    pub(super) fn live(&self, now: Duration) -> usize {
        let live = self.live.iter();
        live.filter(|token| now < token.until && token.uses_left != Some(0))
            .count()
    }

    pub(super) fn expire(&mut self) {
        self.live.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_token_ends_with_its_time() {
        let mut tokens = Tokens::default();
        let token = tokens.issue(SECOND, None);
        let before = SECOND - Duration::from_nanos(1);
        assert!(tokens.admit(token.as_bytes(), before));
        assert!(!tokens.admit(token.as_bytes(), SECOND));
    }

    #[test]
    fn a_token_ends_with_its_uses_and_leaves_others_alone() {
        let mut tokens = Tokens::default();
        let short = tokens.issue(SECOND, Some(2));
        let long = tokens.issue(SECOND, None);
        assert_ne!(short, long);
        let mut admit = |token: &str| tokens.admit(token.as_bytes(), Duration::ZERO);
        assert!(admit(&short) && admit(&short) && !admit(&short));
        assert!(admit(&long) && !admit("other") && !admit(""));
    }
}
