//! A write is made at most once, and none is lost: programs that send a list through a ledger in a
//! file are killed for real, and run again until the list is done.
//!
//! The test binary runs itself as a child, which sends to a sandbox of this process. Each kind of
//! write is a [`Subject`] of the same proofs. `cargo xtask prove --kills` is their long form;
//! `PROOF_KILLS` and `PROOF_SEED` say how often each is killed, and when.
#![cfg(test)]

mod books;
mod child;
mod file;
#[cfg(unix)]
mod full;
mod ledger;
mod points;
mod program;
mod provider;
mod random;
mod subjects;
mod waits;

use std::{env, fmt::Debug, future::Future, str::FromStr};

use subjects::{Contract, Creation, Invitation, Label, Subject, Update};

fn setting<T: FromStr<Err: Debug>>(name: &str, default: T) -> T {
    env::var(name).map_or(default, |text| text.parse().unwrap())
}

/// How often the programs of one proof are killed.
fn kills() -> usize {
    setting("PROOF_KILLS", 10)
}

fn seed() -> u64 {
    setting("PROOF_SEED", 7)
}

/// Runs to the end. Nothing that was spawned meanwhile is alive afterwards.
fn wait_for<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(future)
}

/// Makes a test of each kind of write.
macro_rules! for_every_subject {
    ($proof:path) => {
        #[test]
        fn a_label() {
            $proof(crate::Label);
        }
        #[test]
        fn an_update() {
            $proof(crate::Update);
        }
        #[test]
        fn a_creation() {
            $proof(crate::Creation);
        }
        #[test]
        fn a_contract() {
            $proof(crate::Contract);
        }
        #[test]
        fn an_invitation() {
            $proof(crate::Invitation);
        }
    };
}
use for_every_subject;
