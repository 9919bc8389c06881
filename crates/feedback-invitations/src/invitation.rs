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

/// `POST /invitation`: asks one person for feedback by e-mail or SMS, or several people with [`batch`](Self::batch).
///
/// Success means that the provider accepted the invitation, never that a message was delivered. The account's send rules decide whether a
/// message is sent, which one, and when. Only the send rules can hold back a second message to the same person. The provider's pages do not
/// mention people who want no messages.
///
/// The provider has no idempotency key, so an invitation that is sent twice may reach the same phone twice. A client sends an invitation
/// again only if nothing was sent, or if the response proves that the invitation was not processed.
///
/// The client finds mistakes before it sends anything. The error names the field in the provider's spelling, such as `sendData[0].email`.
///
/// Idempotency: non-idempotent. A client never repeats an invitation automatically once the call may have happened.
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
    /// The properties of the call that are known before it is made.
    pub const INFO: OperationInfo = Request::INFO;

    /// Asks one person.
    pub fn new(programme: &Programme, recipient: Recipient) -> Self {
        Self::batch(programme, [recipient], 1)
    }

    /// Asks several people in one request. The client sends all of them or none.
    ///
    /// No batch is ever split or merged. A batch without recipients, or with more than `max`, is an error before anything is sent. The
    /// provider documents no limit, so choose a small `max`. The provider also does not document what happens to the other recipients if
    /// one is wrong, and its response is about the whole batch. Therefore, after a failure, the outcome of one recipient is the outcome of
    /// all. If that is not good enough, send one invitation per person.
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
                format!("has {count} recipients, but the caller allows at most {max} per batch"),
            ));
        }
        for (index, recipient) in self.recipients.iter().enumerate() {
            recipient.check(index, programme.require_email)?;
        }
        Ok(())
    }

    /// Returns the question for the provider's support. It contains no recipient and no value of the metadata.
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
            [] => {
                ". Support needs the recipient, because the invitation has no metadata to search by"
                    .to_owned()
            }
            keys => format!(
                ". Support can search by the invitation's metadata: {}",
                keys.join(", ")
            ),
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
