use std::{borrow::Cow, collections::HashSet};

use customer_api_core::{
    error::{Problem, ValidationError},
    request::Sensitive,
};

use crate::{Metadata, Recipient};

impl Recipient {
    /// Adds a pair to `metadata`, after those that are there.
    ///
    /// The key is one that the provider's support has set up in the programme; its spelling and case matter. Pairs are sent in the
    /// order of the calls. A key that is blank, or there twice, is refused before anything is sent, as what would become of it
    /// is not documented.
    ///
    /// Provenance: documented,
    /// <https://customerradar.zendesk.com/hc/en-us/articles/4625911085327-Email-SMS-Feedback-Invitation-V3-API>.
    #[must_use]
    pub fn metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        let mut pairs = self.metadata.take().unwrap_or_default();
        pairs.push(Metadata::new(key, value));
        self.set_metadata(pairs)
    }

    /// The recipient as it is sent: no white space around the number, and no address or number that is blank.
    pub(crate) fn trimmed(mut self) -> Self {
        self.email = self.email.filter(|email| !is_blank(email));
        self.mobile = self
            .mobile
            .map(|mobile| mobile.trim().to_owned())
            .filter(|mobile| !mobile.is_empty());
        self
    }

    /// The number, as the provider may repeat it: with other signs between its digits, or without its country's code.
    pub(crate) fn sensitive_number<'a>(&'a self, values: &mut Sensitive<'a>) {
        if let Some(mobile) = &self.mobile {
            values.phone(mobile);
        }
    }

    /// What the description can't say. `index` is the place in `sendData`.
    pub(crate) fn check(&self, index: usize, require_email: bool) -> Result<(), ValidationError> {
        let field = |name: &str| format!("sendData[{index}].{name}");
        if self.email.is_none() && require_email {
            return Err(ValidationError::other(
                field("email"),
                "must be set: the programme requires it",
            ));
        }
        match &self.mobile {
            Some(mobile) if !mobile.contains(|c: char| c.is_ascii_digit()) => {
                return Err(ValidationError::other(field("mobile"), "has no digit"));
            }
            // Such as `½`, or digits of another script: what the provider makes of them is not documented.
            Some(mobile) if mobile.contains(|c: char| c.is_numeric() && !c.is_ascii_digit()) => {
                let reason = "has digits other than 0 to 9";
                return Err(ValidationError::other(field("mobile"), reason));
            }
            None if self.email.is_none() => {
                return Err(ValidationError::other(
                    field("email"),
                    "or `mobile` must be set",
                ));
            }
            _ => {}
        }
        not_blank(field("locationDisplayId"), &self.location_display_id)?;
        if let Some(pom) = &self.pom_display_id {
            not_blank(field("pomDisplayId"), pom)?;
        }
        let mut keys = HashSet::new();
        for (place, pair) in self.metadata.iter().flatten().enumerate() {
            let key = field(&format!("metadata[{place}].key"));
            if !keys.insert(pair.key.as_str()) {
                return Err(ValidationError::other(key, "is there twice"));
            }
            not_blank(key, &pair.key)?;
        }
        Ok(())
    }
}

pub(crate) fn not_blank(
    field: impl Into<Cow<'static, str>>,
    value: &str,
) -> Result<(), ValidationError> {
    if is_blank(value) {
        return Err(ValidationError::new(field, Problem::Empty));
    }
    Ok(())
}

fn is_blank(value: &str) -> bool {
    value.trim().is_empty()
}
