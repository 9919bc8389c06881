//! Revnue's customers, each of one company, and the quota of the account.

mod customer;
mod options;
mod wording;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use crate::clock::Clock;
use crate::description::{Description, Rejection};
use crate::error::SandboxError;
use crate::http1::{Head, Response};
use crate::lag::Lag;
use crate::live::Live;
use crate::parameters::Parameters;
use crate::pipeline::{Pipeline, Surroundings};
use crate::provider::{Call, Outcome, Provider};
use crate::quota::Quota;
use crate::server::{Bound, Server};
pub use customer::RevnueCustomer;
pub use options::{RevnueListResponse, RevnueOptions, RevnueWriteResponse};

const NAME: &str = "revnue";
const DESCRIPTION: &str = include_str!("../descriptions/revnue-customers.json");
static LOADED: OnceLock<Description> = OnceLock::new();
const OPERATIONS: [&str; 6] = [
    "listCustomers",
    "getCustomer",
    "createCustomer",
    "replaceCustomer",
    "updateCustomer",
    "deleteCustomer",
];
const LIST_PATH: &str = "/api/v2/customer";

pub(crate) fn start(
    address: SocketAddr,
    options: RevnueOptions,
    surroundings: Surroundings,
) -> Result<Server<Revnue>, SandboxError> {
    let bound = Bound::new(NAME, address, &surroundings.hosts)?;
    let description = describe(&options)?;
    let account = Mutex::new(Account::new(options.shown_after));
    let provider = Arc::new(Revnue {
        options: Live::new(options),
        clock: Arc::clone(&surroundings.clock),
        base_url: bound.base_url.clone(),
        account,
    });
    let served = Arc::clone(&provider) as Arc<dyn Provider>;
    let pipeline = Pipeline::new(NAME, description, served, surroundings);
    Ok(Server::start(bound, pipeline, provider))
}

/// Returns the description, changed according to the switches.
fn describe(options: &RevnueOptions) -> Result<Description, SandboxError> {
    let mut description =
        Description::load_once(&LOADED, DESCRIPTION, &OPERATIONS).map_err(|cause| {
            SandboxError::Description {
                provider: NAME,
                cause,
            }
        })?;
    if matches!(options.list_response, RevnueListResponse::Pages(_)) {
        description.add_query("listCustomers", "page");
    }
    if !options.trailing_slash {
        description.set_path("listCustomers", LIST_PATH);
        description.set_path("getCustomer", "/api/v2/customer/{id}");
    }
    Ok(description)
}

/// The imitated Revnue account: its token, its switches, its quota and its customers.
#[derive(Debug)]
pub struct Revnue {
    options: Live<RevnueOptions>,
    clock: Arc<Clock>,
    base_url: String,
    account: Mutex<Account>,
}

/// Customers by their ids.
type Customers = BTreeMap<u64, RevnueCustomer>;

#[derive(Debug)]
struct Account {
    customers: Customers,
    lag: Lag<Customers>,
    last_id: u64,
    quota: Quota,
    applied: usize,
    throttled: usize,
}

impl Account {
    /// Makes an empty account whose reads lag by this time.
    fn new(lag: Duration) -> Self {
        Self {
            customers: Customers::new(),
            lag: Lag::new(lag),
            last_id: 0,
            quota: Quota::default(),
            applied: 0,
            throttled: 0,
        }
    }

    /// Adds a customer. Reads show the customer immediately, even if they lag.
    fn seed(&mut self, customer: RevnueCustomer) -> u64 {
        let id = self.add(customer);
        if let Some(customer) = self.customers.get(&id) {
            self.lag
                .rewrite(|earlier| drop(earlier.insert(id, customer.clone())));
        }
        id
    }

    /// Removes a customer. From now on, no read shows it.
    fn remove_at_once(&mut self, id: u64) -> Option<RevnueCustomer> {
        self.lag.rewrite(|earlier| drop(earlier.remove(&id)));
        self.customers.remove(&id)
    }

    fn add(&mut self, mut customer: RevnueCustomer) -> u64 {
        self.last_id += 1;
        customer.id = self.last_id;
        self.customers.insert(customer.id, customer);
        self.last_id
    }
}

/// The methods that only Revnue's server has.
impl Server<Revnue> {
    /// Returns the token that requests must carry, as `Authorization: Bearer <token>`.
    #[must_use]
    pub fn token(&self) -> String {
        self.provider.options().token.clone()
    }

    /// Returns the switches.
    pub fn options(&self) -> RevnueOptions {
        RevnueOptions::clone(&self.provider.options())
    }

    /// Replaces the switches, for requests that arrive from now on. Keeps the records.
    ///
    /// # Errors
    ///
    /// [`SandboxError::Description`], if the crate itself has a fault.
    pub fn set_options(&self, options: RevnueOptions) -> Result<(), SandboxError> {
        self.pipeline().description.set(describe(&options)?);
        self.provider.account().lag.set_time(options.shown_after);
        self.provider.options.set(options);
        Ok(())
    }

    /// Returns all customers of all companies, ordered by their ids.
    #[must_use]
    pub fn customers(&self) -> Vec<RevnueCustomer> {
        self.provider
            .account()
            .customers
            .values()
            .cloned()
            .collect()
    }

    /// Returns a customer by its id.
    #[must_use]
    pub fn customer(&self, id: u64) -> Option<RevnueCustomer> {
        self.provider.account().customers.get(&id).cloned()
    }

    /// Adds a customer that was not written through the API, and returns its id.
    pub fn seed_customer(&self, customer: RevnueCustomer) -> u64 {
        self.provider.account().seed(customer)
    }

    /// Adds customers, and keeps their ids.
    #[cfg(feature = "console")]
    pub(crate) fn restore(&self, customers: Vec<RevnueCustomer>) {
        let mut account = self.provider.account();
        for customer in customers {
            account.last_id = account.last_id.max(customer.id);
            account.customers.insert(customer.id, customer);
        }
    }

    /// Removes a customer, as if another program had removed it.
    pub fn remove_customer(&self, id: u64) -> Option<RevnueCustomer> {
        self.provider.account().remove_at_once(id)
    }

    /// Returns how many writes were carried out.
    #[must_use]
    pub fn applied_count(&self) -> usize {
        self.provider.account().applied
    }

    /// Returns how many requests got 429 because the quota was used up.
    #[must_use]
    pub fn throttled_count(&self) -> usize {
        self.provider.account().throttled
    }
}

impl Provider for Revnue {
    fn dates(&self) -> bool {
        self.options().dates
    }

    fn reset(&self) {
        *self.account() = Account::new(self.options().shown_after);
    }

    fn admit(&self, head: &Head) -> Result<(), Response> {
        let mut credentials = head.header_values("authorization");
        let expected = format!("Bearer {}", self.options().token);
        if credentials.next() != Some(expected.as_bytes()) || credentials.next().is_some() {
            let response = wording::detail(401, "Invalid token.");
            return Err(response.with_header("www-authenticate", "Bearer"));
        }
        if let Some(limit) = self.options().rate_limit {
            let mut account = self.account();
            if let Err(seconds) = account.quota.admit(limit, self.clock.now()) {
                account.throttled += 1;
                let response = wording::throttled(seconds);
                return Err(if self.options().retry_after {
                    response.with_header("retry-after", &seconds.to_string())
                } else {
                    response
                });
            }
        }
        if head.method == "PATCH" && !self.options().patch {
            let known = ["GET", "PUT", "DELETE"].map(str::to_owned);
            return Err(wording::wrong_method(&known));
        }
        Ok(())
    }

    fn refuse(&self, rejection: &Rejection) -> Response {
        wording::refusal(rejection)
    }

    fn carry_out(&self, call: &Call<'_>) -> Outcome {
        let id = call.path.get("id").and_then(|id| id.parse().ok());
        let id = id.unwrap_or_default();
        let mut account = self.account();
        let account = &mut *account;
        let now = self.clock.now();
        let shown = account.lag.shown(&account.customers, now);
        match call.operation_id {
            "listCustomers" => return Outcome::unchanged(self.list(shown, call.query)),
            "getCustomer" => return Outcome::unchanged(get(shown, id, call.query)),
            _ => account.lag.before_write(&account.customers, now),
        }
        let written = match call.operation_id {
            "createCustomer" => self.create(account, call.body),
            "replaceCustomer" | "updateCustomer" => {
                let replaces = call.operation_id == "replaceCustomer";
                self.change(account, id, call.body, replaces)
            }
            _ => self.delete(account, id, call.query),
        };
        match written {
            Ok(response) => {
                account.applied += 1;
                self.clock.step();
                Outcome::applied(response)
            }
            Err(response) => Outcome::unchanged(response),
        }
    }
}

fn get(customers: &Customers, id: u64, query: &Parameters) -> Response {
    let company = number(query.get("company"));
    match customers.get(&id) {
        Some(customer) if Some(customer.company) == company => {
            Response::json(200, &customer.read_form())
        }
        _ => wording::not_found(),
    }
}

fn number(text: Option<&str>) -> Option<u64> {
    text.and_then(|text| text.parse().ok())
}

impl Revnue {
    fn options(&self) -> Arc<RevnueOptions> {
        self.options.get()
    }

    fn list(&self, customers: &Customers, query: &Parameters) -> Response {
        let company = number(query.get("company"));
        let all: Vec<Value> = customers
            .values()
            .filter(|customer| Some(customer.company) == company)
            .map(RevnueCustomer::read_form)
            .collect();
        let shown = match self.options().list_response {
            RevnueListResponse::Array => Value::Array(all),
            RevnueListResponse::Results => json!({ "results": all }),
            RevnueListResponse::Odd => json!({ "customers": all }),
            RevnueListResponse::OneObject => all.into_iter().next().unwrap_or_else(|| json!({})),
            RevnueListResponse::FirstPageOnly(size) => {
                let first: Vec<_> = all.iter().take(size).collect();
                json!({ "count": all.len(), "next": null, "previous": null, "results": first })
            }
            RevnueListResponse::Pages(size) => {
                let page = match query.get("page") {
                    None => 1,
                    Some(page) => page.parse().unwrap_or_default(),
                };
                match self.page(&all, size.max(1), page, query.get("company")) {
                    Some(page) => page,
                    None => return wording::detail(404, "Invalid page."),
                }
            }
        };
        Response::json(200, &shown)
    }

    /// Returns a page by its number, from 1, or `None` if it does not exist.
    fn page(
        &self,
        all: &[Value],
        size: usize,
        page: usize,
        company: Option<&str>,
    ) -> Option<Value> {
        let pages = all.len().div_ceil(size).max(1);
        let before = page.checked_sub(1)?;
        if page > pages {
            return None;
        }
        let results: Vec<_> = all.iter().skip(before * size).take(size).collect();
        let own = || {
            let slash = if self.options().trailing_slash {
                "/"
            } else {
                ""
            };
            format!("{}{LIST_PATH}{slash}", self.base_url)
        };
        let url = self.options().next_url.clone().unwrap_or_else(own);
        let company = company.unwrap_or_default();
        let link = |page: usize| format!("{url}?company={company}&page={page}");
        let next = (page < pages).then(|| link(page + 1));
        let previous = (page > 1).then(|| link(before));
        Some(json!({ "count": all.len(), "next": next, "previous": previous, "results": results }))
    }

    fn create(&self, account: &mut Account, body: &Value) -> Result<Response, Response> {
        let mut customer = RevnueCustomer {
            company: company(body),
            ..RevnueCustomer::default()
        };
        customer.change(body);
        let id = account.add(customer);
        self.written(account, id, 201)
    }

    /// Changes a customer. A replacement clears the fields that its body does not name. An update
    /// keeps them.
    fn change(
        &self,
        account: &mut Account,
        id: u64,
        body: &Value,
        replaces: bool,
    ) -> Result<Response, Response> {
        let customer = account.customers.get_mut(&id);
        let customer = customer
            .filter(|customer| customer.company == company(body))
            .ok_or_else(wording::not_found)?;
        if replaces {
            customer.fields.clear();
        }
        customer.change(body);
        self.written(account, id, 200)
    }

    fn delete(
        &self,
        account: &mut Account,
        id: u64,
        query: &Parameters,
    ) -> Result<Response, Response> {
        let company = number(query.get("company"));
        if company.is_none() && self.options().company_on_delete {
            return Err(wording::company_is_required());
        }
        let fits =
            |customer: &&RevnueCustomer| company.is_none_or(|company| customer.company == company);
        if account.customers.get(&id).filter(fits).is_none() {
            return Err(wording::not_found());
        }
        account.customers.remove(&id);
        Ok(Response::empty(204))
    }

    fn written(&self, account: &Account, id: u64, status: u16) -> Result<Response, Response> {
        let customer = account.customers.get(&id).ok_or_else(wording::not_found)?;
        Ok(match self.options().write_response {
            RevnueWriteResponse::ReadForm => Response::json(status, &customer.read_form()),
            RevnueWriteResponse::WriteForm => Response::json(status, &customer.write_form()),
            RevnueWriteResponse::EmptyBody => Response::empty(status),
        })
    }

    fn account(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn company(body: &Value) -> u64 {
    body.get("company")
        .and_then(Value::as_u64)
        .unwrap_or_default()
}
