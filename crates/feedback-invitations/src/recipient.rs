use std::{borrow::Cow, collections::HashSet};

use customer_api_core::{
    error::{Problem, ValidationError},
    request::Sensitive,
};

use crate::{Metadata, Recipient};

impl Recipient {
    /// Adds a pair at the end of `metadata`.
    ///
    /// The provider's support sets up the keys in the programme. Spelling and case matter. Pairs are sent in the order of the calls. A
    /// key that is blank or appears twice is an error before anything is sent, because its effect is not documented.
    ///
    /// Provenance: documented,
    /// <https://customerradar.zendesk.com/hc/en-us/articles/4625911085327-Email-SMS-Feedback-Invitation-V3-API>.
    #[must_use]
    pub fn metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        let mut pairs = self.metadata.take().unwrap_or_default();
        pairs.push(Metadata::new(key, value));
        self.set_metadata(pairs)
    }

    /// Returns the recipient as it is sent: without white space around the number, and without a blank address or number.
    pub(crate) fn trimmed(mut self) -> Self {
        self.email = self.email.filter(|email| !is_blank(email));
        self.mobile = self
            .mobile
            .map(|mobile| mobile.trim().to_owned())
            .filter(|mobile| !mobile.is_empty());
        self
    }

    /// Marks the number as sensitive in every form in which the provider may repeat it: with other characters between its digits, or
    /// without the country code.
    pub(crate) fn sensitive_number<'a>(&'a self, values: &mut Sensitive<'a>) {
        if let Some(mobile) = &self.mobile {
            values.phone(mobile);
        }
    }

    /// Checks the rules that the description can't express. `index` is the place in `sendData`.
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
            // For example `½`, or digits of another script. The provider does not document how it treats such characters.
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
                return Err(ValidationError::other(key, "appears twice"));
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
