//! The operations that change nothing, and the JSON of their responses.

use serde_json::{Map, Value, json};

use super::Omnidesk;
use super::customer::{OmnideskCustomer, OmnideskEvent};
use super::fields::{number, text};
use super::response_options::{
    ChannelsResponse, ItemResponse, NoMatch, SearchResponse, TimelineResponse,
};
use super::writes::Refusal;
use crate::http1::Response;
use crate::parameters::Parameters;
use crate::provider::Call;

/// The number of customers per page of the list if the request does not set it.
const ITEM_LIMIT: usize = 15;

impl Omnidesk {
    pub(super) fn list(&self, query: &Parameters) -> Response {
        let asked = |name| query.get(name).and_then(|text| text.parse().ok());
        let start: usize = asked("itemStart").unwrap_or_default();
        let limit: usize = asked("itemLimit").unwrap_or(ITEM_LIMIT);
        let wanted = query.get("query");
        let directory = self.directory();
        let customers = directory.shown(self.clock.now());
        let fits = |customer: &&OmnideskCustomer| wanted.is_none_or(|text| customer.mentions(text));
        let total = customers.values().filter(fits).count();
        let skipped = if self.options().ignore_item_start {
            0
        } else {
            start
        };
        let page = limit.min(self.options().page_limit.unwrap_or(limit));
        let items = customers.values().filter(fits).skip(skipped).take(page);
        let items = items.map(|customer| self.customer(customer, false));
        let items: Vec<Value> = items.collect();
        self.envelope(start, total, limit, items)
    }

    fn envelope(&self, start: usize, total: usize, limit: usize, items: Vec<Value>) -> Response {
        // The provider's sample shows only a placeholder for `type`, so `list` is inferred.
        let mut envelope = json!({
            "type": "list",
            "itemStart": self.number(start as u64),
            "itemLimit": self.number(limit as u64),
            "items": items,
        });
        if let Some(fields) = envelope
            .as_object_mut()
            .filter(|_| self.options().item_total)
        {
            fields.insert("itemTotal".to_owned(), self.number(total as u64));
        }
        Response::json(200, &envelope)
    }

    pub(super) fn get(&self, id: u64) -> Response {
        let customer = {
            let directory = self.directory();
            let customer = directory.shown(self.clock.now()).get(&id);
            customer.map(|customer| self.customer(customer, true))
        };
        match (customer, self.options().item_response) {
            (None, _) => self.no_customer(),
            (Some(customer), ItemResponse::Envelope) => item(&customer),
            (Some(customer), ItemResponse::Bare) => Response::json(200, &customer),
        }
    }

    pub(super) fn search_by_external_id(&self, body: &Value) -> Response {
        let brand_id = number(body, "brand_id");
        let external_id = text(body, "primary_id").unwrap_or_default();
        self.search(|customer| customer.has_external_id(brand_id, external_id))
    }

    pub(super) fn search_by_channel_value(&self, body: &Value) -> Response {
        let brand_id = number(body, "brand_id").unwrap_or_default();
        let value = text(body, "customerChannelValue").unwrap_or_default();
        self.search(|customer| customer.has_channel(brand_id, value))
    }

    fn search(&self, fits: impl Fn(&OmnideskCustomer) -> bool) -> Response {
        let found: Vec<Value> = {
            let directory = self.directory();
            let customers = directory.shown(self.clock.now()).values();
            let found = customers.filter(|customer| fits(customer));
            found
                .map(|customer| self.customer(customer, true))
                .collect()
        };
        let Some(first) = found.first() else {
            return match self.options().no_match {
                NoMatch::EmptyList => self.envelope(0, 0, ITEM_LIMIT, found),
                NoMatch::EmptyArray => Response::json(200, &json!([])),
                NoMatch::EmptyBody => Response::empty(200),
                NoMatch::Null => Response::json(200, &Value::Null),
                NoMatch::Error => self.no_customer(),
            };
        };
        match self.options().search_response {
            SearchResponse::ListEnvelope => self.envelope(0, found.len(), ITEM_LIMIT, found),
            SearchResponse::ItemEnvelope => item(first),
            SearchResponse::BareArray => Response::json(200, &Value::from(found)),
            SearchResponse::BareObject => Response::json(200, first),
        }
    }

    pub(super) fn timeline(&self, call: &Call<'_>) -> Response {
        let brand_id = call.query.get("brand_id").and_then(|id| id.parse().ok());
        let external_id = call.query.get("external_id").unwrap_or_default();
        let options = self.options();
        let parameter = options.ticket_history_parameter.as_deref();
        let with_tickets = parameter.is_some_and(|name| call.query.get(name).is_some());
        let directory = self.directory();
        let mut customers = directory.shown(self.clock.now()).values();
        let customer = customers.find(|one| one.has_external_id(brand_id, external_id));
        let Some(customer) = customer else {
            drop(customers);
            drop(directory);
            return self.no_customer();
        };
        let mut entries: Vec<Value> = customer.events.iter().map(event).collect();
        if with_tickets {
            let tickets = customer.ticket_ids.iter();
            entries.extend(tickets.map(|id| json!({ "type": "ticket", "ticket_id": id })));
        }
        match self.options().timeline_response {
            TimelineResponse::BareArray => Response::json(200, &Value::from(entries)),
            TimelineResponse::ListEnvelope => {
                Response::json(200, &json!({ "type": "list", "items": entries }))
            }
        }
    }

    fn no_customer(&self) -> Response {
        self.refusal(Refusal::Missing("This customer does not exist."))
    }

    fn customer(&self, customer: &OmnideskCustomer, whole: bool) -> Value {
        let mut fields = Map::new();
        let mut set = |name: &str, value: Value| drop(fields.insert(name.to_owned(), value));
        set("id", self.number(customer.id));
        set("external_primary_id", json!(customer.external_id));
        set("brand_name", json!(format!("Brand {}", customer.brand_id)));
        set("firstname", json!(customer.first_name));
        set("lastname", json!(customer.last_name));
        set("channels", self.channels(customer));
        if whole && self.options().custom_fields_shown {
            for (name, value) in &customer.custom_fields {
                set(&format!("custom_{name}"), json!(value));
            }
        }
        Value::Object(fields)
    }

    fn channels(&self, customer: &OmnideskCustomer) -> Value {
        let channels = customer.channels.iter();
        match self.options().channels_response {
            ChannelsResponse::Objects => channels
                .map(|channel| {
                    json!({
                        "id": self.number(channel.id),
                        "type": channel.channel_type,
                        "value": channel.value,
                    })
                })
                .collect(),
            ChannelsResponse::Texts => channels
                .map(|channel| format!("{}: {}", channel.channel_type, channel.value))
                .collect(),
            ChannelsResponse::Empty => json!([]),
            ChannelsResponse::Null => Value::Null,
        }
    }

    fn number(&self, number: u64) -> Value {
        if self.options().numbers_as_text {
            json!(number.to_string())
        } else {
            json!(number)
        }
    }
}

fn item(customer: &Value) -> Response {
    Response::json(200, &json!({ "type": "item", "item": customer }))
}

/// Returns an entry like those in the provider's ticket timelines, whose ids are numbers or texts.
fn event(event: &OmnideskEvent) -> Value {
    let id = if event.id % 2 == 0 {
        json!(event.id.to_string())
    } else {
        json!(event.id)
    };
    json!({
        "id": id,
        "type": "event",
        "item_type": "external",
        "description": event.message,
        "initiated_by": event.initiated_by,
        "source_url": event.source_url,
        "created_at": event.created_at,
    })
}
