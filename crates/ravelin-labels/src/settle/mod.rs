//! Determines from the customer's reviews whether a label was applied.

mod judge;

use customer_api_core::{
    Error,
    settle::{Look, Marker, Reason, Settle, Settled, Why},
};
use serde_json::Value;

use self::judge::{Category, Sent, Verdict};
use crate::{CustomerLabel, CustomerReviews, LabelCustomer, LegacyLabelCustomer, Ravelin, Review};

/// The advice for the operator if the reviews don't show the outcome: whom to ask, and with which data.
const ASK: &str = "look at the customer's audit log in Ravelin's dashboard, or ask Ravelin's support, with the customer's id and the \
    time of the call";

impl LabelCustomer {
    /// Puts a marker in front of the comment. [`Client::settle`](crate::Client::settle) finds exactly this label by the marker.
    ///
    /// Call `marked` after [`comment`](Self::comment), because `comment` replaces the marker. **Every reader of the customer's audit log in
    /// Ravelin's dashboard also sees the marker**, for example `[ref:case-4711~tthq]`.
    pub fn marked(self, marker: &Marker) -> Self {
        let content = content(&self.body);
        let comment = marker.in_text(text(&content, "comment"));
        self.comment(comment)
    }
}

impl LegacyLabelCustomer {
    /// Puts a marker in front of the comment. [`Client::settle`](crate::Client::settle) finds exactly this label by the marker.
    ///
    /// Call `marked` after [`comment`](Self::comment), because `comment` replaces the marker. **Every reader of the customer's audit log in
    /// Ravelin's dashboard also sees the marker**, for example `[ref:case-4711~tthq]`.
    pub fn marked(self, marker: &Marker) -> Self {
        let comment = marker.in_text(self.body.comment.as_deref());
        self.comment(comment)
    }
}

/// Looks at the customer's reviews. A review matches this call if it has the same label, comment and reviewer, and is not dated before the
/// call.
///
/// | verdict | when |
/// |---|---|
/// | `Applied` | a review has this label's [marker](LabelCustomer::marked), and no later review has another label of the category |
/// | `InEffect` | without a marker: a review matches, and no later review has another label of the category |
/// | `Superseded` | a review has the marker or, without a marker, matches this call; and a later review has another label of the category |
/// | `NotSeen` | with a marker: no review has the marker. Without a marker: no review matches this call. It is only inferred that reads return the labels which this endpoint writes. Ravelin can still apply a call after a 429 or 5xx |
/// | `CannotTell` | without a marker: another review may have replaced the label, but its time or its category does not show whether it did; the label is `UNREVIEWED`, which shows no category; or the provider's clock can't be compared with this machine's, for example because the read has no usable `Date`. With a marker: the marker is in a review with another label. In both cases: a review can't be read, unless the verdict is `Applied`. Always for a category that this crate does not list |
///
/// Without a marker, this call can't be distinguished from a colleague's review with the same label, comment and reviewer at that time.
impl Settle for LabelCustomer {
    type Evidence = Review;

    fn suffices(_: &Self::Evidence) -> bool {
        true
    }

    async fn look(&self, look: &mut Look<Ravelin>) -> Result<Settled<Review>, Error> {
        let content = content(&self.body);
        let category = match self.body.value {
            CustomerLabel::PaymentFraud(_) => Category::PaymentFraud,
            CustomerLabel::RefundAbuse(_) => Category::RefundAbuse,
            // It is not known which labels the reviews show for a category that this crate does not list.
            CustomerLabel::Unlisted(_) => {
                return Ok(Settled::CannotTell(Why::new(Reason::NoRead, ASK)));
            }
        };
        let reviewer = content.get("reviewer");
        let part = |name| reviewer.and_then(|reviewer| text(reviewer, name));
        let sent = Sent {
            category,
            label: text(&content, "review").unwrap_or_default(),
            comment: text(&content, "comment"),
            reviewer: part("name").zip(part("email")),
        };
        look_for(&self.customer_id, &sent, look).await
    }
}

/// Looks at the customer's reviews, as for a [`LabelCustomer`] of payment fraud.
impl Settle for LegacyLabelCustomer {
    type Evidence = Review;

    fn suffices(_: &Self::Evidence) -> bool {
        true
    }

    async fn look(&self, look: &mut Look<Ravelin>) -> Result<Settled<Review>, Error> {
        let body = &self.body;
        let reviewer = body.reviewer.as_ref();
        let sent = Sent {
            category: Category::PaymentFraud,
            label: body.label.as_str(),
            comment: body.comment.as_deref(),
            reviewer: reviewer.map(|reviewer| (&*reviewer.name, &*reviewer.email)),
        };
        look_for(&body.customer_id, &sent, look).await
    }
}

async fn look_for(
    customer_id: &str,
    sent: &Sent<'_>,
    look: &mut Look<Ravelin>,
) -> Result<Settled<Review>, Error> {
    let reviews = look.read(CustomerReviews::new(customer_id)).await?;
    // The request names the id. A review of another customer would be a fault of the provider.
    let reviews: Vec<Review> = reviews
        .into_iter()
        .filter(|review| review.customer_id == customer_id)
        .collect();
    let verdict = sent.judge(&reviews, |timestamp| look.may_be_later(timestamp));
    Ok(match verdict {
        Verdict::Applied(review) => Settled::Applied(review.clone()),
        // A review that can't be read may be this write, or a later one.
        _ if !look.is_whole() => Settled::CannotTell(Why::new(Reason::Unclear, ASK)),
        Verdict::InEffect(review) => Settled::InEffect(review.clone()),
        Verdict::Superseded(review) => Settled::Superseded(review.clone()),
        Verdict::NotSeen => look.not_seen(),
        Verdict::CannotTell(reason) => Settled::CannotTell(Why::new(reason, ASK)),
    })
}

/// Returns the sent body as JSON, in which the category is a member like the others.
fn content(body: &impl serde::Serialize) -> Value {
    serde_json::to_value(body).unwrap_or_default()
}

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.get(name)?.as_str()
}
