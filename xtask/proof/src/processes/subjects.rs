//! The writes of the proofs: one for each kind of body, and one for each rule about what a refusal proves.

use customer_api_core::{ClientBuilder, Operation, ProviderClient};
use customer_api_sandbox::{
    CustomerRadar, ExistingId, Omnidesk, OmnideskCustomer, OmnideskOptions, Ravelin, Revnue,
    RevnueOptions, Sandbox, SandboxBuilder, Server,
};
use feedback_invitations::{Programme, Recipient, SendInvitation};
use helpdesk_customers::UpdateCustomerByExternalId;
use ravelin_labels::{LabelCustomer, PaymentFraudReview};
use revnue_customers::SINGLE_COMPANY;

/// A kind of write. It has no state, so its name is enough to pass it to a child.
pub trait Subject: Copy + 'static {
    /// The name of the job of the children that make this write.
    const NAME: &'static str;
    /// The statuses that prove that this provider did nothing. They deliberately repeat the provider crate's rules, as
    /// an independent check.
    const UNDONE: &'static [u16];
    /// Whether some of the statuses in `UNDONE` lead to a wait and a retry, so that the claim is withdrawn.
    const WITHDRAWS: bool;
    /// The provider's client.
    type Client: ProviderClient<Service: Default> + Clone + Send + Sync + 'static;
    /// The write.
    type Operation: Operation<Service = <Self::Client as ProviderClient>::Service>;
    /// The provider's sandbox.
    type Imitation: Send + Sync + 'static;

    /// Prepares the sandbox. The sandbox must not recognise that a write is made a second time.
    fn options(sandbox: SandboxBuilder) -> SandboxBuilder {
        sandbox
    }

    /// Creates the state that the write of a key needs.
    fn prepare(_: &Server<Self::Imitation>, _key: &str) {}

    /// Returns the provider's server in the sandbox.
    fn server(sandbox: &Sandbox) -> &Server<Self::Imitation>;

    /// Returns a client with the sandbox's credential.
    fn client(url: &str) -> ClientBuilder<Self::Client>;

    /// Returns a write that contains its key, so that the write can be distinguished from others.
    fn write(key: &str) -> Self::Operation;
}

/// Labels customers, in JSON.
#[derive(Clone, Copy, Debug)]
pub struct Label;

impl Subject for Label {
    const NAME: &'static str = "label";
    const UNDONE: &'static [u16] = &[400];
    const WITHDRAWS: bool = false;
    type Client = ravelin_labels::Client;
    type Operation = LabelCustomer;
    type Imitation = Ravelin;

    fn server(sandbox: &Sandbox) -> &Server<Ravelin> {
        sandbox.ravelin()
    }

    fn client(url: &str) -> ClientBuilder<Self::Client> {
        ravelin_labels::Client::builder("sk_test_sandbox").base_url(url)
    }

    fn write(key: &str) -> LabelCustomer {
        LabelCustomer::payment_fraud(key, PaymentFraudReview::Fraudster)
    }
}

/// Changes existing customers, as an upsert does: a form, with the key in the path.
#[derive(Clone, Copy, Debug)]
pub struct Update;

impl Subject for Update {
    const NAME: &'static str = "update";
    const UNDONE: &'static [u16] = &[400];
    const WITHDRAWS: bool = false;
    type Client = helpdesk_customers::Client;
    type Operation = UpdateCustomerByExternalId;
    type Imitation = Omnidesk;

    fn prepare(server: &Server<Omnidesk>, key: &str) {
        server.seed_customer(OmnideskCustomer::new(1, key).with_names("Ana", "Lopez"));
    }

    fn server(sandbox: &Sandbox) -> &Server<Omnidesk> {
        sandbox.omnidesk()
    }

    fn client(url: &str) -> ClientBuilder<Self::Client> {
        helpdesk_customers::Client::builder("omnidesk-sandbox-key", url)
    }

    fn write(key: &str) -> UpdateCustomerByExternalId {
        UpdateCustomerByExternalId::new(key, 1).lastname("Lopez-Garcia")
    }
}

/// Creates customers, in a multipart body.
#[derive(Clone, Copy, Debug)]
pub struct Creation;

impl Subject for Creation {
    const NAME: &'static str = "creation";
    const UNDONE: &'static [u16] = &[400];
    const WITHDRAWS: bool = false;
    type Client = helpdesk_customers::Client;
    type Operation = helpdesk_customers::CreateCustomer;
    type Imitation = Omnidesk;

    fn options(sandbox: SandboxBuilder) -> SandboxBuilder {
        sandbox.omnidesk(OmnideskOptions::default().existing_id(ExistingId::CreateAnother))
    }

    fn server(sandbox: &Sandbox) -> &Server<Omnidesk> {
        sandbox.omnidesk()
    }

    fn client(url: &str) -> ClientBuilder<Self::Client> {
        helpdesk_customers::Client::builder("omnidesk-sandbox-key", url)
    }

    fn write(key: &str) -> Self::Operation {
        helpdesk_customers::CreateCustomer::new(1).external_id(key)
    }
}

/// Creates customers at a provider whose 429 proves that nothing was done.
#[derive(Clone, Copy, Debug)]
pub struct Contract;

impl Subject for Contract {
    const NAME: &'static str = "contract";
    const UNDONE: &'static [u16] = &[400, 429];
    const WITHDRAWS: bool = true;
    type Client = revnue_customers::Client;
    type Operation = revnue_customers::CreateCustomer;
    type Imitation = Revnue;

    fn options(sandbox: SandboxBuilder) -> SandboxBuilder {
        sandbox.revnue(RevnueOptions::default().no_rate_limit())
    }

    fn server(sandbox: &Sandbox) -> &Server<Revnue> {
        sandbox.revnue()
    }

    fn client(url: &str) -> ClientBuilder<Self::Client> {
        revnue_customers::Client::builder("revnue-sandbox-token").base_url(url)
    }

    fn write(key: &str) -> Self::Operation {
        revnue_customers::CreateCustomer::new(SINGLE_COMPANY, key)
    }
}

/// Invites customers, after a login.
#[derive(Clone, Copy, Debug)]
pub struct Invitation;

impl Subject for Invitation {
    const NAME: &'static str = "invitation";
    const UNDONE: &'static [u16] = &[400, 401];
    const WITHDRAWS: bool = true;
    type Client = feedback_invitations::Client;
    type Operation = SendInvitation;
    type Imitation = CustomerRadar;

    fn server(sandbox: &Sandbox) -> &Server<CustomerRadar> {
        sandbox.customer_radar()
    }

    fn client(url: &str) -> ClientBuilder<Self::Client> {
        feedback_invitations::Client::builder("testing", "testing12345").base_url(url)
    }

    fn write(key: &str) -> SendInvitation {
        let recipient = Recipient::new("location-1").email(format!("{key}@shop.example"));
        SendInvitation::new(&Programme::new("client-1", "programme-1"), recipient)
    }
}
