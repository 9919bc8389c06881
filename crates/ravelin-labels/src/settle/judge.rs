//! Judges a sent label by the customer's reviews.

use customer_api_core::{
    Timestamp,
    settle::{Marker, Reason},
};

use crate::Review;

/// The category of a label. Reviews do not name the category.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Category {
    PaymentFraud,
    RefundAbuse,
}

/// A label that was sent.
pub(super) struct Sent<'a> {
    pub(super) category: Category,
    pub(super) label: &'a str,
    pub(super) comment: Option<&'a str>,
    /// Name and e-mail address.
    pub(super) reviewer: Option<(&'a str, &'a str)>,
}

#[derive(Debug, PartialEq)]
pub(super) enum Verdict<'r> {
    Applied(&'r Review),
    InEffect(&'r Review),
    Superseded(&'r Review),
    NotSeen,
    CannotTell(Reason),
}

/// The relation of another label to the label that was sent.
#[derive(PartialEq)]
enum Relation {
    Same,
    /// The other label replaces the label that was sent.
    Replaces,
    /// The other label belongs to another category.
    Unrelated,
    /// The category of the other label is unknown.
    Unclear,
}

const NO_JUDGEMENT: &str = "UNREVIEWED";

impl Sent<'_> {
    /// Judges by the reviews alone. `may_be_later` returns whether a review is not dated before the call, or `None` if that is unknown.
    pub(super) fn judge<'r>(
        &self,
        reviews: &'r [Review],
        may_be_later: impl Fn(&Timestamp) -> Option<bool>,
    ) -> Verdict<'r> {
        match self.comment.and_then(Marker::of_text) {
            Some(marker) => self.judge_marked(&marker, reviews),
            None => self.judge_unmarked(reviews, may_be_later),
        }
    }

    fn judge_marked<'r>(&self, marker: &Marker, reviews: &'r [Review]) -> Verdict<'r> {
        let marked = reviews.iter().filter(|review| {
            let comment = review.comment.as_deref();
            comment.is_some_and(|comment| marker.is_in_text(comment))
        });
        let Some(ours) = latest(marked) else {
            return Verdict::NotSeen;
        };
        if self.relation(ours) != Relation::Same {
            // The marker belongs to another write.
            return Verdict::CannotTell(Reason::Unclear);
        }
        if self.is_replaced(ours, reviews) {
            Verdict::Superseded(ours)
        } else {
            Verdict::Applied(ours)
        }
    }

    fn judge_unmarked<'r>(
        &self,
        reviews: &'r [Review],
        may_be_later: impl Fn(&Timestamp) -> Option<bool>,
    ) -> Verdict<'r> {
        let mut ours = None;
        for review in reviews.iter().filter(|review| self.is_like(review)) {
            match may_be_later(&review.timestamp) {
                Some(true) => ours = latest(ours.into_iter().chain([review])),
                Some(false) => {}
                None => return Verdict::CannotTell(Reason::Clocks),
            }
        }
        let Some(ours) = ours else {
            return Verdict::NotSeen;
        };
        if self.label == NO_JUDGEMENT {
            // The review may belong to the other category.
            return Verdict::CannotTell(Reason::NoMarker);
        }
        if self.is_replaced(ours, reviews) {
            return Verdict::Superseded(ours);
        }
        let is_doubtful = reviews.iter().any(|review| {
            review.timestamp >= ours.timestamp
                && matches!(
                    self.relation(review),
                    Relation::Replaces | Relation::Unclear
                )
        });
        if is_doubtful {
            // The other review has the same time, or its category is not known.
            Verdict::CannotTell(Reason::Unclear)
        } else {
            Verdict::InEffect(ours)
        }
    }

    /// Whether a later review of the same category has another label.
    fn is_replaced(&self, ours: &Review, reviews: &[Review]) -> bool {
        reviews.iter().any(|review| {
            review.timestamp > ours.timestamp && self.relation(review) == Relation::Replaces
        })
    }

    /// Whether a review matches what was sent: the label, the comment, and those parts of the reviewer that the review names.
    fn is_like(&self, review: &Review) -> bool {
        let comment = review.comment.as_deref().unwrap_or_default();
        let author = review.reviewer.as_ref();
        let is_by = |part: Option<&str>, sent: &str| part.is_none_or(|part| is_same(part, sent));
        review.label.as_str() == self.label
            && is_same(comment, self.comment.unwrap_or_default())
            && self.reviewer.is_none_or(|(name, email)| {
                author.is_some_and(|author| {
                    is_by(author.name.as_deref(), name) && is_by(author.email.as_deref(), email)
                })
            })
    }

    fn relation(&self, review: &Review) -> Relation {
        let label = review.label.as_str();
        if label == self.label {
            return Relation::Same;
        }
        let category = match label {
            "FRAUDSTER" | "GENUINE" | "POTENTIALLY_FRAUDSTER" | "POTENTIALLY_GENUINE" => {
                Category::PaymentFraud
            }
            "REFUND_ABUSE" | "NOT_REFUND_ABUSE" => Category::RefundAbuse,
            _ => return Relation::Unclear,
        };
        if category == self.category {
            Relation::Replaces
        } else {
            Relation::Unrelated
        }
    }
}

/// Returns the latest review. The provider promises no order.
fn latest<'r>(reviews: impl Iterator<Item = &'r Review>) -> Option<&'r Review> {
    reviews.max_by(|one, other| one.timestamp.cmp(&other.timestamp))
}

/// Whether two texts are equal except for white space around them.
fn is_same(one: &str, other: &str) -> bool {
    one.trim() == other.trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reviews(json: &str) -> Vec<Review> {
        serde_json::from_str(json).unwrap()
    }

    /// Builds reviews of a customer from second, label and comment.
    fn shown(reviewed: &[(u8, &str, Option<&str>)]) -> Vec<Review> {
        let all = reviewed.iter().map(|(second, label, comment)| {
            let mut review = serde_json::json!({
                "customerId": "cust-1",
                "label": label,
                "timestamp": format!("2026-03-01T12:00:{second:02}Z"),
            });
            if let Some(comment) = comment {
                review["comment"] = serde_json::json!(comment);
            }
            review
        });
        reviews(&serde_json::Value::from_iter(all).to_string())
    }

    fn fraudster(comment: Option<&'static str>) -> Sent<'static> {
        Sent {
            category: Category::PaymentFraud,
            label: "FRAUDSTER",
            comment,
            reviewer: None,
        }
    }

    /// Whether a time is not before second 10. By the provider's clock, the call was made at second 10.
    fn since_10(timestamp: &Timestamp) -> Option<bool> {
        let sent: Timestamp = "2026-03-01T12:00:10Z".parse().unwrap();
        Some(*timestamp >= sent)
    }

    const MARKED: Option<&str> = Some("[ref:case-4711~tthq] seen");

    #[test]
    fn a_marker_tells_which_review_is_the_calls_whatever_the_clocks_say() {
        let shown = shown(&[(12, "FRAUDSTER", Some("seen")), (1, "FRAUDSTER", MARKED)]);
        let verdict = fraudster(MARKED).judge(&shown, |_| None);
        assert_eq!(verdict, Verdict::Applied(&shown[1]));
        // Another review with the same label and time does not match.
        let verdict = fraudster(MARKED).judge(&shown[..1], since_10);
        assert_eq!(verdict, Verdict::NotSeen);
    }

    #[test]
    fn a_marker_with_another_label_is_another_calls() {
        let shown = shown(&[(12, "GENUINE", MARKED)]);
        let verdict = fraudster(MARKED).judge(&shown, since_10);
        assert_eq!(verdict, Verdict::CannotTell(Reason::Unclear));
    }

    #[test]
    fn without_a_marker_nothing_is_applied() {
        let shown = shown(&[(12, "FRAUDSTER", Some(" seen "))]);
        let sent = fraudster(Some("seen"));
        assert_eq!(sent.judge(&shown, since_10), Verdict::InEffect(&shown[0]));
    }

    #[test]
    fn an_older_review_of_the_same_label_is_not_the_calls() {
        let shown = shown(&[(9, "FRAUDSTER", None)]);
        assert_eq!(fraudster(None).judge(&shown, since_10), Verdict::NotSeen);
        let verdict = fraudster(None).judge(&shown, |_| None);
        assert_eq!(verdict, Verdict::CannotTell(Reason::Clocks));
    }

    #[test]
    fn another_comment_or_reviewer_is_another_review() {
        let shown = shown(&[(12, "FRAUDSTER", Some("chargeback"))]);
        for comment in [None, Some("seen")] {
            assert_eq!(fraudster(comment).judge(&shown, since_10), Verdict::NotSeen);
        }
        let by_ana = reviews(
            r#"[{"customerId":"cust-1","label":"FRAUDSTER","timestamp":"2026-03-01T12:00:12Z",
                "reviewer":{"name":"Ana"}}]"#,
        );
        let sent = |name| Sent {
            reviewer: Some((name, "ana@shop.example")),
            ..fraudster(None)
        };
        assert_eq!(
            sent("Ana").judge(&by_ana, since_10),
            Verdict::InEffect(&by_ana[0])
        );
        assert_eq!(sent("Bob").judge(&by_ana, since_10), Verdict::NotSeen);
    }

    #[test]
    fn a_later_label_of_the_category_supersedes_in_whatever_order_they_come() {
        let shown = shown(&[
            (14, "GENUINE", None),
            (12, "FRAUDSTER", MARKED),
            (2, "GENUINE", None),
        ]);
        let verdict = fraudster(MARKED).judge(&shown, since_10);
        assert_eq!(verdict, Verdict::Superseded(&shown[1]));
        let plain = self::shown(&[(14, "POTENTIALLY_GENUINE", None), (12, "FRAUDSTER", None)]);
        let verdict = fraudster(None).judge(&plain, since_10);
        assert_eq!(verdict, Verdict::Superseded(&plain[1]));
    }

    #[test]
    fn a_label_of_the_other_category_supersedes_nothing() {
        let shown = shown(&[(12, "FRAUDSTER", None), (14, "REFUND_ABUSE", None)]);
        let verdict = fraudster(None).judge(&shown, since_10);
        assert_eq!(verdict, Verdict::InEffect(&shown[0]));
    }

    #[test]
    fn what_may_have_replaced_the_label_leaves_doubt_without_a_marker() {
        for later in [(14, "UNREVIEWED"), (14, "WATCHED"), (12, "GENUINE")] {
            let plain = shown(&[(12, "FRAUDSTER", None), (later.0, later.1, None)]);
            let verdict = fraudster(None).judge(&plain, since_10);
            assert_eq!(verdict, Verdict::CannotTell(Reason::Unclear), "{later:?}");
            let marked = shown(&[(12, "FRAUDSTER", MARKED), (later.0, later.1, None)]);
            let verdict = fraudster(MARKED).judge(&marked, since_10);
            assert_eq!(verdict, Verdict::Applied(&marked[0]), "{later:?}");
        }
    }

    #[test]
    fn a_label_without_a_judgement_shows_no_category() {
        let sent = |comment| Sent {
            label: "UNREVIEWED",
            ..fraudster(comment)
        };
        let plain = shown(&[(12, "UNREVIEWED", None)]);
        let verdict = sent(None).judge(&plain, since_10);
        assert_eq!(verdict, Verdict::CannotTell(Reason::NoMarker));
        let marked = shown(&[(12, "UNREVIEWED", MARKED)]);
        assert_eq!(
            sent(MARKED).judge(&marked, since_10),
            Verdict::Applied(&marked[0])
        );
    }
}
