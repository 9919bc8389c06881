#![doc = include_str!("../README.md")]

mod clock;
mod connection;

mod description;
mod error;
mod fault;
mod http1;
mod listener;
mod log;
mod pipeline;
mod provider;
mod ravelin;
mod sandbox;
mod server;
mod unknown_fields;

pub use description::DescriptionError;
pub use error::SandboxError;
pub use fault::{ConnectionFault, Fault, FaultBody};
pub use log::RecordedRequest;
pub use ravelin::{
    LabelAnswer, LegacyLabelAnswer, NoReview, NoReviews, Ravelin, RavelinOptions, Review, Reviewer,
};
pub use sandbox::{Sandbox, SandboxBuilder};
pub use server::Server;
