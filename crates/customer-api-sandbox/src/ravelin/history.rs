//! The state of the Ravelin server: reviews in the order in which they arrived.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// A customer's review, as the sandbox stores it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Review {
    /// The customer's id, decoded.
    pub customer_id: String,
    /// The category, or `None` for a review that came through the deprecated endpoint.
    pub category: Option<String>,
    /// The label, which the successor endpoint calls `review`.
    pub label: String,
    /// The reason.
    pub comment: Option<String>,
    /// The reviewer.
    pub reviewer: Option<Reviewer>,
    /// The time, in RFC 3339.
    pub timestamp: String,
}

/// The author of a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Reviewer {
    /// The name.
    pub name: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
}

impl Review {
    /// Makes a review without category, comment and reviewer.
    #[must_use]
    pub fn new(
        customer_id: impl Into<String>,
        label: impl Into<String>,
        timestamp: impl Into<String>,
    ) -> Self {
        Self {
            customer_id: customer_id.into(),
            category: None,
            label: label.into(),
            comment: None,
            reviewer: None,
            timestamp: timestamp.into(),
        }
    }

    /// Sets the category, as for a review that came through the successor endpoint.
    #[must_use]
    pub fn with_category(mut self, category: impl Into<String>) -> Self {
        self.category = Some(category.into());
        self
    }

    /// Sets the comment.
    #[must_use]
    pub fn with_comment(mut self, comment: impl Into<String>) -> Self {
        self.comment = Some(comment.into());
        self
    }

    /// Sets the reviewer.
    #[must_use]
    pub fn with_reviewer(mut self, reviewer: Reviewer) -> Self {
        self.reviewer = Some(reviewer);
        self
    }

    /// Returns the review in the form in which `lastReview` and `customerReviews` show it.
    pub(super) fn to_json(&self) -> Value {
        let mut review = self.to_json_without_comment();
        if let (Some(comment), Some(fields)) = (&self.comment, review.as_object_mut()) {
            fields.insert("comment".to_owned(), json!(comment));
        }
        review
    }

    /// Returns the review in the form in which callbacks and `allReviews` show it.
    pub(super) fn to_json_without_comment(&self) -> Value {
        let mut fields = Map::new();
        fields.insert("customerId".to_owned(), json!(self.customer_id));
        fields.insert("label".to_owned(), json!(self.label));
        if let Some(reviewer) = &self.reviewer {
            fields.insert("reviewer".to_owned(), reviewer.to_json());
        }
        fields.insert("timestamp".to_owned(), json!(self.timestamp));
        Value::Object(fields)
    }
}

impl Reviewer {
    /// Makes a reviewer with both parts.
    #[must_use]
    pub fn new(name: impl Into<String>, email: impl Into<String>) -> Self {
        Self {
            name: Some(name.into()),
            email: Some(email.into()),
        }
    }

    pub(super) fn from_json(value: &Value) -> Option<Self> {
        let reviewer = value.as_object()?;
        let part = |name| reviewer.get(name).and_then(Value::as_str);
        Some(Self {
            name: part("name").map(str::to_owned),
            email: part("email").map(str::to_owned),
        })
    }

    pub(super) fn to_json(&self) -> Value {
        let parts = [("name", &self.name), ("email", &self.email)];
        let present = parts
            .into_iter()
            .filter_map(|(name, part)| Some((name.to_owned(), json!(part.as_ref()?))));
        Value::Object(present.collect())
    }
}

/// All reviews, and the recent labels that count against the limit of a customer.
#[derive(Debug, Default)]
pub(super) struct History {
    log: Vec<Arc<Review>>,
    reviews: HashMap<String, Vec<Arc<Review>>>,
    recent: HashMap<String, Vec<Duration>>,
    applied: usize,
    /// The reviews that were written through the API, with their times.
    written: Vec<(Arc<Review>, Duration)>,
}

impl History {
    /// Adds a review that was not written through the API.
    pub(super) fn seed(&mut self, review: Review) {
        self.add(Arc::new(review));
    }

    fn add(&mut self, review: Arc<Review>) {
        self.reviews
            .entry(review.customer_id.clone())
            .or_default()
            .push(Arc::clone(&review));
        self.log.push(review);
    }

    /// Adds a review that was written through the API.
    pub(super) fn apply(&mut self, review: Review, time: Duration) {
        let review = Arc::new(review);
        self.applied += 1;
        self.written.push((Arc::clone(&review), time));
        self.add(review);
    }

    /// Returns whether a review was written through the API later than `time`.
    pub(super) fn is_written_after(&self, review: &Arc<Review>, time: Duration) -> bool {
        let mut written = self.written.iter().rev();
        written.any(|(other, at)| *at > time && Arc::ptr_eq(other, review))
    }

    /// Returns all reviews of a customer, in the order in which they arrived.
    pub(super) fn of(&self, customer_id: &str) -> &[Arc<Review>] {
        self.reviews
            .get(customer_id)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// Returns all reviews of all customers, in the order in which they arrived.
    pub(super) fn all(&self) -> &[Arc<Review>] {
        &self.log
    }

    pub(super) fn applied(&self) -> usize {
        self.applied
    }

    /// Counts a label against the customer's limit: at most `limit` labels in the window that ends
    /// now. Returns whether the label is within the limit.
    pub(super) fn admit(
        &mut self,
        customer_id: &str,
        now: Duration,
        (limit, window): (u32, Duration),
    ) -> bool {
        let recent = self.recent.entry(customer_id.to_owned()).or_default();
        recent.retain(|then| now.saturating_sub(*then) < window);
        let free = recent.len() < limit as usize;
        if free {
            recent.push(now);
        }
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_come_back_one_window_after_they_were_taken() {
        let mut history = History::default();
        let limit = (2, Duration::from_secs(60));
        let mut admit =
            |customer, second| history.admit(customer, Duration::from_secs(second), limit);
        assert!(admit("a", 0));
        assert!(admit("a", 30));
        assert!(!admit("a", 59));
        assert!(admit("b", 59));
        assert!(admit("a", 60));
        assert!(!admit("a", 89));
        assert!(admit("a", 90));
    }

    #[test]
    fn absent_parts_stay_absent() {
        let review = Review::new("c", "GENUINE", "2020-01-23T16:33:02Z");
        let expected =
            json!({"customerId": "c", "label": "GENUINE", "timestamp": "2020-01-23T16:33:02Z"});
        assert_eq!(review.to_json(), expected);
        let half = Reviewer::from_json(&json!({"name": "Ana"})).unwrap();
        assert_eq!(half.to_json(), json!({"name": "Ana"}));
    }
}
