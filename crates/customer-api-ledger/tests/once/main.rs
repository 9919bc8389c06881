//! A write under a key: what is sent, what is on record, and what a drop leaves behind.
#![cfg(test)]
#![cfg(feature = "file")]

mod drops;
mod keys;
mod records;
mod shop;
