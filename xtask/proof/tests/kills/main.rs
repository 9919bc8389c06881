//! A write is made at most once, and none is lost. Programs that send a list through a ledger in a file are really
//! killed, and run again until the list is done.
//!
//! The test binary runs itself as a child: see [`proof::processes`]. Each kind of write is a
//! [`Subject`](proof::processes::Subject) of the same proofs. `cargo xtask prove kills` is the long form. `PROOF_KILLS`
//! sets the number of kills of each, and `PROOF_SEED` their times.
#![cfg(test)]

mod books;
mod child;
mod directory;
mod file;
#[cfg(unix)]
mod full;
mod ledger;
mod points;
mod random;
mod waits;

use proof::processes::{Signal, setting};
use tokio::sync::mpsc;

/// The number of kills of the programs of one proof.
fn kills() -> usize {
    setting("PROOF_KILLS", 10)
}

/// Makes the receiver of news from a child or from the provider, which passes it on.
fn to(signals: &mpsc::UnboundedSender<Signal>) -> impl Fn(Signal) + Send + 'static {
    let signals = signals.clone();
    move |signal| drop(signals.send(signal))
}

/// Makes a test for each kind of write.
macro_rules! for_every_subject {
    ($proof:path) => {
        #[test]
        fn a_label() {
            $proof(proof::processes::Label);
        }
        #[test]
        fn an_update() {
            $proof(proof::processes::Update);
        }
        #[test]
        fn a_creation() {
            $proof(proof::processes::Creation);
        }
        #[test]
        fn a_contract() {
            $proof(proof::processes::Contract);
        }
        #[test]
        fn an_invitation() {
            $proof(proof::processes::Invitation);
        }
    };
}
use for_every_subject;
