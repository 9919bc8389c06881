//! Ravelin's label API: histories of reviews, and the responses of the operations.

mod all_reviews;
mod callback;
mod history;
mod options;
mod scroll;
mod scroll_options;
mod sequence;
mod wording;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use serde_json::{Value, json};

use crate::clock::{self, Clock};
use crate::description::{Description, Rejection};
use crate::error::SandboxError;
use crate::http1::{Head, Response};
use crate::live::Live;
use crate::pipeline::{Pipeline, Surroundings};
use crate::provider::{Call, Outcome, Provider};
use crate::server::{Bound, Server};
use crate::unknown_fields::Noise;
pub use callback::CallbackRequest;
use history::History;
pub use history::{Review, Reviewer};
pub use options::{LabelResponse, LegacyLabelResponse, NoReview, NoReviews, RavelinOptions};
pub use scroll::OpenScroll;
use scroll::Scrolls;
pub use scroll_options::{
    EmptyPage, LateFollowUp, ReviewOrder, ScrollCourse, ScrollIds, SinceBound, SinceFormat,
};
use sequence::Source;

const NAME: &str = "ravelin";
const DESCRIPTION: &str = include_str!("../descriptions/ravelin-labels.json");
static LOADED: OnceLock<Description> = OnceLock::new();
const OPERATIONS: [&str; 5] = [
    "legacyLabelCustomer",
    "lastReview",
    "customerReviews",
    "labelCustomer",
    "allReviews",
];

pub(crate) fn start(
    address: SocketAddr,
    options: RavelinOptions,
    surroundings: Surroundings,
) -> Result<Server<Ravelin>, SandboxError> {
    let bound = Bound::new(NAME, address, &surroundings.hosts)?;
    let description = describe(&options)?;
    let noise = Live::new(Noise::new(options.unknown_fields.unwrap_or_default()));
    let provider = Arc::new(Ravelin {
        options: Live::new(options),
        clock: Arc::clone(&surroundings.clock),
        noise,
        history: Mutex::default(),
        source: Mutex::default(),
        scrolls: Arc::default(),
        base_url: bound.base_url.clone(),
    });
    let served = Arc::clone(&provider) as Arc<dyn Provider>;
    let pipeline = Pipeline::new(NAME, description, served, surroundings);
    Ok(Server::start(bound, pipeline, provider))
}

/// Returns the description, changed according to the switches.
fn describe(options: &RavelinOptions) -> Result<Description, SandboxError> {
    let mut description =
        Description::load_once(&LOADED, DESCRIPTION, &OPERATIONS).map_err(|cause| {
            SandboxError::Description {
                provider: NAME,
                cause,
            }
        })?;
    description.add_query("allReviews", &options.scroll.since_parameter.0);
    if options.scroll.refuse_unknown_query {
        description.refuse_unknown_query();
    }
    Ok(description)
}

/// The imitated Ravelin account: its key, its switches and its reviews.
#[derive(Debug)]
pub struct Ravelin {
    options: Live<RavelinOptions>,
    clock: Arc<Clock>,
    noise: Live<Noise>,
    history: Mutex<History>,
    source: Mutex<Option<Source>>,
    scrolls: Arc<Mutex<Scrolls>>,
    base_url: String,
}

/// The methods that only Ravelin's server has.
impl Server<Ravelin> {
    /// Returns the key that requests must carry, as `Authorization: token <key>`.
    #[must_use]
    pub fn secret_key(&self) -> String {
        self.provider.options().secret_key.clone()
    }

    /// Returns the switches.
    pub fn options(&self) -> RavelinOptions {
        RavelinOptions::clone(&self.provider.options())
    }

    /// Replaces the switches, for requests that arrive from now on. Keeps the records.
    ///
    /// # Errors
    ///
    /// [`SandboxError::Description`], if the crate itself has a fault.
    pub fn set_options(&self, options: RavelinOptions) -> Result<(), SandboxError> {
        self.pipeline().description.set(describe(&options)?);
        let noise = Noise::new(options.unknown_fields.unwrap_or_default());
        self.provider.noise.set(noise);
        self.provider.options.set(options);
        Ok(())
    }

    /// Returns all reviews of a customer, seeded and applied, in the order in which they arrived.
    #[must_use]
    pub fn reviews(&self, customer_id: &str) -> Vec<Review> {
        let history = self.provider.history();
        let reviews = history.of(customer_id).iter();
        reviews.map(|review| Review::clone(review)).collect()
    }

    /// Returns all reviews of all customers, in the order in which they arrived.
    #[must_use]
    pub fn all_reviews(&self) -> Vec<Review> {
        let history = self.provider.history();
        let reviews = history.all().iter();
        reviews.map(|review| Review::clone(review)).collect()
    }

    /// Returns how many labels were written through the API, over all customers.
    #[must_use]
    pub fn applied_count(&self) -> usize {
        self.provider.history().applied()
    }

    /// Adds a review that was not written through the API. The review becomes the customer's last review, whatever its
    /// timestamp.
    pub fn seed_review(&self, review: Review) {
        self.seed_reviews([review]);
    }

    /// Adds many reviews, like [`seed_review`](Self::seed_review).
    pub fn seed_reviews(&self, reviews: impl IntoIterator<Item = Review>) {
        for review in reviews {
            self.provider.history().seed(review);
        }
    }
}

impl Provider for Ravelin {
    fn expire_scrolls(&self) {
        lock(&self.scrolls).kill();
    }

    fn dates(&self) -> bool {
        self.options().dates
    }

    fn reset(&self) {
        *self.history() = History::default();
        lock(&self.scrolls).reset();
    }

    fn admit(&self, head: &Head) -> Result<(), Response> {
        let expected = format!("token {}", self.options().secret_key);
        let mut keys = head.header_values("authorization");
        if keys.next() != Some(expected.as_bytes()) || keys.next().is_some() {
            // The provider's sample for a wrong key contains 403 in its body. Its table states 401.
            return Err(self.response(
                401,
                json!({
                    "status": 403,
                    "message": "Invalid Request: API Key Incorrect. Please check your credentials and try again",
                }),
            ));
        }
        if !head.accepts_json() {
            return Err(self.error(406, "Not Acceptable"));
        }
        Ok(())
    }

    fn refuse(&self, rejection: &Rejection) -> Response {
        let (status, message) = wording::refusal(rejection);
        let response = self.error(status, &message);
        match rejection {
            Rejection::WrongMethod(methods) => response.with_header("allow", &methods.join(", ")),
            _ => response,
        }
    }

    fn carry_out(&self, call: &Call<'_>) -> Outcome {
        match call.operation_id {
            "legacyLabelCustomer" => self.legacy_label(call.body),
            "labelCustomer" => {
                let customer_id = call.path.get("customerid").unwrap_or_default();
                self.label(customer_id, call.body)
            }
            "allReviews" => self.all_reviews(call),
            operation => {
                let customer_id = call.path.get("customerId").unwrap_or_default();
                let shown = self.shown_reviews(customer_id);
                Outcome::unchanged(if operation == "lastReview" {
                    self.last_review(customer_id, shown)
                } else {
                    self.customer_reviews(shown)
                })
            }
        }
    }
}

impl Ravelin {
    fn options(&self) -> Arc<RavelinOptions> {
        self.options.get()
    }

    fn legacy_label(&self, body: &Value) -> Outcome {
        let review = review(text(body, "customerId"), text(body, "label"), body);
        match self.write(review) {
            Err(refusal) => Outcome::unchanged(refusal),
            Ok(stored) => Outcome::applied(match self.options().legacy_label_response {
                LegacyLabelResponse::StatusAndTimestamp => {
                    let timestamp = clock::unix_seconds(stored.time);
                    self.response(200, json!({ "status": 200, "timestamp": timestamp }))
                }
                LegacyLabelResponse::Null => self.response(200, Value::Null),
                LegacyLabelResponse::NoContent => Response::empty(204),
            }),
        }
    }

    fn label(&self, customer_id: &str, body: &Value) -> Outcome {
        let review =
            review(customer_id, text(body, "review"), body).with_category(text(body, "category"));
        match self.write(review) {
            Err(refusal) => Outcome::unchanged(refusal),
            Ok(stored) => Outcome::applied(self.response(200, self.label_body(&stored))),
        }
    }

    fn label_body(&self, stored: &Stored) -> Value {
        match self.options().label_response {
            LabelResponse::EventTimeNanos => {
                json!({ "eventTime": clock::rfc3339_nanos(stored.time) })
            }
            LabelResponse::EventTimeSeconds => {
                json!({ "eventTime": clock::rfc3339_seconds(stored.time) })
            }
            LabelResponse::Full => {
                let review = &stored.review;
                let category = review.category.as_deref().unwrap_or_default();
                let mut body = json!({
                    "timestamp": clock::rfc3339_nanos(stored.time),
                    "category": camel_case(category),
                    "review": review.label,
                    // The provider's values are not public. This one is plainly made up.
                    "reviewBand": "sandbox-band",
                    "entityId": review.customer_id,
                    "entityType": "customer",
                });
                if let Some(reviewer) = &review.reviewer {
                    set(&mut body, "author", reviewer.to_json());
                }
                if let Some(comment) = &review.comment {
                    set(&mut body, "reviewText", json!(comment));
                }
                body
            }
        }
    }

    /// Stores a review. If the review is not stored, returns the response to the request.
    fn write(&self, mut review: Review) -> Result<Stored, Response> {
        if !self.options().potential_labels && review.label.starts_with("POTENTIALLY_") {
            let message = format!(
                "Invalid Request: {} is not enabled for this account",
                review.label
            );
            return Err(self.error(400, &message));
        }
        if !self.options().refund_abuse && review.category.as_deref() == Some("REFUND_ABUSE") {
            return Err(self.error(400, "Invalid Request: REFUND_ABUSE is not supported"));
        }
        let mut history = self.history();
        let time = self.clock.now();
        if let Some(limit) = self.options().customer_limit {
            if !history.admit(&review.customer_id, time, limit) {
                drop(history);
                return Err(self.response(
                    200,
                    json!({
                        "status": 200,
                        "timestamp": clock::unix_seconds(time),
                        "data": { "action": "PREVENT", "source": "RATE_LIMIT" },
                    }),
                ));
            }
        }
        review.timestamp = clock::rfc3339_seconds(time);
        history.apply(review.clone(), time);
        self.clock.step();
        Ok(Stored { review, time })
    }

    fn shown_reviews(&self, customer_id: &str) -> Vec<Value> {
        let history = self.history();
        let shown = history
            .of(customer_id)
            .iter()
            .filter(|review| self.shows(review))
            .filter(|review| {
                let lag = self.options().shown_after;
                lag.is_zero()
                    || !history.is_written_after(review, self.clock.now().saturating_sub(lag))
            });
        shown.map(|review| review.to_json()).collect()
    }

    /// Returns whether the operations that read reviews show this one. They belong to the deprecated endpoint, which
    /// has no categories, so they may omit a review with a category.
    fn shows(&self, review: &Review) -> bool {
        self.options().customer_labels_in_reviews || review.category.is_none()
    }

    fn last_review(&self, customer_id: &str, mut reviews: Vec<Value>) -> Response {
        match (reviews.pop(), self.options().no_review) {
            (Some(last), _) => self.response(200, last),
            (None, NoReview::Null) => self.response(200, Value::Null),
            (None, NoReview::EmptyBody) => Response::empty(200),
            (None, NoReview::WithoutLabel) => {
                self.response(200, json!({ "customerId": customer_id }))
            }
            (None, NoReview::NotFound) => self.error(404, "Not Found"),
            (None, NoReview::BadRequest) => self.customer_not_found(),
        }
    }

    fn customer_reviews(&self, reviews: Vec<Value>) -> Response {
        if !reviews.is_empty() {
            return self.response(200, json!({ "reviews": reviews }));
        }
        match self.options().no_reviews {
            NoReviews::NullList => self.response(200, json!({ "reviews": null })),
            NoReviews::EmptyList => self.response(200, json!({ "reviews": [] })),
            NoReviews::MissingList => self.response(200, json!({})),
            NoReviews::Null => self.response(200, Value::Null),
            NoReviews::EmptyBody => Response::empty(200),
            NoReviews::NotFound => self.error(404, "Not Found"),
            NoReviews::BadRequest => self.customer_not_found(),
        }
    }

    fn customer_not_found(&self) -> Response {
        self.response(
            400,
            json!({
                "status": 400,
                "message": "Customer not found",
                "traceId": self.noise.get().uuid(),
                "timestamp": clock::unix_seconds(self.clock.now()),
            }),
        )
    }

    fn error(&self, status: u16, message: &str) -> Response {
        self.response(
            status,
            json!({
                "status": status,
                "message": message,
                "timestamp": clock::unix_seconds(self.clock.now()),
            }),
        )
    }

    fn response(&self, status: u16, mut body: Value) -> Response {
        if self.options().unknown_fields.is_some() {
            self.noise.get().add_unknown_fields(&mut body);
        }
        Response::json(status, &body)
    }

    fn history(&self) -> MutexGuard<'_, History> {
        lock(&self.history)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A review, with its exact time. The review's timestamp has only the seconds.
struct Stored {
    review: Review,
    time: std::time::Duration,
}

/// Makes a review without its time, from the fields that both kinds of label share.
fn review(customer_id: &str, label: &str, body: &Value) -> Review {
    let comment = body.get("comment").and_then(Value::as_str);
    Review {
        comment: comment.map(str::to_owned),
        reviewer: body.get("reviewer").and_then(Reviewer::from_json),
        ..Review::new(customer_id, label, "")
    }
}

/// Reads a field that the description requires to be a string.
fn text<'a>(body: &'a Value, field: &str) -> &'a str {
    body.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn set(object: &mut Value, field: &str, value: Value) {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(field.to_owned(), value);
    }
}

/// Converts a name as in the sample of version A: `REFUND_ABUSE` becomes `refundAbuse`.
fn camel_case(upper: &str) -> String {
    let mut words = upper.split('_').map(str::to_ascii_lowercase);
    let first = words.next().unwrap_or_default();
    words.fold(first, |joined, word| {
        let (initial, rest) = word.split_at_checked(1).unwrap_or(("", ""));
        joined + &initial.to_ascii_uppercase() + rest
    })
}
