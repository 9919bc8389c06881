//! Responses of which a value is not as documented.
#![cfg(test)]

mod call;
mod lists;
mod many;
mod parcel;
mod values;
