use customer_api_core::ClientBuilder;
use customer_api_sandbox::{RavelinOptions, Review, Sandbox, SandboxError, Server};
use ravelin_labels::{
    AllReviews, Client, CustomerReviews, Label, LabelCustomer, LastReview, LegacyLabelCustomer,
    PaymentFraudReview, Reviewer,
};

use super::{EMAIL, ID, KEY, NAME, TEXT};
use crate::{Entry, Facts, Provider, generated::ravelin_labels as table};

/// Ravelin, with a review whose data must not be shown.
#[derive(Debug)]
pub struct Ravelin(Sandbox);

impl Provider for Ravelin {
    const CRATE: &'static str = crate::Ravelin::CRATE;
    const FACTS: Facts = crate::Ravelin::FACTS;
    type Client = Client;
    type Imitation = customer_api_sandbox::Ravelin;

    async fn start() -> Result<Self, SandboxError> {
        let options = RavelinOptions::default().secret_key(KEY);
        let sandbox = Sandbox::builder().ravelin(options).start().await?;
        let reviewer = customer_api_sandbox::Reviewer::new(NAME, EMAIL);
        let review = Review::new(ID, "GENUINE", "2026-01-01T00:00:00Z");
        sandbox
            .ravelin()
            .seed_review(review.with_comment(TEXT).with_reviewer(reviewer));
        Ok(Self(sandbox))
    }

    fn server(&self) -> &Server<Self::Imitation> {
        self.0.ravelin()
    }

    fn applied(&self) -> usize {
        self.0.ravelin().applied_count()
    }

    fn builder(&self) -> ClientBuilder<Client> {
        Client::builder(KEY).base_url(self.server().base_url())
    }

    fn operations() -> Vec<Entry<Client>> {
        table::operations(&Samples)
    }

    fn marked_write(word: &str) -> Entry<Client> {
        crate::Ravelin::marked_write(word)
    }
}

struct Samples;

impl table::Samples for Samples {
    fn legacy_label_customer(&self) -> LegacyLabelCustomer {
        #[expect(deprecated, reason = "it is an operation like any other")]
        LegacyLabelCustomer::new(ID, Label::Genuine)
            .comment(TEXT)
            .reviewer(Reviewer::new(NAME, EMAIL))
    }

    fn all_reviews(&self) -> AllReviews {
        AllReviews::new()
    }

    fn last_review(&self) -> LastReview {
        LastReview::new(ID)
    }

    fn customer_reviews(&self) -> CustomerReviews {
        CustomerReviews::new(ID)
    }

    fn label_customer(&self) -> LabelCustomer {
        LabelCustomer::payment_fraud(ID, PaymentFraudReview::Fraudster)
            .comment(TEXT)
            .reviewer(Reviewer::new(NAME, EMAIL))
    }
}
