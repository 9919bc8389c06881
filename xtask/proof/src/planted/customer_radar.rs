use customer_api_core::{ClientBuilder, rate_limit::Unlimited};
use customer_api_sandbox::{CustomerRadarOptions, Sandbox, SandboxError, Server};
use feedback_invitations::{Client, LogIn, Programme, Recipient, SendInvitation};

use super::{EMAIL, MOBILE, NAME, PASSWORD, TEXT, USER};
use crate::{Entry, Facts, Provider, generated::feedback_invitations as table};

/// Customer Radar, with a password that must not be shown.
#[derive(Debug)]
pub struct CustomerRadar(Sandbox);

impl Provider for CustomerRadar {
    const CRATE: &'static str = crate::CustomerRadar::CRATE;
    const FACTS: Facts = crate::CustomerRadar::FACTS;
    type Client = Client;
    type Imitation = customer_api_sandbox::CustomerRadar;

    async fn start() -> Result<Self, SandboxError> {
        let options = CustomerRadarOptions::default().credentials(USER, PASSWORD);
        let sandbox = Sandbox::builder().customer_radar(options).start().await?;
        Ok(Self(sandbox))
    }

    fn server(&self) -> &Server<Self::Imitation> {
        self.0.customer_radar()
    }

    fn applied(&self) -> usize {
        self.0.customer_radar().applied_count()
    }

    fn builder(&self) -> ClientBuilder<Client> {
        Client::builder(USER, PASSWORD)
            .base_url(self.server().base_url())
            .rate_limiter(Unlimited)
    }

    fn operations() -> Vec<Entry<Client>> {
        table::operations(&Samples)
    }

    fn marked_write(word: &str) -> Entry<Client> {
        crate::CustomerRadar::marked_write(word)
    }
}

struct Samples;

impl table::Samples for Samples {
    fn log_in(&self) -> LogIn {
        LogIn::new(USER, PASSWORD)
    }

    fn send_invitation(&self) -> SendInvitation {
        let recipient = Recipient::new("location-1")
            .email(EMAIL)
            .mobile(MOBILE)
            .first_name(NAME)
            .last_name(NAME)
            .pom_display_id("pom-1")
            .metadata("note", TEXT);
        SendInvitation::new(&Programme::new("client-1", "programme-1"), recipient)
    }
}
