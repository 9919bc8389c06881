//! Omnidesk's customers: names, channels, custom fields, timelines.

mod customer;
mod directory;
mod fields;
mod options;
mod reads;
mod response_options;
mod wording;
mod writes;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use serde_json::json;

use crate::clock::Clock;
use crate::description::{Description, Rejection};
use crate::error::SandboxError;
use crate::http1::{Head, Response};
use crate::live::Live;
use crate::pipeline::{Pipeline, Surroundings};
use crate::provider::{Call, Outcome, Provider};
use crate::server::{Bound, Server};
pub use customer::{OmnideskChannel, OmnideskCrmSync, OmnideskCustomer, OmnideskEvent};
use directory::Directory;
pub use options::{ExistingId, OmnideskOptions};
pub use response_options::{
    ChannelsResponse, ErrorResponse, ItemResponse, MissingCustomer, NoMatch, SearchResponse,
    TimelineResponse, WriteResponse,
};
use writes::Refusal;

const NAME: &str = "omnidesk";
const DESCRIPTION: &str = include_str!("../descriptions/helpdesk-customers.json");
static LOADED: OnceLock<Description> = OnceLock::new();
const OPERATIONS: [&str; 16] = [
    "listCustomers",
    "getCustomer",
    "createCustomer",
    "renameCustomer",
    "updateCustomer",
    "deleteCustomer",
    "removeChannel",
    "purgeCustomerDataIrreversibly",
    "searchByExternalId",
    "searchByChannelValue",
    "addChannel",
    "updateCustomerByExternalId",
    "getTimeline",
    "addExternalEvent",
    "syncWithCrm",
    "createCustomerCrud",
];

pub(crate) fn start(
    address: SocketAddr,
    options: OmnideskOptions,
    surroundings: Surroundings,
) -> Result<Server<Omnidesk>, SandboxError> {
    let bound = Bound::new(NAME, address, &surroundings.hosts)?;
    let description = describe(&options)?;
    let directory = Mutex::new(Directory::new(options.shown_after));
    let provider = Arc::new(Omnidesk {
        options: Live::new(options),
        clock: Arc::clone(&surroundings.clock),
        directory,
    });
    let served = Arc::clone(&provider) as Arc<dyn Provider>;
    let pipeline = Pipeline::new(NAME, description, served, surroundings);
    Ok(Server::start(bound, pipeline, provider))
}

/// Returns the description, changed according to the switches.
fn describe(options: &OmnideskOptions) -> Result<Description, SandboxError> {
    let mut description =
        Description::load_once(&LOADED, DESCRIPTION, &OPERATIONS).map_err(|cause| {
            SandboxError::Description {
                provider: NAME,
                cause,
            }
        })?;
    if let Some(name) = &options.ticket_history_parameter {
        description.add_query("getTimeline", name);
    }
    if options.refuse_unknown_query {
        description.refuse_unknown_query();
    }
    if !options.check_patterns {
        description.ignore_patterns();
    }
    for (operation, path) in [
        ("removeChannel", &options.remove_channel_path),
        ("purgeCustomerDataIrreversibly", &options.purge_path),
    ] {
        if let Some(path) = path {
            description.set_path(operation, path);
        }
    }
    Ok(description)
}

/// The imitated Omnidesk account: its key, its switches and its customers.
#[derive(Debug)]
pub struct Omnidesk {
    options: Live<OmnideskOptions>,
    clock: Arc<Clock>,
    directory: Mutex<Directory>,
}

/// The methods that only Omnidesk's server has.
impl Server<Omnidesk> {
    /// Returns the key that requests must carry, as `apiKey: <key>`.
    #[must_use]
    pub fn api_key(&self) -> String {
        self.provider.options().api_key.clone()
    }

    /// Returns the switches.
    pub fn options(&self) -> OmnideskOptions {
        OmnideskOptions::clone(&self.provider.options())
    }

    /// Replaces the switches, for requests that arrive from now on. Keeps the records.
    ///
    /// # Errors
    ///
    /// [`SandboxError::Description`], if the crate itself has a fault.
    pub fn set_options(&self, options: OmnideskOptions) -> Result<(), SandboxError> {
        self.pipeline().description.set(describe(&options)?);
        self.provider.directory().set_lag(options.shown_after);
        self.provider.options.set(options);
        Ok(())
    }

    /// Returns all customers, ordered by their ids.
    #[must_use]
    pub fn customers(&self) -> Vec<OmnideskCustomer> {
        self.provider.directory().all().cloned().collect()
    }

    /// Returns a customer by the help desk's id.
    #[must_use]
    pub fn customer(&self, id: u64) -> Option<OmnideskCustomer> {
        self.provider.directory().get(id).cloned()
    }

    /// Returns a brand's first customer with the merchant's own id.
    #[must_use]
    pub fn customer_by_external_id(
        &self,
        brand_id: u64,
        external_id: &str,
    ) -> Option<OmnideskCustomer> {
        let directory = self.provider.directory();
        let mut customers = directory.all();
        let found = customers.find(|one| one.has_external_id(Some(brand_id), external_id));
        found.cloned()
    }

    /// Adds a customer as if it had existed before, and returns its id.
    pub fn seed_customer(&self, customer: OmnideskCustomer) -> u64 {
        self.provider.directory().seed(customer)
    }

    /// Adds customers, and keeps their ids. Adds synchronisations.
    #[cfg(feature = "console")]
    pub(crate) fn restore(
        &self,
        customers: Vec<OmnideskCustomer>,
        crm_syncs: Vec<OmnideskCrmSync>,
    ) {
        let mut directory = self.provider.directory();
        directory.crm_syncs.extend(crm_syncs);
        directory.restore(customers);
    }

    /// Removes a customer, as if another program had removed it.
    pub fn remove_customer(&self, id: u64) -> Option<OmnideskCustomer> {
        self.provider.directory().remove_at_once(id)
    }

    /// Returns the requested synchronisations with the CRM.
    #[must_use]
    pub fn crm_syncs(&self) -> Vec<OmnideskCrmSync> {
        self.provider.directory().crm_syncs.clone()
    }

    /// Returns how many writes were carried out, over all customers.
    #[must_use]
    pub fn applied_count(&self) -> usize {
        self.provider.directory().applied
    }
}

impl Provider for Omnidesk {
    fn dates(&self) -> bool {
        self.options().dates
    }

    fn reset(&self) {
        *self.directory() = Directory::new(self.options().shown_after);
    }

    fn admit(&self, head: &Head) -> Result<(), Response> {
        let mut keys = head.header_values("apikey");
        if keys.next() != Some(self.options().api_key.as_bytes()) || keys.next().is_some() {
            return Err(error(401, "The API key is not valid."));
        }
        Ok(())
    }

    fn refuse(&self, rejection: &Rejection) -> Response {
        let (status, message) = wording::refusal(rejection);
        let response = status.map_or_else(|| self.error(&message), |code| error(code, &message));
        match rejection {
            Rejection::WrongMethod(methods) => response.with_header("allow", &methods.join(", ")),
            _ => response,
        }
    }

    fn carry_out(&self, call: &Call<'_>) -> Outcome {
        let id = call.path.get("id").and_then(|id| id.parse().ok());
        let id = id.unwrap_or_default();
        if let Some(written) = self.write(call.operation_id, id, call.body) {
            return match written {
                Ok(message) => Outcome::applied(self.result(message)),
                Err(refusal) => Outcome::unchanged(self.refusal(refusal)),
            };
        }
        Outcome::unchanged(match call.operation_id {
            "listCustomers" => self.list(call.query),
            "searchByExternalId" => self.search_by_external_id(call.body),
            "searchByChannelValue" => self.search_by_channel_value(call.body),
            "getTimeline" => self.timeline(call),
            _ => self.get(id),
        })
    }
}

impl Omnidesk {
    fn options(&self) -> Arc<OmnideskOptions> {
        self.options.get()
    }

    fn result(&self, message: &str) -> Response {
        match self.options().write_response {
            WriteResponse::Message => {
                Response::json(200, &json!({ "type": "result", "message": message }))
            }
            WriteResponse::NoMessage => Response::json(200, &json!({ "type": "result" })),
            WriteResponse::EmptyBody => Response::empty(200),
            WriteResponse::Null => Response::json(200, &json!(null)),
        }
    }

    fn refusal(&self, refusal: Refusal) -> Response {
        match (refusal, self.options().missing_customer) {
            (Refusal::Missing(message), MissingCustomer::NotFound) => error(404, message),
            (Refusal::Missing(message) | Refusal::Error(message), _) => self.error(message),
        }
    }

    fn error(&self, message: &str) -> Response {
        match self.options().errors {
            ErrorResponse::Status400 => error(400, message),
            ErrorResponse::TypeIn200 => {
                Response::json(200, &json!({ "type": "error", "message": message }))
            }
        }
    }

    fn directory(&self) -> MutexGuard<'_, Directory> {
        self.directory
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn error(status: u16, message: &str) -> Response {
    Response::json(status, &json!({ "status": "error", "message": message }))
}
