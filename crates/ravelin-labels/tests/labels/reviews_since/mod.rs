//! All reviews since a time: complete and without duplicates, or a typed error.

mod bookmark;
mod links;
mod odd;
mod order;
mod provider;
mod sandbox;
mod stories;
