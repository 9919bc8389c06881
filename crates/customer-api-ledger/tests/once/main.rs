//! A write under a key: what is sent, what is on record, what a dropped call leaves behind, and what a look settles.
#![cfg(test)]
#![cfg(feature = "file")]

mod doubts;
mod drops;
mod keys;
mod late;
mod meddling;
mod records;
mod rivals;
mod settle;
mod shop;
