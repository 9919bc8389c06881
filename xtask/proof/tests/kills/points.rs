//! Programs that are killed at each point in the life of a key.

use std::{collections::BTreeSet, path::Path};

use customer_api_core::Operation as _;
use customer_api_sandbox::Fault;
use proof::processes::{
    Awaited, Provider, Sending, Signal, Subject, keys, start, wait_for, was_killed,
};
use tokio::sync::mpsc;

use crate::{
    books::{Figures, check, sending},
    child::variables,
    directory::Directory,
    ledger::{self, Halt, Point},
    to,
};

/// The number of keys for the children.
const KEYS: usize = 120;

/// The point at which a child is killed.
#[derive(Clone, Copy, Debug)]
enum Place {
    At(Halt),
    /// The provider has the write that is this number ahead, and does not respond.
    DuringSend(u32),
}

/// Lets a child send until it reaches the point, and kills it there.
fn kill_at<S: Subject>(path: &Path, provider: &Provider<S>, sending: &Sending, place: Place) {
    let (signals, mut heard) = mpsc::unbounded_channel();
    let halt = match place {
        Place::At(halt) => Some(halt),
        Place::DuringSend(count) => {
            provider.plan((1..count).map(|_| Fault::none()));
            provider.plan([Fault::hang().processed()]);
            provider.tell(Awaited::Silence, to(&signals));
            None
        }
    };
    if let Place::At(Halt {
        point: Point::BeforeWithdraw | Point::AfterWithdraw,
        ..
    }) = place
    {
        // Every other write is to be sent again.
        let undone = S::UNDONE.iter().max().copied().unwrap();
        let again = Fault::status(undone).header("retry-after", "0");
        provider.plan((0..KEYS).flat_map(|_| [again.clone(), Fault::none()]));
    }
    let mut child = start(S::NAME, &variables(path, sending, halt), to(&signals));
    loop {
        match heard.blocking_recv().unwrap() {
            Signal::Line(line) if line == "Here" => break,
            Signal::Received => break,
            Signal::Line(_) => {}
            Signal::End => panic!("{place:?} was not reached"),
        }
    }
    child.kill().unwrap();
    assert!(was_killed(&mut child), "{place:?}");
    provider.rest();
}

fn at_every_point<S: Subject>(concurrency: usize) {
    let points = match S::WITHDRAWS {
        true => &Point::ALL[..],
        false => Point::WITHOUT_WITHDRAWAL,
    };
    let directory = Directory::new();
    let path = directory.file("a.ledger");
    let provider = Provider::<S>::start(&keys(KEYS));
    let mut figures = Figures::default();
    let sending = Sending {
        concurrency,
        ..sending(&provider, KEYS)
    };
    for count in [1, 3] {
        let halts = points.iter().map(|point| Halt {
            point: *point,
            count,
            goes_on: false,
        });
        for place in halts.map(Place::At).chain([Place::DuringSend(count)]) {
            let before = unknown::<S>(&path);
            kill_at(&path, &provider, &sending, place);
            figures.kills += 1;
            let after = unknown::<S>(&path);
            assert!(before.is_subset(&after), "{place:?}");
            assert!(after.len() - before.len() <= concurrency, "{place:?}");
        }
    }
    crate::books::send_all(&path, &provider, KEYS);
    check(&path, &provider, KEYS, &mut figures);
    println!("{} at {concurrency}: {figures:?}", S::NAME);
}

/// Returns the unknown keys of a list.
pub(crate) fn unknown<S: Subject>(path: &Path) -> BTreeSet<String> {
    wait_for(async {
        let (_, list) = ledger::open(path, S::Operation::INFO).await.unwrap();
        let keys = list.unknown(None, usize::MAX).await.unwrap();
        keys.iter().map(ToString::to_string).collect()
    })
}

fn none_is_doubled_and_none_is_lost<S: Subject>(_: S) {
    for concurrency in [1, 8] {
        at_every_point::<S>(concurrency);
    }
}

crate::for_every_subject!(none_is_doubled_and_none_is_lost);
