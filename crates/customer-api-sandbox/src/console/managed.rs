//! The servers of all providers, behind one interface.

use std::collections::BTreeSet;
use std::pin::Pin;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use super::form::read_at;
use super::problem::FormError;
use super::records::{CustomersForm, OutboxForm, ReviewsForm, check_id};
use crate::error::SandboxError;
use crate::fault::ConnectionFault;
use crate::omnidesk::{Omnidesk, OmnideskCustomer, OmnideskOptions};
use crate::pipeline::Pipeline;
use crate::ravelin::{Ravelin, RavelinOptions};
use crate::revnue::{Revnue, RevnueCustomer, RevnueOptions};
use crate::server::Server;
use crate::{CustomerRadar, CustomerRadarOptions, SentInvitation};

type Done<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A server, whichever provider it imitates.
pub(crate) trait Managed: Connections + Switches {
    fn title(&self) -> &'static str;

    /// Returns a short description of the provider's records.
    fn about(&self) -> &'static str;

    /// Returns the variables that the clients of this project read.
    fn environment(&self) -> Vec<(&'static str, String)>;

    /// Returns the header that a request needs, with variables in place of secrets.
    fn credential(&self) -> (&'static str, &'static str);

    /// Returns the records and the counters.
    fn records(&self) -> Value;

    /// Replaces the records. A list that is missing becomes empty.
    fn replace_records(&self, records: Map<String, Value>) -> Result<(), FormError>;

    /// Returns the messages that were triggered. Most providers send none.
    fn outbox(&self) -> Vec<SentInvitation> {
        Vec::new()
    }
}

/// The part of a server that does not depend on the provider.
pub(crate) trait Connections: Send + Sync {
    fn pipeline(&self) -> &Pipeline;
    fn base_url(&self) -> &str;
    fn refuse(&self) -> Done<'_, ()>;
    fn accept(&self) -> Done<'_, Result<(), SandboxError>>;
    fn fault_next(&self, fault: ConnectionFault);
}

impl<P: Send + Sync> Connections for Server<P> {
    fn pipeline(&self) -> &Pipeline {
        self.pipeline()
    }

    fn base_url(&self) -> &str {
        self.base_url()
    }

    fn refuse(&self) -> Done<'_, ()> {
        Box::pin(self.refuse_connections())
    }

    fn accept(&self) -> Done<'_, Result<(), SandboxError>> {
        Box::pin(self.accept_connections())
    }

    fn fault_next(&self, fault: ConnectionFault) {
        self.fault_connection(fault);
    }
}

/// The switches of a server, as JSON.
pub(crate) trait Switches {
    fn default_switches(&self) -> Value;
    fn switches(&self) -> Value;

    /// Reads switches without setting them.
    fn read_switches(&self, switches: Value) -> Result<(), FormError>;

    fn set_switches(&self, switches: Value) -> Result<(), FormError>;
}

/// A provider with switches. Its servers read and return the switches as JSON.
trait Switched: Sized {
    type Options: Default + Serialize + DeserializeOwned;

    fn options(server: &Server<Self>) -> Self::Options;
    fn set_options(server: &Server<Self>, options: Self::Options) -> Result<(), SandboxError>;
}

impl<P: Switched> Switches for Server<P> {
    fn default_switches(&self) -> Value {
        json!(P::Options::default())
    }

    fn switches(&self) -> Value {
        json!(P::options(self))
    }

    fn read_switches(&self, switches: Value) -> Result<(), FormError> {
        read_at::<P::Options>("", switches).map(drop)
    }

    fn set_switches(&self, switches: Value) -> Result<(), FormError> {
        let options = read_at("", switches)?;
        P::set_options(self, options)
            .map_err(|error| super::form::failed(String::new(), &error.to_string()))
    }
}

macro_rules! switched {
    ($($provider:ty => $options:ty),* $(,)?) => {$(
        impl Switched for $provider {
            type Options = $options;

            fn options(server: &Server<Self>) -> $options {
                server.options()
            }

            fn set_options(server: &Server<Self>, options: $options) -> Result<(), SandboxError> {
                server.set_options(options)
            }
        }
    )*};
}

switched! {
    Ravelin => RavelinOptions,
    Omnidesk => OmnideskOptions,
    Revnue => RevnueOptions,
    CustomerRadar => CustomerRadarOptions,
}

impl Managed for Server<Ravelin> {
    fn title(&self) -> &'static str {
        "Ravelin"
    }

    fn about(&self) -> &'static str {
        "labels of customers, for fraud"
    }

    fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("RAVELIN_SECRET_KEY", self.secret_key()),
            ("RAVELIN_BASE_URL", self.base_url().to_owned()),
        ]
    }

    fn credential(&self) -> (&'static str, &'static str) {
        ("Authorization", "token $RAVELIN_SECRET_KEY")
    }

    fn records(&self) -> Value {
        json!({
            "reviews": self.all_reviews(),
            "applied": self.applied_count(),
            "open_scrolls": self.open_scrolls().len(),
        })
    }

    fn replace_records(&self, records: Map<String, Value>) -> Result<(), FormError> {
        let form: ReviewsForm = read_at("", records.into())?;
        self.pipeline().reset_records();
        self.seed_reviews(form.reviews);
        Ok(())
    }
}

impl Managed for Server<Omnidesk> {
    fn title(&self) -> &'static str {
        "Omnidesk"
    }

    fn about(&self) -> &'static str {
        "customers of a help desk"
    }

    fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("OMNIDESK_API_KEY", self.api_key()),
            ("OMNIDESK_BASE_URL", self.base_url().to_owned()),
        ]
    }

    fn credential(&self) -> (&'static str, &'static str) {
        ("apiKey", "$OMNIDESK_API_KEY")
    }

    fn records(&self) -> Value {
        json!({
            "customers": self.customers(),
            "crm_syncs": self.crm_syncs(),
            "applied": self.applied_count(),
        })
    }

    fn replace_records(&self, records: Map<String, Value>) -> Result<(), FormError> {
        let mut form: CustomersForm<OmnideskCustomer> = read_at("", records.into())?;
        let crm_syncs = std::mem::take(&mut form.crm_syncs);
        let customers = form.with_ids(|customer| &mut customer.id)?;
        let (mut channels, mut events) = (BTreeSet::new(), BTreeSet::new());
        for (place, customer) in customers.iter().enumerate() {
            for (inner, channel) in customer.channels.iter().enumerate() {
                let pointer = format!("/customers/{place}/channels/{inner}/id");
                check_id(&pointer, channel.id, &mut channels)?;
            }
            for (inner, event) in customer.events.iter().enumerate() {
                let pointer = format!("/customers/{place}/events/{inner}/id");
                check_id(&pointer, event.id, &mut events)?;
            }
        }
        self.pipeline().reset_records();
        self.restore(customers, crm_syncs);
        Ok(())
    }
}

impl Managed for Server<Revnue> {
    fn title(&self) -> &'static str {
        "Revnue"
    }

    fn about(&self) -> &'static str {
        "customers of a company, for its contracts"
    }

    fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("REVNUE_TOKEN", self.token()),
            ("REVNUE_BASE_URL", self.base_url().to_owned()),
        ]
    }

    fn credential(&self) -> (&'static str, &'static str) {
        ("Authorization", "Bearer $REVNUE_TOKEN")
    }

    fn records(&self) -> Value {
        json!({
            "customers": self.customers(),
            "applied": self.applied_count(),
            "throttled": self.throttled_count(),
        })
    }

    fn replace_records(&self, records: Map<String, Value>) -> Result<(), FormError> {
        let form: CustomersForm<RevnueCustomer> = read_at("", records.into())?;
        let customers = form.with_ids(|customer| &mut customer.id)?;
        self.pipeline().reset_records();
        self.restore(customers);
        Ok(())
    }
}

impl Managed for Server<CustomerRadar> {
    fn title(&self) -> &'static str {
        "Customer Radar"
    }

    fn about(&self) -> &'static str {
        "feedback invitations by e-mail and SMS"
    }

    fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("RADAR_USERNAME", self.username()),
            ("RADAR_PASSWORD", self.password()),
            ("RADAR_BASE_URL", self.base_url().to_owned()),
            ("RADAR_CLIENT", "client-1".to_owned()),
            ("RADAR_PROGRAMME", "programme-1".to_owned()),
        ]
    }

    fn credential(&self) -> (&'static str, &'static str) {
        ("Authorization", "$RADAR_TOKEN")
    }

    fn records(&self) -> Value {
        json!({
            "outbox": self.outbox(),
            "applied": self.applied_count(),
            "suppressed": self.suppressed_count(),
            "logins": self.login_count(),
            "refused_logins": self.refused_login_count(),
            "refused_tokens": self.refused_token_count(),
            "throttled": self.throttled_count(),
            "live_tokens": self.live_tokens(),
        })
    }

    fn outbox(&self) -> Vec<SentInvitation> {
        self.outbox()
    }

    fn replace_records(&self, records: Map<String, Value>) -> Result<(), FormError> {
        let form: OutboxForm = read_at("", records.into())?;
        self.pipeline().reset_records();
        self.restore(form.outbox);
        Ok(())
    }
}
