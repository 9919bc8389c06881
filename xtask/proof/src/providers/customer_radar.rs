use customer_api_core::{ClientBuilder, rate_limit::Unlimited};
use customer_api_sandbox::{Sandbox, SandboxError, Server};
use feedback_invitations::{Client, LogIn, Programme, Recipient, SendInvitation};
use serde_json::json;

use crate::{Entry, Facts, Offline, Provider, Texts, generated::feedback_invitations as table};

/// Customer Radar, with its default settings.
#[derive(Debug)]
pub struct CustomerRadar(Sandbox);

impl Provider for CustomerRadar {
    const CRATE: &'static str = "feedback-invitations";
    const FACTS: Facts = Facts {
        throttling_comes_first: false,
        wait_when_throttled: None,
        failure_in_2xx: Some(|says| json!({ "code": "00042", "description": says })),
        done_by_status: &["sendInvitation"],
        login: Some("logIn"),
        may_find_nothing: &[],
        keeps_any_json: &[],
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
        Entry::new(write, Client::call)
    }

    fn operations() -> Vec<Entry<Client>> {
        table::operations(&Samples)
    }
}

impl Offline for CustomerRadar {
    fn offline() -> ClientBuilder<Client> {
        Client::builder("testing", "testing12345").rate_limiter(Unlimited)
    }

    fn login_response() -> Option<&'static str> {
        Some(r#"{"token":"token-4711"}"#)
    }

    fn worded(words: &Texts<'_>) -> Vec<Entry<Client>> {
        table::operations(&Worded(words))
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

struct Worded<'w>(&'w Texts<'w>);

impl table::Samples for Worded<'_> {
    fn log_in(&self) -> LogIn {
        LogIn::new(self.0.next(), self.0.next())
    }

    fn send_invitation(&self) -> SendInvitation {
        // Addresses and numbers are trimmed.
        let recipient = Recipient::new(self.0.next())
            .email("ana@shop.example")
            .mobile("0211234321")
            .first_name(self.0.next())
            .last_name(self.0.next())
            .pom_display_id(self.0.next())
            .metadata(self.0.next(), self.0.next())
            .metadata(self.0.next(), self.0.next());
        let programme = Programme::new(self.0.next(), self.0.next());
        SendInvitation::new(&programme, recipient)
    }
}
