//! A write that was never sent is never unknown. Programs are killed, and runs are dropped, while calls wait for a
//! login, for the quota, or for a retry.

use std::path::Path;

use customer_api_core::Operation as _;
use customer_api_ledger::{Begun, Entry, LedgerList, Outcome, Resend, State};
use customer_api_sandbox::Fault;
use fastrand::Rng;
use proof::processes::{
    Awaited, Contract, Invitation, LIST, Pace, Provider, RARE, Sending, Signal, Subject, key, keys,
    seed, start, wait_for, was_killed,
};
use tokio::sync::mpsc;

use crate::{
    books::{send_all, sending},
    child::variables,
    directory::Directory,
    kills,
    ledger::{self, Told, Watched},
    to,
};

/// The number of calls that can wait for the quota, after a login that took one permit.
const KEYS: usize = 2 * RARE - 1;

/// How calls come to wait.
struct Wait<S: Subject> {
    pace: Pace,
    /// The settings that make them wait.
    set_up: fn(&Provider<S>),
    /// The request that shows that they wait, and its number.
    sign: Sign,
    times: usize,
    /// The number of executed writes before.
    applied: usize,
}

#[derive(Clone, Copy, Debug)]
enum Sign {
    Told(Told),
    Login,
}

/// The event that ends the waiting.
#[derive(Clone, Copy, Debug)]
enum Ending {
    Kill,
    Drop,
}

impl Sign {
    fn is(self, signal: &Signal) -> bool {
        match (self, signal) {
            (Self::Told(told), Signal::Line(line)) => *line == format!("{told:?}"),
            (Self::Login, Signal::Received) => true,
            _ => false,
        }
    }
}

fn nothing_is_in_doubt<S: Subject>(wait: &Wait<S>) {
    let mut rng = Rng::with_seed(seed());
    for _ in 0..kills().div_ceil(5) {
        for ending in [Ending::Kill, Ending::Drop] {
            ended(wait, ending, &mut rng);
        }
    }
}

fn ended<S: Subject>(wait: &Wait<S>, ending: Ending, rng: &mut Rng) {
    let directory = Directory::new();
    let path = directory.file("a.ledger");
    let keys = keys(KEYS);
    let provider = Provider::<S>::start(&keys);
    let before = wait_for(async {
        let (_, list) = ledger::open(&path, S::Operation::INFO).await.unwrap();
        record(&list, &keys[1], Outcome::refused(Some(400), None)).await;
        record(&list, &keys[KEYS - 2], Outcome::not_sent()).await;
        entries(&list, &keys).await
    });
    (wait.set_up)(&provider);
    let sending = Sending {
        pace: wait.pace,
        ..sending(&provider, KEYS)
    };
    let (signals, heard) = mpsc::unbounded_channel();
    if matches!(wait.sign, Sign::Login) {
        provider.tell(Awaited::Login, to(&signals));
    }
    let turns = rng.u32(..200_000);
    match ending {
        Ending::Kill => kill(wait, &path, &sending, (signals, heard), turns),
        Ending::Drop => drop_run(wait, &path, &sending, (signals, heard), turns),
    }
    provider.rest();

    let applied = provider.received().applied;
    assert_eq!(applied.len(), wait.applied, "{ending:?}");
    let after = wait_for(async {
        let (_, list) = ledger::open(&path, S::Operation::INFO).await.unwrap();
        assert_eq!(list.summary().await.unwrap().unknown, 0, "{ending:?}");
        entries(&list, &keys).await
    });
    for ((key, before), after) in keys.iter().zip(&before).zip(&after) {
        if applied.contains_key(key) {
            let state = after.as_ref().map(|entry| &entry.state);
            assert!(
                matches!(state, Some(State::Accepted { .. })),
                "{key}: {state:?}"
            );
        } else {
            assert_eq!(before, after, "{ending:?}: {key}");
        }
    }
    // The cause of the wait is over.
    provider.accept_connections();
    send_all(&path, &provider, KEYS);
    let received = provider.received();
    assert_eq!(received.applied.len(), KEYS);
    assert!(
        received.arrived.values().all(|times| *times == 1),
        "{received:?}"
    );
}

type Channel = (
    mpsc::UnboundedSender<Signal>,
    mpsc::UnboundedReceiver<Signal>,
);

/// Lets a child send until its calls wait, and kills it.
fn kill<S: Subject>(
    wait: &Wait<S>,
    path: &Path,
    sending: &Sending,
    (signals, mut heard): Channel,
    turns: u32,
) {
    let mut child = start(S::NAME, &variables(path, sending, None), to(&signals));
    let mut times = 0;
    while times < wait.times {
        let signal = heard.blocking_recv().unwrap();
        assert!(!matches!(signal, Signal::End), "its calls did not wait");
        times += usize::from(wait.sign.is(&signal));
    }
    (0..turns).for_each(|_| std::hint::spin_loop());
    child.kill().unwrap();
    assert!(was_killed(&mut child), "its calls did not wait");
}

/// Lets a run of this process send until its calls wait, and drops it.
fn drop_run<S: Subject>(
    wait: &Wait<S>,
    path: &Path,
    sending: &Sending,
    (signals, mut heard): Channel,
    turns: u32,
) {
    wait_for(async {
        let (file, list) = ledger::open(path, S::Operation::INFO).await.unwrap();
        drop(list);
        let tell = move |told: Told| drop(signals.send(Signal::Line(format!("{told:?}"))));
        let list = LedgerList::open(Watched::new(file, None, tell), LIST)
            .await
            .unwrap();
        let mut run = sending.start::<S>(&list);
        let mut times = 0;
        while times < wait.times {
            tokio::select! {
                signal = heard.recv() => times += usize::from(wait.sign.is(&signal.unwrap())),
                // The outcome counts when it is reported, which is before.
                sent = run.next() => assert!(sent.is_some(), "its calls did not wait"),
            }
        }
        for _ in 0..turns % 20 {
            tokio::task::yield_now().await;
        }
    });
}

async fn record(list: &LedgerList, text: &str, outcome: Outcome) {
    match list.begin(&key(text), Resend::none()).await.unwrap() {
        Begun::Started(claim) => drop(list.finish(&claim, &outcome).await.unwrap()),
        Begun::Known(entry) => panic!("{entry:?}"),
    }
}

async fn entries(list: &LedgerList, keys: &[String]) -> Vec<Option<Entry>> {
    let mut entries = Vec::new();
    for text in keys {
        entries.push(list.entry(&key(text)).await.unwrap());
    }
    entries
}

mod turns {
    //! The first few calls get the available permits.

    use super::*;

    fn while_they_wait_for_their_turn<S: Subject>(_: S) {
        let logins = usize::from(S::UNDONE.contains(&401));
        nothing_is_in_doubt::<S>(&Wait {
            pace: Pace::Rare,
            set_up: |_| {},
            sign: Sign::Told(Told::Finished),
            times: RARE - logins,
            applied: RARE - logins,
        });
    }

    crate::for_every_subject!(while_they_wait_for_their_turn);
}

mod unreachable {
    //! No server listens, so each call waits for a retry. An invitation does not come that far, because its login
    //! waits.

    use super::*;

    fn while_they_wait_for_the_provider<S: Subject>(_: S) {
        nothing_is_in_doubt::<S>(&Wait {
            pace: Pace::Slow,
            set_up: Provider::refuse_connections,
            sign: Sign::Told(Told::Withdrawn),
            times: KEYS,
            applied: 0,
        });
    }

    #[test]
    fn a_label() {
        while_they_wait_for_the_provider(proof::processes::Label);
    }

    #[test]
    fn an_update() {
        while_they_wait_for_the_provider(proof::processes::Update);
    }

    #[test]
    fn a_creation() {
        while_they_wait_for_the_provider(proof::processes::Creation);
    }

    #[test]
    fn a_contract() {
        while_they_wait_for_the_provider(proof::processes::Contract);
    }
}

#[test]
fn a_throttled_write_that_waits_as_long_as_it_was_asked_to() {
    nothing_is_in_doubt::<Contract>(&Wait {
        pace: Pace::Quick,
        set_up: |provider| {
            let throttled = Fault::status(429).header("retry-after", "30");
            provider.plan((0..KEYS).map(|_| throttled.clone()));
        },
        sign: Sign::Told(Told::Withdrawn),
        times: KEYS,
        applied: 0,
    });
}

#[test]
fn invitations_that_wait_for_a_login() {
    nothing_is_in_doubt::<Invitation>(&Wait {
        pace: Pace::Quick,
        set_up: |provider| provider.server().fault_on("logIn", Fault::hang()).unwrap(),
        sign: Sign::Login,
        times: 1,
        applied: 0,
    });
}

#[test]
fn invitations_whose_token_has_ended_and_that_wait_for_the_next() {
    nothing_is_in_doubt::<Invitation>(&Wait {
        pace: Pace::Quick,
        set_up: |provider| {
            provider.plan([Fault::none()]);
            provider.plan((1..KEYS).map(|_| Fault::status(401)));
            let logins = [Fault::none(), Fault::hang()];
            for login in logins {
                provider.server().fault_on("logIn", login).unwrap();
            }
        },
        sign: Sign::Told(Told::Withdrawn),
        times: KEYS - 1,
        applied: 1,
    });
}
