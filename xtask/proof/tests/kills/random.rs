//! Programs that are killed at random instants, and run again until everybody was sent to.
//!
//! `cargo xtask prove --kills` kills 200 times; `PROOF_KILLS` and `PROOF_SEED` say how often, and when.

use std::{
    collections::BTreeSet,
    env, fs,
    io::Read as _,
    path::{Path, PathBuf},
    sync::mpsc,
};

use fastrand::Rng;
use feedback_invitations::ledger::{Key, Resolution, State};

use super::{POINTS, Point, Server, Signal, child, start, unknown};
use crate::support::{Directory, FileLedger, address, key};

/// A list so long that some 20 kills fall into it.
const KEYS: usize = 400;

const CONCURRENCY: usize = 4;

/// The instant of a kill. Where the child goes on, the kill falls somewhere behind it.
#[derive(Clone, Copy, Debug)]
enum Instant {
    /// The child opens its ledger, and then looks for where it was.
    Opening,
    /// The server has that many invitations more, and gives the last of them no response.
    Held(u32),
    /// The server has that many more, and responses.
    Received(u32),
    /// That many keys more came to the point, and the last of them waits there.
    Halted(Point, u32),
    /// That many keys more came to the point, and go on: into a transaction, or out of one.
    Passed(Point, u32),
    /// The same, and then some transaction is being written.
    Writing(Point, u32),
}

impl Instant {
    fn any(rng: &mut Rng) -> Self {
        let count = rng.u32(1..=40);
        let points = POINTS.map(|point| match point {
            // That is the server's to tell.
            Point::DuringSend => Point::AfterBegin,
            point => point,
        });
        let point = points[rng.usize(..points.len())];
        match rng.u32(..7) {
            0 => Self::Opening,
            1 => Self::Held(count),
            2 => Self::Received(count),
            3 => Self::Halted(point, count),
            4 => Self::Passed(point, count),
            _ => Self::Writing(point, count),
        }
    }
}

#[derive(Debug, Default)]
struct Figures {
    lists: usize,
    keys: usize,
    kills: usize,
    /// Kills that left a transaction in the midst of being written.
    cut_off: usize,
    unknown: usize,
    /// Of the unknown, those that the server had received.
    happened: usize,
    /// The most that one kill left unknown.
    most_unknown: usize,
}

fn setting<T: std::str::FromStr<Err: std::fmt::Debug>>(name: &str, default: T) -> T {
    env::var(name).map_or(default, |text| text.parse().unwrap())
}

#[tokio::test]
async fn nobody_is_sent_to_twice_however_often_it_is_killed() {
    let kills = setting("PROOF_KILLS", 6);
    let seed = setting("PROOF_SEED", 7);
    let mut rng = Rng::with_seed(seed);
    let mut figures = Figures::default();
    while figures.kills < kills {
        let directory = Directory::new();
        let path = directory.file("a.ledger");
        let server = Server::start();
        let mut before = BTreeSet::new();
        while figures.kills < kills {
            let instant = Instant::any(&mut rng);
            if !is_killed(&path, &server, Some(instant), &mut rng) {
                break;
            }
            figures.kills += 1;
            figures.cut_off += usize::from(is_cut_off(&path));
            // Looked at in a copy, so that the next child finds what this one left.
            let after = unknown_in_a_copy(&path, &directory.file("copy")).await;
            assert!(before.is_subset(&after), "{instant:?}");
            let more = after.len() - before.len();
            assert!(more <= CONCURRENCY, "{instant:?}: {more}");
            figures.most_unknown = figures.most_unknown.max(more);
            before = after;
        }
        assert!(!is_killed(&path, &server, None, &mut rng));
        check(&path, &server, &before, &mut figures).await;
    }
    println!("seed {seed}: {figures:?}");
    assert_eq!(figures.kills, kills);
}

/// Lets a child send to all keys, and kills it at that instant. Gives whether it was killed before it was done.
fn is_killed(path: &Path, server: &Server, instant: Option<Instant>, rng: &mut Rng) -> bool {
    let (signals, heard) = mpsc::channel();
    let (point, count, goes_on) = match instant {
        Some(Instant::Halted(point, count)) => (format!("{point:?}"), count, false),
        Some(Instant::Passed(point, count) | Instant::Writing(point, count)) => {
            (format!("{point:?}"), count, true)
        }
        _ => (String::new(), 0, true),
    };
    match instant {
        Some(Instant::Held(count)) => server.hold(count, signals.clone()),
        Some(Instant::Received(count)) => server.tell(count, signals.clone()),
        _ => {}
    }
    let arguments = [
        ("LEDGER_TEST_FILE", path.to_str().unwrap().to_owned()),
        ("LEDGER_TEST_URL", server.url()),
        ("LEDGER_TEST_KEYS", KEYS.to_string()),
        ("LEDGER_TEST_CONCURRENCY", CONCURRENCY.to_string()),
        ("LEDGER_TEST_POINT", point),
        ("LEDGER_TEST_COUNT", count.to_string()),
        ("LEDGER_TEST_GOES_ON", goes_on.to_string()),
    ];
    let mut child = start("send", &arguments, signals);
    loop {
        let most = match heard.recv().unwrap() {
            Signal::Line(line) if line == "open" => match instant {
                Some(Instant::Opening) => 2_000_000,
                _ => continue,
            },
            Signal::Line(line) if line == "here" => {
                if matches!(instant, Some(Instant::Writing(..))) {
                    // There may be none any more.
                    let _ = (0..10_000).any(|_| is_cut_off(path));
                }
                50_000
            }
            Signal::Line(line) => panic!("{line}"),
            Signal::Received => 50_000,
            Signal::End => break,
        };
        // No clock is asked: the child is that much further.
        if !matches!(instant, Some(Instant::Writing(..))) {
            (0..rng.u32(..most)).for_each(|_| std::hint::spin_loop());
        }
        child.kill().unwrap();
        break;
    }
    let status = child.wait().unwrap();
    // Whoever was at its end before the kill came was not killed. Otherwise nothing but the kill may have ended it.
    #[cfg(unix)]
    assert!(
        status.success() || std::os::unix::process::ExitStatusExt::signal(&status) == Some(9),
        "{instant:?}: {status}"
    );
    server.forget();
    !status.success()
}

fn journal(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-journal");
    name.into()
}

/// Whether the journal has something to take back.
fn is_cut_off(path: &Path) -> bool {
    const MAGIC: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];
    let mut head = [0; 8];
    let read = fs::File::open(journal(path)).and_then(|mut journal| journal.read_exact(&mut head));
    read.is_ok() && head == MAGIC
}

async fn unknown_in_a_copy(path: &Path, copy: &Path) -> BTreeSet<String> {
    for name in [copy.to_owned(), journal(copy)] {
        let _ = fs::remove_file(name);
    }
    if !path.exists() {
        return BTreeSet::new();
    }
    fs::copy(path, copy).unwrap();
    if journal(path).exists() {
        fs::copy(journal(path), journal(copy)).unwrap();
    }
    unknown(copy).await
}

/// The ledger and the server agree about every key; and once the unknown are settled, nobody is left out.
async fn check(path: &Path, server: &Server, left: &BTreeSet<String>, figures: &mut Figures) {
    let received = server.received();
    let count = |text: &str| received.get(&address(text)).copied().unwrap_or_default();
    let ledger = FileLedger::open_or_create(path).await.unwrap();
    let keys: Vec<Key> = child::keys(KEYS).map(|text| key(&text)).collect();
    for key in &keys {
        let count = count(key.as_str());
        match ledger.entry(key).await.unwrap().unwrap().state {
            State::Accepted { .. } => assert_eq!(count, 1, "{key}"),
            State::Unknown => {
                assert!(left.contains(key.as_str()), "{key}");
                assert!(count <= 1, "{key}: {count}");
                figures.unknown += 1;
                figures.happened += count as usize;
                let truth = if count == 1 {
                    Resolution::Sent
                } else {
                    Resolution::NotSent
                };
                ledger.resolve(key, truth).await.unwrap();
            }
            state => panic!("{key}: {state:?}"),
        }
    }
    let summary = ledger.summary().await.unwrap();
    assert_eq!(summary.total(), keys.len() as u64);
    drop(ledger);

    assert!(!is_killed(path, server, None, &mut Rng::with_seed(0)));
    let received = server.received();
    assert_eq!(received.len(), keys.len());
    assert!(received.values().all(|count| *count == 1), "{received:?}");
    let ledger = FileLedger::open_or_create(path).await.unwrap();
    let summary = ledger.summary().await.unwrap();
    assert_eq!(
        (summary.accepted, summary.total()),
        (keys.len() as u64, keys.len() as u64)
    );
    figures.lists += 1;
    figures.keys += keys.len();
}
