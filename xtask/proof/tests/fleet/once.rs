//! Processes send one list through one ledger. No two of them begin the same key, and no key is lost.

use std::{collections::VecDeque, time::Duration};

use customer_api_core::Operation as _;
use customer_api_ledger::LedgerList;
use customer_api_sandbox::Fault;
use fastrand::Rng;
use proof::processes::{
    Awaited, Books, Contract, LIST, Pace, Provider, Sending, Subject, faults, keys, seed, setting,
    wait_for,
};
use testkit::Postgres;

use crate::{
    child::{self, DONE, DOWN},
    crew::{Crew, News},
    ledger,
};

/// The number of concurrent writes of a process.
const CONCURRENCY: usize = 8;

/// How far behind the last write a process may begin, so that several processes reach the same keys.
const BEHIND: usize = 50;

/// The target of a kill.
#[derive(Clone, Copy, Debug)]
enum Kill {
    Process,
    Server,
}

/// The kills, and the number of writes before each. All kills come while at least a third of the list is still to be
/// sent.
fn kills(count: usize, rng: &mut Rng) -> VecDeque<(u32, Kill)> {
    let (processes, servers) = (setting("PROOF_KILLS", 8), setting("PROOF_SERVER_KILLS", 2));
    let mut kills = [vec![Kill::Process; processes], vec![Kill::Server; servers]].concat();
    rng.shuffle(&mut kills);
    let last = u32::try_from(count * 2 / 3).unwrap();
    let mut instants: Vec<u32> = kills.iter().map(|_| rng.u32(..last)).collect();
    instants.sort_unstable();
    let before = [0].into_iter().chain(instants.clone());
    let waits = instants
        .iter()
        .zip(before)
        .map(|(now, before)| now - before);
    waits.map(|wait| wait.max(1)).zip(kills).collect()
}

struct Fleet<S: Subject> {
    crew: Crew,
    provider: Provider<S>,
    server: Postgres,
    keys: usize,
    /// The number of kills of the server.
    server_kills: usize,
}

impl<S: Subject> Fleet<S> {
    /// Starts a process that sends the list, from the position of the others.
    fn start(&mut self, number: usize, pace: Pace, rng: &mut Rng) {
        let last = self.provider.writes();
        let sending = Sending {
            url: self.provider.url().to_owned(),
            keys: self.keys,
            first: last.saturating_sub(rng.usize(..BEHIND)) % self.keys,
            concurrency: CONCURRENCY,
            pace,
        };
        let mut variables = child::variables(self.server.configuration());
        variables.extend(sending.variables());
        self.crew.start(number, &variables);
    }

    /// Lets the processes send, and kills the targets, until each process that was not killed reached the end of the
    /// list.
    fn send(&mut self, pace: Pace, mut kills: VecDeque<(u32, Kill)>, rng: &mut Rng) {
        for number in self.crew.numbers() {
            self.start(number, pace, rng);
        }
        self.await_next(&kills);
        while self.crew.is_running() {
            match self.crew.next() {
                News::Received => {
                    let kill = kills.pop_front();
                    (0..rng.u32(..50_000)).for_each(|_| std::hint::spin_loop());
                    match kill.map(|(_, kill)| kill) {
                        Some(Kill::Server) => {
                            self.server.kill();
                            self.server.begin();
                            self.server_kills += 1;
                        }
                        // All processes are dead, and not yet started again.
                        Some(Kill::Process) if !self.crew.kill_any(rng) => {
                            kills.push_front((1, Kill::Process));
                        }
                        Some(Kill::Process) | None => {}
                    }
                    self.await_next(&kills);
                }
                News::Killed(number) => self.start(number, pace, rng),
                News::Ended {
                    number,
                    said,
                    escaped,
                } => {
                    if escaped {
                        kills.push_front((1, Kill::Process));
                        self.await_next(&kills);
                    }
                    match said.as_str() {
                        DOWN => self.start(number, pace, rng),
                        said => assert_eq!(said, DONE),
                    }
                }
            }
        }
        assert!(kills.is_empty(), "the list was too short: {kills:?}");
        self.provider.rest();
    }

    fn await_next(&self, kills: &VecDeque<(u32, Kill)>) {
        if let Some((wait, _)) = kills.front() {
            self.provider
                .tell(Awaited::Write(*wait), self.crew.provider());
        }
    }
}

/// Waits until the claims of all dead senders have expired.
async fn no_sender_is_left(list: &LedgerList) {
    let wait = async {
        while list.summary().await.unwrap().sending > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let is_over = tokio::time::timeout(Duration::from_secs(60), wait).await;
    is_over.expect("a sender that is gone has no more time than its call and the grace");
}

fn each_key_is_sent_once<S: Subject>() {
    let Some(server) = Postgres::start_durable("fleet") else {
        return;
    };
    let seed = seed();
    let mut rng = Rng::with_seed(seed);
    let keys = keys(setting("PROOF_KEYS", 400));
    let mut fleet = Fleet {
        provider: Provider::<S>::start(&keys),
        crew: Crew::new(S::NAME, setting("PROOF_PROCESSES", 4)),
        keys: keys.len(),
        server_kills: 0,
        server,
    };
    let configuration = fleet.server.configuration();
    wait_for(async {
        let ledger = ledger::connect(&configuration).await.unwrap();
        ledger.create_list(LIST, S::Operation::INFO).await.unwrap();
    });

    let faults = faults::<S>(keys.len(), &mut rng);
    let faults = faults.into_iter();
    let planned = faults.map(|fault| fault.unwrap_or_else(Fault::none));
    fleet.provider.plan(planned);
    let kills = kills(keys.len(), &mut rng);
    let mut books = Books::default();
    fleet.send(Pace::Short, kills, &mut rng);
    wait_for(async {
        let (_, list) = ledger::open(&configuration).await.unwrap();
        no_sender_is_left(&list).await;
        books.settle(&list, &fleet.provider, &keys).await;
    });

    // Sends the list again, with enough time and without faults.
    fleet.send(Pace::Quick, VecDeque::new(), &mut rng);
    wait_for(async {
        let (_, list) = ledger::open(&configuration).await.unwrap();
        books.close(&list, &fleet.provider, &keys).await;
    });
    println!(
        "{}, seed {seed}: {} processes, {} runs, {} kills, {} of the server; {books:?}",
        S::NAME,
        fleet.crew.numbers().len(),
        fleet.crew.runs,
        fleet.crew.kills,
        fleet.server_kills,
    );
}

#[test]
fn however_often_processes_and_their_server_are_killed_each_key_is_sent_once() {
    each_key_is_sent_once::<Contract>();
}
