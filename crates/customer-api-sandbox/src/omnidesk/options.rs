//! The switches of the Omnidesk server. Next to nothing of the provider's answers is documented, so
//! next to everything is a switch.

use std::time::Duration;

use super::response_options::{
    ChannelsResponse, ErrorResponse, ItemResponse, MissingCustomer, NoMatch, SearchResponse,
    TimelineResponse, WriteResponse,
};

/// The switches of the Omnidesk server, each with a default.
///
/// ```
/// use customer_api_sandbox::{ErrorResponse, OmnideskOptions, SearchResponse};
///
/// let options = OmnideskOptions::default()
///     .search_response(SearchResponse::BareArray)
///     .errors(ErrorResponse::TypeIn200);
/// ```
#[derive(Debug, Clone)]
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
    pub(super) page_limit: Option<usize>,
    pub(super) ignore_item_start: bool,
    pub(super) item_total: bool,
    pub(super) check_patterns: bool,
    pub(super) refuse_unknown_query: bool,
    pub(super) remove_channel_path: Option<String>,
    pub(super) purge_path: Option<String>,
    pub(super) dates: bool,
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
            dates: false,
            shown_after: Duration::ZERO,
        }
    }
}

impl OmnideskOptions {
    /// The key that requests must carry, as `apiKey: <key>`. Default: `omnidesk-sandbox-key`.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = key.into();
        self
    }

    /// The shape of what a search finds. Inferred; default: [`SearchResponse::ListEnvelope`].
    pub fn search_response(mut self, response: SearchResponse) -> Self {
        self.search_response = response;
        self
    }

    /// What a search responses that finds nobody. Inferred; default: [`NoMatch::EmptyList`].
    pub fn no_match(mut self, response: NoMatch) -> Self {
        self.no_match = response;
        self
    }

    /// The shape of one customer, read by id. Inferred from the provider's tickets; default:
    /// [`ItemResponse::Envelope`].
    pub fn item_response(mut self, response: ItemResponse) -> Self {
        self.item_response = response;
        self
    }

    /// How a write is answered. Documented for three operations, inferred for the others; default:
    /// [`WriteResponse::Message`].
    pub fn write_response(mut self, response: WriteResponse) -> Self {
        self.write_response = response;
        self
    }

    /// The shape of a timeline. That it is an array is documented; default:
    /// [`TimelineResponse::BareArray`].
    pub fn timeline_response(mut self, response: TimelineResponse) -> Self {
        self.timeline_response = response;
        self
    }

    /// What a customer's channels look like. Inferred: the provider's sample has none. Default:
    /// [`ChannelsResponse::Objects`].
    pub fn channels_response(mut self, response: ChannelsResponse) -> Self {
        self.channels_response = response;
        self
    }

    /// How the provider says no. Documented for another controller only; default:
    /// [`ErrorResponse::Status400`].
    pub fn errors(mut self, response: ErrorResponse) -> Self {
        self.errors = response;
        self
    }

    /// What an operation on a customer responses that does not exist; searches are another matter.
    /// Inferred; default: [`MissingCustomer::Error`].
    pub fn missing_customer(mut self, response: MissingCustomer) -> Self {
        self.missing_customer = response;
        self
    }

    /// What a creation does with an external id that the brand knows already. Inferred; default:
    /// [`ExistingId::Refuse`].
    pub fn existing_id(mut self, behaviour: ExistingId) -> Self {
        self.existing_id = behaviour;
        self
    }

    /// Whether the brands have "enable customer search by channels" on: without it, a new customer
    /// needs a `primary_id`, whatever `search_customer_channel_value` says. That there is such a
    /// setting is documented, what it does is inferred. Default: true.
    pub fn search_by_channels(mut self, enabled: bool) -> Self {
        self.search_by_channels = enabled;
        self
    }

    /// Whether the brands have a CRM lookup URL; without, `syncWithCrm` is an error. The setting is
    /// documented, the error inferred. Default: true.
    pub fn crm_lookup(mut self, configured: bool) -> Self {
        self.crm_lookup = configured;
        self
    }

    /// Whether searches and `getCustomer` show custom fields, as `custom_<name>`. Inferred: the
    /// provider's sample, which is of the list, has none, and the list never shows them here.
    /// Default: true.
    pub fn custom_fields_shown(mut self, shown: bool) -> Self {
        self.custom_fields_shown = shown;
        self
    }

    /// Whether ids and counts are texts. Inferred: the provider's tickets have both. Default: false.
    pub fn numbers_as_text(mut self, text: bool) -> Self {
        self.numbers_as_text = text;
        self
    }

    /// The query parameter whose presence adds the tickets to a timeline. That there is one is
    /// documented, but not its name. Default: none.
    pub fn ticket_history_parameter(mut self, name: impl Into<String>) -> Self {
        self.ticket_history_parameter = Some(name.into());
        self
    }

    /// How many customers a page of the list has at most, at least one, even if more are asked
    /// for. Inferred; default: as many as are asked for.
    pub fn page_limit(mut self, customers: usize) -> Self {
        self.page_limit = Some(customers.max(1));
        self
    }

    /// Whether each page of the list is the first one, whatever `itemStart` says. Default: false.
    pub fn ignore_item_start(mut self, ignored: bool) -> Self {
        self.ignore_item_start = ignored;
        self
    }

    /// Whether the list has `itemTotal`. Documented; default: true.
    pub fn item_total(mut self, present: bool) -> Self {
        self.item_total = present;
        self
    }

    /// Whether the documented patterns are checked: without, a `Łukasz` is welcome. Default: true.
    pub fn check_patterns(mut self, checked: bool) -> Self {
        self.check_patterns = checked;
        self
    }

    /// Whether a query parameter that the operation is not known to have is an error. Either way
    /// it shows in the request log. Inferred; default: false.
    pub fn refuse_unknown_query(mut self, refused: bool) -> Self {
        self.refuse_unknown_query = refused;
        self
    }

    /// The path of `removeChannel`, with `{id}` for the channel's id. Not documented; default: as
    /// the description infers it.
    pub fn remove_channel_path(mut self, template: impl Into<String>) -> Self {
        self.remove_channel_path = Some(template.into());
        self
    }

    /// The path of `purgeCustomerDataIrreversibly`, with `{id}` for the customer's id. Not
    /// documented; default: as the description infers it.
    pub fn purge_path(mut self, template: impl Into<String>) -> Self {
        self.purge_path = Some(template.into());
        self
    }

    /// Whether the provider's own responses carry a `Date`, by the sandbox's clock: with
    /// [`clock_ahead`](crate::SandboxBuilder::clock_ahead),
    /// [`clock_behind`](crate::SandboxBuilder::clock_behind) or a
    /// [stepped clock](crate::SandboxBuilder::stepped_clock), it is that of a provider whose clock
    /// differs from the client's. What a [`Fault`](crate::Fault) shows instead of a response has
    /// none, unless it sets one. Inferred; default: false.
    pub fn dates(mut self, dates: bool) -> Self {
        self.dates = dates;
        self
    }

    /// How long a write through the API is not shown by the reads, by the sandbox's clock: until
    /// then they show customers and timelines as they were before it. What is seeded or removed behind the
    /// client's back shows at once. Whether the provider's reads lag is not documented. Default: no
    /// time.
    pub fn shown_after(mut self, lag: Duration) -> Self {
        self.shown_after = lag;
        self
    }
}

/// What a creation does with an external id that the brand knows already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExistingId {
    /// It is an error, and nothing changes.
    Refuse,
    /// It makes another customer with the same external id: a search finds both.
    CreateAnother,
    /// It changes the customer that is there.
    Update,
}
