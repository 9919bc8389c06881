//! The switches of the Omnidesk server. The provider documents almost no responses, so almost everything is a switch.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::response_options::{
    ChannelsResponse, ErrorResponse, ItemResponse, MissingCustomer, NoMatch, SearchResponse,
    TimelineResponse, WriteResponse,
};
use crate::checked;
use crate::duration;

/// The switches of the Omnidesk server, each with a default.
///
/// ```
/// use customer_api_sandbox::{ErrorResponse, OmnideskOptions, SearchResponse};
///
/// let options = OmnideskOptions::default()
///     .search_response(SearchResponse::BareArray)
///     .errors(ErrorResponse::TypeIn200);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[must_use = "options do nothing until they are handed to a builder"]
pub struct OmnideskOptions {
    pub(super) api_key: String,
    pub(super) search_response: SearchResponse,
    pub(super) no_match: NoMatch,
    pub(super) item_response: ItemResponse,
    pub(super) write_response: WriteResponse,
    pub(super) timeline_response: TimelineResponse,
    pub(super) channels_response: ChannelsResponse,
    pub(super) errors: ErrorResponse,
    pub(super) missing_customer: MissingCustomer,
    pub(super) existing_id: ExistingId,
    pub(super) search_by_channels: bool,
    pub(super) crm_lookup: bool,
    pub(super) custom_fields_shown: bool,
    pub(super) numbers_as_text: bool,
    pub(super) ticket_history_parameter: Option<String>,
    #[serde(deserialize_with = "checked::at_least_one_or_null")]
    pub(super) page_limit: Option<usize>,
    pub(super) ignore_item_start: bool,
    pub(super) item_total: bool,
    pub(super) check_patterns: bool,
    pub(super) refuse_unknown_query: bool,
    #[serde(deserialize_with = "checked::path_with_id")]
    pub(super) remove_channel_path: Option<String>,
    #[serde(deserialize_with = "checked::path_with_id")]
    pub(super) purge_path: Option<String>,
    pub(super) dates: bool,
    #[serde(with = "duration::required")]
    pub(super) shown_after: Duration,
}

impl Default for OmnideskOptions {
    fn default() -> Self {
        Self {
            api_key: "omnidesk-sandbox-key".to_owned(),
            search_response: SearchResponse::ListEnvelope,
            no_match: NoMatch::EmptyList,
            item_response: ItemResponse::Envelope,
            write_response: WriteResponse::Message,
            timeline_response: TimelineResponse::BareArray,
            channels_response: ChannelsResponse::Objects,
            errors: ErrorResponse::Status400,
            missing_customer: MissingCustomer::Error,
            existing_id: ExistingId::Refuse,
            search_by_channels: true,
            crm_lookup: true,
            custom_fields_shown: true,
            numbers_as_text: false,
            ticket_history_parameter: None,
            page_limit: None,
            ignore_item_start: false,
            item_total: true,
            check_patterns: true,
            refuse_unknown_query: false,
            remove_channel_path: None,
            purge_path: None,
            dates: true,
            shown_after: Duration::ZERO,
        }
    }
}

impl OmnideskOptions {
    /// Sets the key that requests must carry, as `apiKey: <key>`. Default: `omnidesk-sandbox-key`.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = key.into();
        self
    }

    /// Sets the shape of a search result. Inferred. Default: [`SearchResponse::ListEnvelope`].
    pub fn search_response(mut self, response: SearchResponse) -> Self {
        self.search_response = response;
        self
    }

    /// Sets the response of a search that finds no customer. Inferred. Default: [`NoMatch::EmptyList`].
    pub fn no_match(mut self, response: NoMatch) -> Self {
        self.no_match = response;
        self
    }

    /// Sets the shape of one customer, read by id. Inferred from the provider's tickets. Default: [`ItemResponse::Envelope`].
    pub fn item_response(mut self, response: ItemResponse) -> Self {
        self.item_response = response;
        self
    }

    /// Sets the response to a write. Documented for three operations, inferred for the others. Default: [`WriteResponse::Message`].
    pub fn write_response(mut self, response: WriteResponse) -> Self {
        self.write_response = response;
        self
    }

    /// Sets the shape of a timeline. The provider documents an array. Default: [`TimelineResponse::BareArray`].
    pub fn timeline_response(mut self, response: TimelineResponse) -> Self {
        self.timeline_response = response;
        self
    }

    /// Sets the form of a customer's channels. Inferred, because the provider's sample has no channels. Default:
    /// [`ChannelsResponse::Objects`].
    pub fn channels_response(mut self, response: ChannelsResponse) -> Self {
        self.channels_response = response;
        self
    }

    /// Sets how the provider reports an error. Documented only for another controller. Default: [`ErrorResponse::Status400`].
    pub fn errors(mut self, response: ErrorResponse) -> Self {
        self.errors = response;
        self
    }

    /// Sets the response of an operation on a customer that does not exist. Searches have their own switch, [`no_match`](Self::no_match).
    /// Inferred. Default: [`MissingCustomer::Error`].
    pub fn missing_customer(mut self, response: MissingCustomer) -> Self {
        self.missing_customer = response;
        self
    }

    /// Sets the effect of a creation with an external id that the brand already has. Inferred. Default: [`ExistingId::Refuse`].
    pub fn existing_id(mut self, behaviour: ExistingId) -> Self {
        self.existing_id = behaviour;
        self
    }

    /// Sets whether the brands have "enable customer search by channels" on. If it is off, a new customer needs a `primary_id`, whatever
    /// `search_customer_channel_value` is. The setting is documented, its effect is inferred. Default: true.
    pub fn search_by_channels(mut self, enabled: bool) -> Self {
        self.search_by_channels = enabled;
        self
    }

    /// Sets whether the brands have a CRM lookup URL. Without one, `syncWithCrm` is an error. The setting is documented, the error is
    /// inferred. Default: true.
    pub fn crm_lookup(mut self, configured: bool) -> Self {
        self.crm_lookup = configured;
        self
    }

    /// Sets whether searches and `getCustomer` show custom fields, as `custom_<name>`. Inferred: the provider's only sample is of the list,
    /// and has no custom fields. The sandbox's list never shows custom fields. Default: true.
    pub fn custom_fields_shown(mut self, shown: bool) -> Self {
        self.custom_fields_shown = shown;
        self
    }

    /// Sets whether ids and counts are texts. Inferred: the provider's tickets have both. Default: false.
    pub fn numbers_as_text(mut self, text: bool) -> Self {
        self.numbers_as_text = text;
        self
    }

    /// Sets the query parameter whose presence adds the tickets to a timeline. The provider documents that there is such a parameter, but
    /// not its name. Default: none.
    pub fn ticket_history_parameter(mut self, name: impl Into<String>) -> Self {
        self.ticket_history_parameter = Some(name.into());
        self
    }

    /// Sets the maximum number of customers on a page of the list, even if a request asks for more. 0 counts as 1. Inferred. Default: as
    /// many as requested.
    pub fn page_limit(mut self, customers: usize) -> Self {
        self.page_limit = Some(customers.max(1));
        self
    }

    /// Sets whether each page of the list is the first one, whatever `itemStart` is. Default: false.
    pub fn ignore_item_start(mut self, ignored: bool) -> Self {
        self.ignore_item_start = ignored;
        self
    }

    /// Sets whether the list has `itemTotal`. Documented. Default: true.
    pub fn item_total(mut self, present: bool) -> Self {
        self.item_total = present;
        self
    }

    /// Sets whether the documented patterns are checked. If not, `Łukasz` is accepted. Default: true.
    pub fn check_patterns(mut self, checked: bool) -> Self {
        self.check_patterns = checked;
        self
    }

    /// Sets whether a query parameter that the operation does not have is an error. The request log shows the parameter either way.
    /// Inferred. Default: false.
    pub fn refuse_unknown_query(mut self, refused: bool) -> Self {
        self.refuse_unknown_query = refused;
        self
    }

    /// Sets the path of `removeChannel`, with `{id}` for the channel's id. Not documented. Default: the path that the description infers.
    pub fn remove_channel_path(mut self, template: impl Into<String>) -> Self {
        self.remove_channel_path = Some(template.into());
        self
    }

    /// Sets the path of `purgeCustomerDataIrreversibly`, with `{id}` for the customer's id. Not documented. Default: the path that the
    /// description infers.
    pub fn purge_path(mut self, template: impl Into<String>) -> Self {
        self.purge_path = Some(template.into());
        self
    }

    /// Sets whether the provider's own responses have a `Date`, by the sandbox's clock. With
    /// [`clock_ahead`](crate::SandboxBuilder::clock_ahead), [`clock_behind`](crate::SandboxBuilder::clock_behind) or a
    /// [stepped clock](crate::SandboxBuilder::stepped_clock), this is the `Date` of a provider whose clock differs from the client's. A
    /// response that a [`Fault`](crate::Fault) sends instead has no `Date`, unless the fault sets one. Inferred. Default: true.
    pub fn dates(mut self, dates: bool) -> Self {
        self.dates = dates;
        self
    }

    /// Sets how long after a write through the API the reads still do not show the write, by the sandbox's clock. During this time, the
    /// reads show customers and timelines as they were before the write. A customer that your test seeds appears immediately, and a
    /// customer that your test removes disappears immediately. Whether the provider's reads lag is not documented. Default: no time.
    pub fn shown_after(mut self, lag: Duration) -> Self {
        self.shown_after = lag;
        self
    }
}

/// The effect of a creation with an external id that the brand already has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ExistingId {
    /// The creation is an error, and nothing changes.
    Refuse,
    /// The creation makes another customer with the same external id. A search then finds both.
    CreateAnother,
    /// The creation changes the existing customer.
    Update,
}
