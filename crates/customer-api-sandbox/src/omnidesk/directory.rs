//! All customers, and the ids of customers, channels and events.

use std::collections::BTreeMap;
use std::time::Duration;

use super::customer::{OmnideskChannel, OmnideskCrmSync, OmnideskCustomer};
use crate::lag::Lag;

/// Customers by the help desk's ids.
pub(super) type Customers = BTreeMap<u64, OmnideskCustomer>;

/// The state of the Omnidesk server.
#[derive(Debug)]
pub(super) struct Directory {
    customers: Customers,
    lag: Lag<Customers>,
    last_id: u64,
    last_channel_id: u64,
    last_event_id: u64,
    pub(super) crm_syncs: Vec<OmnideskCrmSync>,
    pub(super) applied: usize,
}

impl Directory {
    /// Makes an empty directory whose reads lag by this time.
    pub(super) fn new(lag: Duration) -> Self {
        Self {
            customers: Customers::new(),
            lag: Lag::new(lag),
            last_id: 0,
            last_channel_id: 0,
            last_event_id: 0,
            crm_syncs: Vec::new(),
            applied: 0,
        }
    }

    /// Makes the reads lag by this time from now on.
    pub(super) fn set_lag(&mut self, lag: Duration) {
        self.lag.set_time(lag);
    }

    /// Keeps the state before a write, for the reads.
    pub(super) fn before_write(&mut self, now: Duration) {
        self.lag.before_write(&self.customers, now);
    }

    /// Returns the customers that reads show.
    pub(super) fn shown(&self, now: Duration) -> &Customers {
        self.lag.shown(&self.customers, now)
    }

    /// Adds a customer as if it had always existed.
    pub(super) fn seed(&mut self, customer: OmnideskCustomer) -> u64 {
        let id = self.add(customer);
        if let Some(customer) = self.customers.get(&id) {
            self.lag
                .rewrite(|earlier| drop(earlier.insert(id, customer.clone())));
        }
        id
    }

    /// Adds customers with their ids. Channels and events without an id get a unique one.
    #[cfg(feature = "console")]
    pub(super) fn restore(&mut self, customers: Vec<OmnideskCustomer>) {
        for customer in &customers {
            self.last_id = self.last_id.max(customer.id);
            for channel in &customer.channels {
                self.last_channel_id = self.last_channel_id.max(channel.id);
            }
            for event in &customer.events {
                self.last_event_id = self.last_event_id.max(event.id);
            }
        }
        for mut customer in customers {
            for channel in customer
                .channels
                .iter_mut()
                .filter(|channel| channel.id == 0)
            {
                self.last_channel_id += 1;
                channel.id = self.last_channel_id;
            }
            for event in customer.events.iter_mut().filter(|event| event.id == 0) {
                self.last_event_id += 1;
                event.id = self.last_event_id;
            }
            self.customers.insert(customer.id, customer);
        }
    }

    /// Removes a customer. From now on, no read shows the customer.
    pub(super) fn remove_at_once(&mut self, id: u64) -> Option<OmnideskCustomer> {
        self.lag.rewrite(|earlier| drop(earlier.remove(&id)));
        self.remove(id)
    }

    /// Adds a customer and assigns ids to the customer and its channels.
    pub(super) fn add(&mut self, mut customer: OmnideskCustomer) -> u64 {
        self.last_id += 1;
        customer.id = self.last_id;
        for channel in &mut customer.channels {
            self.last_channel_id += 1;
            channel.id = self.last_channel_id;
        }
        self.customers.insert(customer.id, customer);
        self.last_id
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &OmnideskCustomer> {
        self.customers.values()
    }

    pub(super) fn get(&self, id: u64) -> Option<&OmnideskCustomer> {
        self.customers.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: u64) -> Option<&mut OmnideskCustomer> {
        self.customers.get_mut(&id)
    }

    pub(super) fn remove(&mut self, id: u64) -> Option<OmnideskCustomer> {
        self.customers.remove(&id)
    }

    /// Returns the id of the matching customer with the lowest id.
    pub(super) fn find(&self, fits: impl Fn(&OmnideskCustomer) -> bool) -> Option<u64> {
        self.all()
            .find(|customer| fits(customer))
            .map(|customer| customer.id)
    }

    /// Adds a channel to a customer, unless the customer already has that channel.
    pub(super) fn add_channel(&mut self, id: u64, channel_type: &str, value: &str) {
        let Some(customer) = self.customers.get_mut(&id) else {
            return;
        };
        let present = customer
            .channels
            .iter()
            .any(|channel| channel.channel_type == channel_type && channel.value == value);
        if !present {
            self.last_channel_id += 1;
            customer.channels.push(OmnideskChannel {
                id: self.last_channel_id,
                channel_type: channel_type.to_owned(),
                value: value.to_owned(),
            });
        }
    }

    /// Removes a channel by its own id, and returns whether it existed.
    pub(super) fn remove_channel(&mut self, channel_id: u64) -> bool {
        self.customers.values_mut().any(|customer| {
            let before = customer.channels.len();
            customer.channels.retain(|channel| channel.id != channel_id);
            customer.channels.len() < before
        })
    }

    pub(super) fn next_event_id(&mut self) -> u64 {
        self.last_event_id += 1;
        self.last_event_id
    }
}
