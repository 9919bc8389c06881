//! A write is made at most once, and none is lost: programs that send a list through a ledger in a
//! file are killed for real, and run again until the list is done.
//!
//! The test binary runs itself as a child: see [`proof::processes`]. Each kind of write is a
//! [`Subject`](proof::processes::Subject) of the same proofs. `cargo xtask prove kills` is their long form; `PROOF_KILLS` and `PROOF_SEED` say
//! how often each is killed, and when.
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

/// How often the programs of one proof are killed.
fn kills() -> usize {
    setting("PROOF_KILLS", 10)
}

/// What hears of a child or of the provider, and passes it on.
fn to(signals: &mpsc::UnboundedSender<Signal>) -> impl Fn(Signal) + Send + 'static {
    let signals = signals.clone();
    move |signal| drop(signals.send(signal))
}

/// Makes a test of each kind of write.
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
