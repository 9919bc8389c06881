//! Responses with a value that is not as documented.
#![cfg(test)]

mod call;
mod lists;
mod many;
mod parcel;
mod values;
