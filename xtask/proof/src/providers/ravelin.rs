use std::time::Duration;

use customer_api_core::ClientBuilder;
use customer_api_sandbox::{Review, Sandbox, SandboxError, Server};
use ravelin_labels::{
    AllReviews, Client, CustomerReviews, Label, LabelCustomer, LastReview, LegacyLabelCustomer,
    PaymentFraudReview, Reviewer,
};
use serde_json::json;

use crate::{Entry, Facts, Offline, Provider, Texts, generated::ravelin_labels as table};

/// Ravelin, with one review.
#[derive(Debug)]
pub struct Ravelin(Sandbox);

impl Provider for Ravelin {
    const CRATE: &'static str = "ravelin-labels";
    const FACTS: Facts = Facts {
        throttling_comes_first: false,
        wait_when_throttled: Some(Duration::from_secs(20)),
        failure_in_2xx: Some(
            |says| json!({ "status": 200, "note": says, "data": { "source": "RATE_LIMIT" } }),
        ),
        done_by_status: &[],
        login: None,
        may_find_nothing: &["lastReview", "customerReviews"],
        keeps_any_json: &[],
    };
    type Client = Client;
    type Imitation = customer_api_sandbox::Ravelin;

    async fn start() -> Result<Self, SandboxError> {
        let sandbox = Sandbox::start().await?;
        let review = Review::new("cust-1", "GENUINE", "2026-01-01T00:00:00Z");
        sandbox.ravelin().seed_review(review);
        Ok(Self(sandbox))
    }

    fn server(&self) -> &Server<Self::Imitation> {
        self.0.ravelin()
    }

    fn applied(&self) -> usize {
        self.0.ravelin().applied_count()
    }

    fn builder(&self) -> ClientBuilder<Client> {
        let server = self.server();
        Client::builder(server.secret_key()).base_url(server.base_url())
    }

    fn marked_write(word: &str) -> Entry<Client> {
        let write =
            LabelCustomer::payment_fraud("cust-1", PaymentFraudReview::Fraudster).comment(word);
        Entry::new(write, Client::call)
    }

    fn operations() -> Vec<Entry<Client>> {
        table::operations(&Samples)
    }
}

impl Offline for Ravelin {
    fn offline() -> ClientBuilder<Client> {
        Client::builder("sk_test_4711")
    }

    fn worded(words: &Texts<'_>) -> Vec<Entry<Client>> {
        table::operations(&Worded(words))
    }
}

struct Samples;

impl table::Samples for Samples {
    fn legacy_label_customer(&self) -> LegacyLabelCustomer {
        #[expect(deprecated, reason = "it is an operation like any other")]
        LegacyLabelCustomer::new("cust-1", Label::Genuine)
    }

    fn all_reviews(&self) -> AllReviews {
        AllReviews::new()
    }

    fn last_review(&self) -> LastReview {
        LastReview::new("cust-1")
    }

    fn customer_reviews(&self) -> CustomerReviews {
        CustomerReviews::new("cust-1")
    }

    fn label_customer(&self) -> LabelCustomer {
        LabelCustomer::payment_fraud("cust-1", PaymentFraudReview::Fraudster)
            .comment("x".repeat(2_000))
    }
}

struct Worded<'w>(&'w Texts<'w>);

impl table::Samples for Worded<'_> {
    fn legacy_label_customer(&self) -> LegacyLabelCustomer {
        #[expect(deprecated, reason = "it is an operation like any other")]
        LegacyLabelCustomer::new(self.0.next(), Label::unlisted(self.0.next()))
            .comment(self.0.next())
            .reviewer(Reviewer::new(self.0.next(), self.0.next()))
    }

    fn all_reviews(&self) -> AllReviews {
        AllReviews::new().scroll_id(self.0.next())
    }

    fn last_review(&self) -> LastReview {
        LastReview::new(self.0.next())
    }

    fn customer_reviews(&self) -> CustomerReviews {
        CustomerReviews::new(self.0.next())
    }

    fn label_customer(&self) -> LabelCustomer {
        let review = PaymentFraudReview::unlisted(self.0.next());
        LabelCustomer::payment_fraud(self.0.next(), review)
            .comment(self.0.next())
            .reviewer(Reviewer::new(self.0.next(), self.0.next()))
    }
}
