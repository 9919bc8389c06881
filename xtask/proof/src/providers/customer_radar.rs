use customer_api_core::{ClientBuilder, rate_limit::Unlimited};
use customer_api_sandbox::{Sandbox, SandboxError, Server};
use feedback_invitations::{Client, LogIn, Programme, Recipient, SendInvitation};
use serde_json::json;

use crate::{Entry, Facts, Provider, generated::feedback_invitations as table};

/// Customer Radar, as it is set up by default.
#[derive(Debug)]
pub struct CustomerRadar(Sandbox);

impl Provider for CustomerRadar {
    const CRATE: &'static str = "feedback-invitations";
    const FACTS: Facts = Facts {
        throttling_comes_first: false,
        throttled_wait: None,
        failure_in_2xx: Some(|says| json!({ "code": "00042", "description": says })),
        login: Some("logIn"),
        may_find_nothing: &[],
    };
    type Client = Client;
    type Imitation = customer_api_sandbox::CustomerRadar;

    async fn start() -> Result<Self, SandboxError> {
        Sandbox::start().await.map(Self)
    }

    fn server(&self) -> &Server<Self::Imitation> {
        self.0.customer_radar()
    }

    fn applied(&self) -> usize {
        self.0.customer_radar().applied_count()
    }

    fn builder(&self) -> ClientBuilder<Client> {
        let server = self.server();
        Client::builder(server.username(), server.password())
            .base_url(server.base_url())
            .rate_limiter(Unlimited)
    }

    fn marked_write(word: &str) -> Entry<Client> {
        let write = SendInvitation::new(
            &Programme::new("client-1", "programme-1"),
            Recipient::new("location-1").email(format!("{word}@shop.example")),
        );
        Entry::new(write, Client::send)
    }

    fn operations() -> Vec<Entry<Client>> {
        table::operations(&Samples)
    }
}

struct Samples;

impl table::Samples for Samples {
    fn log_in(&self) -> LogIn {
        LogIn::new("testing", "testing12345")
    }

    fn send_invitation(&self) -> SendInvitation {
        let recipient = Recipient::new("location-1")
            .email("ana@shop.example")
            .mobile("0211234321")
            .metadata("note", "x".repeat(2_000));
        SendInvitation::new(&Programme::new("client-1", "programme-1"), recipient)
    }
}
