#![cfg_attr(not(doctest), doc = include_str!("../README.md"))]

mod checked;
mod clock;
mod connection;
#[cfg(feature = "console")]
mod console;
mod customer_radar;
mod description;
mod duration;
mod error;
mod fault;
mod http1;
mod lag;
mod late;
mod limit;
mod listener;
mod live;
mod log;
mod omnidesk;
mod parameters;
mod pipeline;
mod provider;
mod pulse;
mod quota;
mod ravelin;
mod revnue;
mod sandbox;
mod server;
mod unknown_fields;
mod visitor;

#[cfg(feature = "console")]
pub use console::FormError;
pub use customer_radar::{
    CodeType, CustomerRadar, CustomerRadarOptions, CustomerRadarSetUp, DataResponse, ErrorFamily,
    ExpirationResponse, MessageType, SentInvitation,
};
pub use description::DescriptionError;
pub use error::SandboxError;
pub use fault::{ConnectionFault, Fault, FaultBody, Later, SecondWriter};
pub use log::RecordedRequest;
pub use omnidesk::{
    ChannelsResponse, ErrorResponse, ExistingId, ItemResponse, MissingCustomer, NoMatch, Omnidesk,
    OmnideskChannel, OmnideskCrmSync, OmnideskCustomer, OmnideskEvent, OmnideskOptions,
    SearchResponse, TimelineResponse, WriteResponse,
};
pub use ravelin::{
    CallbackRequest, EmptyPage, LabelResponse, LateFollowUp, LegacyLabelResponse, NoReview,
    NoReviews, OpenScroll, Ravelin, RavelinOptions, Review, ReviewOrder, Reviewer, ScrollCourse,
    ScrollIds, SinceBound, SinceFormat,
};
pub use revnue::{Revnue, RevnueCustomer, RevnueListResponse, RevnueOptions, RevnueWriteResponse};
pub use sandbox::{Sandbox, SandboxBuilder};
pub use server::Server;
