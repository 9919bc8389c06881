//! The operations that change something. Each returns the message of its result, or the reason for
//! the refusal.

use serde_json::Value;

use super::Omnidesk;
use super::customer::{OmnideskCrmSync, OmnideskCustomer, OmnideskEvent};
use super::directory::Directory;
use super::fields::{channels, custom, extra_channels, guess_type, number, text};
use super::options::ExistingId;
use crate::clock;

/// The reason why a valid request is not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The customer or the channel does not exist.
    Missing(&'static str),
    Error(&'static str),
}

const NO_CUSTOMER: Refusal = Refusal::Missing("This customer does not exist.");
const CREATED: &str = "User created.";
const UPDATED: &str = "Customer updated.";

type Written = Result<&'static str, Refusal>;

impl Omnidesk {
    /// Carries out an operation that writes. Returns `None` for any other operation.
    pub(super) fn write(&self, operation_id: &str, id: u64, body: &Value) -> Option<Written> {
        let mut directory = self.directory();
        let directory = &mut *directory;
        directory.before_write(self.clock.now());
        let written = match operation_id {
            "createCustomer" => self.create(directory, body),
            "createCustomerCrud" => self.create_crud(directory, body),
            "renameCustomer" => rename(directory, body),
            "updateCustomer" => update(directory, id, body),
            "updateCustomerByExternalId" => update_by_external_id(directory, body),
            "addChannel" => add_channel(directory, body),
            "addExternalEvent" => self.add_event(directory, body),
            "syncWithCrm" => self.sync(directory, body),
            "deleteCustomer" => delete(directory, id),
            "removeChannel" => remove_channel(directory, id),
            "purgeCustomerDataIrreversibly" => purge(directory, id),
            _ => return None,
        };
        if written.is_ok() {
            directory.applied += 1;
            self.clock.step();
        }
        Some(written)
    }

    fn create(&self, directory: &mut Directory, body: &Value) -> Written {
        let brand_id = number(body, "brand_id").unwrap_or_default();
        let external_id = text(body, "primary_id");
        let searched = text(body, "search_customer_channel_value");
        // The external id takes precedence.
        let id = match (external_id, searched) {
            (Some(external_id), _) => self.place(directory, brand_id, external_id)?,
            (None, Some(value)) if self.options().search_by_channels => {
                match directory.find(|customer| customer.has_channel(brand_id, value)) {
                    Some(id) => Place::Present(id),
                    None => {
                        let customer = OmnideskCustomer {
                            brand_id,
                            ..OmnideskCustomer::default()
                        };
                        let id = directory.add(customer);
                        directory.add_channel(id, guess_type(value), value);
                        Place::New(id)
                    }
                }
            }
            (None, _) => return Err(Refusal::Error("The primary_id is required.")),
        };
        let (Place::New(customer_id) | Place::Present(customer_id)) = id;
        change(directory, customer_id, body);
        for (channel_type, value) in extra_channels(body) {
            directory.add_channel(customer_id, channel_type, &value);
        }
        let address = text(body, "customer_link_channel");
        if let Some(address) = address {
            let channel_type = text(body, "channel_id").unwrap_or(guess_type(address));
            directory.add_channel(customer_id, channel_type, address);
        }
        if let Some(ticket_id) = number(body, "ticket_id") {
            if let Some(customer) = directory.get_mut(customer_id) {
                customer.ticket_ids.push(ticket_id);
            }
        }
        Ok(match (id, address) {
            (Place::Present(_), _) => UPDATED,
            (Place::New(_), Some(_)) => "User created and channel linked.",
            (Place::New(_), None) => CREATED,
        })
    }

    fn create_crud(&self, directory: &mut Directory, body: &Value) -> Written {
        let brand_id = number(body, "brandID").unwrap_or_default();
        let external_id = text(body, "primaryID").unwrap_or_default();
        let place = self.place(directory, brand_id, external_id)?;
        let (Place::New(id) | Place::Present(id)) = place;
        change(directory, id, body);
        Ok(match place {
            Place::New(_) => CREATED,
            Place::Present(_) => UPDATED,
        })
    }

    /// Returns the customer that a creation writes. A new customer is added to the directory.
    fn place(
        &self,
        directory: &mut Directory,
        brand_id: u64,
        external_id: &str,
    ) -> Result<Place, Refusal> {
        let present =
            directory.find(|customer| customer.has_external_id(Some(brand_id), external_id));
        match (present, self.options().existing_id) {
            (Some(_), ExistingId::Refuse) => Err(Refusal::Error("This customer already exists.")),
            (Some(id), ExistingId::Update) => Ok(Place::Present(id)),
            (Some(_), ExistingId::CreateAnother) | (None, _) => {
                let customer = OmnideskCustomer::new(brand_id, external_id);
                Ok(Place::New(directory.add(customer)))
            }
        }
    }

    fn add_event(&self, directory: &mut Directory, body: &Value) -> Written {
        let brand_id = number(body, "brand_id").unwrap_or_default();
        let customer = number(body, "customer_id");
        let id = by_either_id(directory, brand_id, customer, text(body, "external_id"))?;
        let field = |name| text(body, name).unwrap_or_default().to_owned();
        let event = OmnideskEvent {
            id: directory.next_event_id(),
            initiated_by: field("initiated_by"),
            message: field("message"),
            source_url: field("source_url"),
            created_at: clock::date_and_time(self.clock.now()),
        };
        let customer = directory.get_mut(id).ok_or(NO_CUSTOMER)?;
        customer.events.push(event);
        Ok("Event created.")
    }

    fn sync(&self, directory: &mut Directory, body: &Value) -> Written {
        if !self.options().crm_lookup {
            return Err(Refusal::Error("This brand has no CRM lookup URL."));
        }
        directory.crm_syncs.push(OmnideskCrmSync {
            brand_id: number(body, "brandID").unwrap_or_default(),
            channel: text(body, "channel").unwrap_or_default().to_owned(),
            address: text(body, "address").map(str::to_owned),
        });
        Ok("Customer synchronized.")
    }
}

/// The customer that a creation writes: a new one, or one that is already present.
#[derive(Debug, Clone, Copy)]
enum Place {
    New(u64),
    Present(u64),
}

fn rename(directory: &mut Directory, body: &Value) -> Written {
    let brand_id = number(body, "brandID");
    let of_brand =
        |customer: &OmnideskCustomer| brand_id.is_none_or(|brand_id| brand_id == customer.brand_id);
    let id = match (number(body, "customerID"), text(body, "primaryID")) {
        (Some(id), _) => directory
            .get(id)
            .filter(|one| of_brand(one))
            .map(|one| one.id),
        (None, Some(external_id)) => {
            directory.find(|customer| customer.has_external_id(brand_id, external_id))
        }
        // A brand alone is documented as sufficient, but identifies no customer.
        (None, None) => None,
    };
    change(directory, id.ok_or(NO_CUSTOMER)?, body);
    Ok(UPDATED)
}

fn update(directory: &mut Directory, id: u64, body: &Value) -> Written {
    let brand_id = number(body, "brandID");
    let customer = directory.get(id).ok_or(NO_CUSTOMER)?;
    if brand_id != Some(customer.brand_id) {
        return Err(NO_CUSTOMER);
    }
    change(directory, id, body);
    Ok(UPDATED)
}

fn update_by_external_id(directory: &mut Directory, body: &Value) -> Written {
    let brand_id = number(body, "brandID").unwrap_or_default();
    let external_id = text(body, "externalPrimaryID");
    let id = by_either_id(directory, brand_id, None, external_id)?;
    change(directory, id, body);
    Ok(UPDATED)
}

fn add_channel(directory: &mut Directory, body: &Value) -> Written {
    let brand_id = number(body, "brand_id").unwrap_or_default();
    let customer = number(body, "customer_id");
    let id = by_either_id(directory, brand_id, customer, text(body, "primary_id"))?;
    for (channel_type, value) in extra_channels(body) {
        directory.add_channel(id, channel_type, &value);
    }
    Ok("Channel added.")
}

fn delete(directory: &mut Directory, id: u64) -> Written {
    directory.remove(id).ok_or(NO_CUSTOMER)?;
    Ok("Customer deleted.")
}

fn remove_channel(directory: &mut Directory, id: u64) -> Written {
    if directory.remove_channel(id) {
        Ok("Channel deleted.")
    } else {
        Err(Refusal::Missing("This channel does not exist."))
    }
}

fn purge(directory: &mut Directory, id: u64) -> Written {
    directory.get_mut(id).ok_or(NO_CUSTOMER)?.purge();
    Ok("Customer data purged.")
}

/// Returns the customer of a brand by the help desk's id, which takes precedence, or by the
/// merchant's id.
fn by_either_id(
    directory: &Directory,
    brand_id: u64,
    id: Option<u64>,
    external_id: Option<&str>,
) -> Result<u64, Refusal> {
    let found = directory.find(|customer| match (id, external_id) {
        (Some(id), _) => customer.id == id && customer.brand_id == brand_id,
        (None, Some(external_id)) => customer.has_external_id(Some(brand_id), external_id),
        (None, None) => false,
    });
    found.ok_or(NO_CUSTOMER)
}

/// Sets the names, custom fields and numbered channels that are present. The rest stays unchanged.
fn change(directory: &mut Directory, id: u64, body: &Value) {
    if let Some(customer) = directory.get_mut(id) {
        if let Some(name) = text(body, "firstname") {
            name.clone_into(&mut customer.first_name);
        }
        if let Some(name) = text(body, "lastname") {
            name.clone_into(&mut customer.last_name);
        }
        for (name, value) in custom(body) {
            let name = name.to_owned();
            customer.custom_fields.insert(name, value.to_owned());
        }
    }
    for (channel_type, value) in channels(body) {
        directory.add_channel(id, channel_type, value);
    }
}
