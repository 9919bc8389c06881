use customer_api_core::{
    SendTrace,
    error::{DecodeError, Problem, ValidationError},
    operation::{Operation, OperationInfo},
    request::{Encoder, Sensitive},
    response::ResponseBody,
};

use crate::{
    CustomerRadar, InvitationReceipt, Programme, Recipient,
    generated::operations::SendInvitation as Request, recipient::not_blank,
};

/// `POST /invitation`: asks one person for feedback by e-mail or SMS, or several by explicit choice.
///
/// Success means accepted, never delivered: the account's send rules decide which message goes out, when, and whether at all. They
/// alone can keep a second message to the same person back, and they alone know of people who want none.
///
/// There is no idempotency key: whoever sends it twice may reach the same phone twice. A client sends it again only if nothing
/// was sent, or if the response proves that it was not processed.
///
/// What is wrong with it is found before anything is sent, and named as the provider writes it, such as `sendData[0].email`.
///
/// Idempotency: non-idempotent, a client never repeats it on its own.
///
/// Provenance: documented,
/// <https://customerradar.zendesk.com/hc/en-us/articles/4625911085327-Email-SMS-Feedback-Invitation-V3-API>.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an operation does nothing until a client sends it"]
pub struct SendInvitation {
    programme: Programme,
    recipients: Vec<Recipient>,
    max: usize,
}

impl SendInvitation {
    /// What is known of the call before it is made.
    pub const INFO: OperationInfo = Request::INFO;

    /// Asks one person.
    pub fn new(programme: &Programme, recipient: Recipient) -> Self {
        Self::batch(programme, [recipient], 1)
    }

    /// Asks several people in one request: all of them, or nobody.
    ///
    /// No batch is ever split or merged. One without recipients, or with more than `max`, is refused before anything is sent;
    /// the provider documents no limit, so choose a small one. Nor does it document what becomes of the others if one element is
    /// wrong, and its response speaks of the whole: after a failure, what holds for one recipient holds for all. Where that is not
    /// good enough, send one invitation for each person.
    pub fn batch(
        programme: &Programme,
        recipients: impl IntoIterator<Item = Recipient>,
        max: usize,
    ) -> Self {
        Self {
            programme: programme.clone(),
            recipients: recipients.into_iter().map(Recipient::trimmed).collect(),
            max,
        }
    }

    fn check(&self) -> Result<(), ValidationError> {
        let programme = &self.programme;
        not_blank("clientDisplayId", &programme.client_display_id)?;
        not_blank("programmeDisplayId", &programme.programme_display_id)?;
        let count = self.recipients.len();
        if count == 0 {
            return Err(ValidationError::new("sendData", Problem::Empty));
        }
        if count > self.max {
            let max = self.max;
            return Err(ValidationError::other(
                "sendData",
                format!("has {count} recipients, and {max} at most were meant to be in one batch"),
            ));
        }
        for (index, recipient) in self.recipients.iter().enumerate() {
            recipient.check(index, programme.require_email)?;
        }
        Ok(())
    }

    /// What to ask the provider's support. It names no recipient, and no value of the metadata.
    pub(crate) fn question(&self, trace: &SendTrace) -> String {
        let mut question = format!(
            "ask Customer Radar's support whether an invitation of client {}, programme {}, was accepted at {}",
            self.programme.client_display_id,
            self.programme.programme_display_id,
            trace.first(),
        );
        if let Some(last) = trace.last().filter(|last| *last != trace.first()) {
            question += &format!(" or {last}");
        }
        if self.recipients.len() > 1 {
            question += &format!(", for {} people", self.recipients.len());
        }
        let metadata = self
            .recipients
            .iter()
            .filter_map(|one| one.metadata.as_ref());
        let mut keys: Vec<&str> = metadata.flatten().map(|entry| entry.key.as_str()).collect();
        keys.sort_unstable();
        keys.dedup();
        question += &match keys.as_slice() {
            [] => ". They need its recipient, as it has no metadata to search by".to_owned(),
            keys => format!(". They can search by its metadata: {}", keys.join(", ")),
        };
        question
    }
}

impl Operation for SendInvitation {
    type Service = CustomerRadar;
    type Output = InvitationReceipt;
    const INFO: &'static OperationInfo = &Self::INFO;

    fn encode(&self, request: &mut Encoder<'_>) -> Result<(), ValidationError> {
        self.check()?;
        Request::new(
            &self.programme.client_display_id,
            &self.programme.programme_display_id,
            self.recipients.iter().cloned(),
        )
        .encode(request)
    }

    fn decode(body: &ResponseBody) -> Result<Self::Output, DecodeError> {
        Request::decode(body)
    }

    fn reference(receipt: &InvitationReceipt) -> Option<&str> {
        receipt.reference.as_deref()
    }

    fn sensitive<'a>(&'a self, values: &mut Sensitive<'a>) {
        for recipient in &self.recipients {
            recipient.sensitive(values);
            recipient.sensitive_number(values);
        }
    }
}
