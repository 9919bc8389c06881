#![doc = include_str!("../README.md")]

mod clock;
mod connection;
mod customer_radar;
mod description;
mod error;
mod fault;
mod http1;
mod listener;
mod log;
mod omnidesk;
mod parameters;
mod pipeline;
mod provider;
mod quota;
mod ravelin;
mod revnue;
mod sandbox;
mod server;
mod unknown_fields;
mod visitor;

pub use customer_radar::{
    CodeType, CustomerRadar, CustomerRadarOptions, CustomerRadarSetUp, DataAnswer, ErrorFamily,
    ExpirationAnswer, MessageType, SentInvitation,
};
pub use description::DescriptionError;
pub use error::SandboxError;
pub use fault::{ConnectionFault, Fault, FaultBody};
pub use log::RecordedRequest;
pub use omnidesk::{
    ChannelsAnswer, ErrorAnswer, ExistingId, ItemAnswer, MissingCustomer, NoMatch, Omnidesk,
    OmnideskChannel, OmnideskCrmSync, OmnideskCustomer, OmnideskEvent, OmnideskOptions,
    SearchAnswer, TimelineAnswer, WriteAnswer,
};
pub use ravelin::{
    EmptyPage, LabelAnswer, LateFollowUp, LegacyLabelAnswer, NoReview, NoReviews, OpenScroll,
    Ravelin, RavelinOptions, Review, ReviewOrder, Reviewer, ScrollCourse, ScrollIds, SinceBound,
    SinceFormat,
};
pub use revnue::{Revnue, RevnueCustomer, RevnueListAnswer, RevnueOptions, RevnueWriteAnswer};
pub use sandbox::{Sandbox, SandboxBuilder};
pub use server::Server;
