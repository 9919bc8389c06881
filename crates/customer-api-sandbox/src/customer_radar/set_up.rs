//! The setup that the provider's support makes before an account can send.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// The account's setup: the combinations of client, programme, location and POM that have a
/// feedback code, and the programmes that can't send e-mails.
///
/// ```
/// use customer_api_sandbox::CustomerRadarSetUp;
///
/// let set_up = CustomerRadarSetUp::empty()
///     .feedback_code("client", "programme", "one-pom", "pom-1")
///     .feedback_code("client", "programme", "two-poms", "pom-2")
///     .feedback_code("client", "programme", "two-poms", "pom-3")
///     .feedback_code("client", "texts-only", "no-pom", None)
///     .without_postmark_id("texts-only");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use = "a set-up does nothing until it is handed to the options"]
pub struct CustomerRadarSetUp {
    #[serde(rename = "feedback_codes")]
    codes: BTreeSet<FeedbackCode>,
    #[serde(default)]
    without_postmark_id: BTreeSet<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FeedbackCode {
    client: String,
    programme: String,
    location: String,
    pom: Option<String>,
}

impl Default for CustomerRadarSetUp {
    /// Returns a setup with the client `client-1`:
    ///
    /// | programme | location | POMs |
    /// |---|---|---|
    /// | `programme-1` | `location-1` | `pom-1` |
    /// | `programme-1` | `location-2` | `pom-2a`, `pom-2b`: an invitation has to name one |
    /// | `programme-1` | `location-3` | none |
    /// | `programme-sms`, without a Postmark id | `location-4` | `pom-4` |
    ///
    /// The setup also has the client, programme, location and POM of the provider's sample request.
    fn default() -> Self {
        let sample = "1cf118a0326d47aa851a90b9674e90aa";
        Self::empty()
            .feedback_code("client-1", "programme-1", "location-1", "pom-1")
            .feedback_code("client-1", "programme-1", "location-2", "pom-2a")
            .feedback_code("client-1", "programme-1", "location-2", "pom-2b")
            .feedback_code("client-1", "programme-1", "location-3", None)
            .feedback_code("client-1", "programme-sms", "location-4", "pom-4")
            .without_postmark_id("programme-sms")
            .feedback_code(
                "8291a9ed952342c5b5fe2915f2189e7c",
                sample,
                sample,
                "7547ct569yh67n0326vghddte86bkkn",
            )
    }
}

impl CustomerRadarSetUp {
    /// Returns an empty setup. Every invitation is refused.
    pub fn empty() -> Self {
        Self {
            codes: BTreeSet::new(),
            without_postmark_id: BTreeSet::new(),
        }
    }

    /// Adds a combination that has a feedback code. If the combinations of a location have two or
    /// more POMs, an invitation for that location must name its POM (documented).
    pub fn feedback_code<'a>(
        mut self,
        client: &str,
        programme: &str,
        location: &str,
        pom: impl Into<Option<&'a str>>,
    ) -> Self {
        self.codes.insert(FeedbackCode {
            client: client.to_owned(),
            programme: programme.to_owned(),
            location: location.to_owned(),
            pom: pom.into().map(str::to_owned),
        });
        self
    }

    /// Removes the Postmark id of a programme. The programme's invitations by e-mail are refused.
    pub fn without_postmark_id(mut self, programme: &str) -> Self {
        self.without_postmark_id.insert(programme.to_owned());
        self
    }

    /// Returns whether an invitation with these ids has a feedback code.
    pub(super) fn knows(
        &self,
        client: &str,
        programme: &str,
        location: &str,
        pom: Option<&str>,
    ) -> bool {
        let here = self
            .codes
            .iter()
            .filter(|code| code.client == client && code.location == location);
        let poms: BTreeSet<&str> = here
            .clone()
            .filter_map(|code| code.pom.as_deref())
            .collect();
        let mut bound = here.filter(|code| code.programme == programme);
        match pom {
            Some(pom) => bound.any(|code| code.pom.as_deref() == Some(pom)),
            None => poms.len() < 2 && bound.next().is_some(),
        }
    }

    pub(super) fn sends_email(&self, programme: &str) -> bool {
        !self.without_postmark_id.contains(programme)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pom_is_needed_where_there_are_two() {
        let set_up = CustomerRadarSetUp::empty()
            .feedback_code("c", "p", "one", "a")
            .feedback_code("c", "p", "two", "a")
            .feedback_code("c", "q", "two", "b")
            .feedback_code("c", "p", "none", None);
        let knows = |programme, location, pom| set_up.knows("c", programme, location, pom);
        assert!(knows("p", "one", None) && knows("p", "one", Some("a")));
        assert!(!knows("p", "one", Some("b")));
        assert!(
            !knows("p", "two", None),
            "two POMs, though of two programmes"
        );
        assert!(knows("q", "two", Some("b")) && !knows("q", "two", Some("a")));
        assert!(knows("p", "none", None) && !knows("p", "none", Some("a")));
        assert!(!set_up.knows("other", "p", "one", None));
    }
}
