//! Programs that are killed at random instants, and run again until the list is done, while the provider fails at
//! random too.

use std::{
    collections::BTreeSet,
    fs,
    io::Read as _,
    path::{Path, PathBuf},
};

use customer_api_sandbox::Fault;
use fastrand::Rng;
use proof::processes::{Awaited, Provider, Signal, Subject, faults, keys, seed, start, was_killed};
use tokio::sync::mpsc;

use crate::{
    books::{Figures, check, sending},
    child::{CONCURRENCY, variables},
    directory::Directory,
    kills,
    ledger::{Halt, Point},
    points::unknown,
    to,
};

/// The length of a list in which about 20 kills occur.
const KEYS: usize = 400;

/// The instant of a kill. If the child continues, the kill comes some time after it.
#[derive(Clone, Copy, Debug)]
enum Instant {
    /// The child opens its ledger, and then searches its position.
    Opening,
    /// The provider does not respond to one write after this number.
    Held(u32),
    /// The provider has this number of further writes, and responds.
    Received(u32),
    /// This number of further keys reached the point, and the last of them waits there.
    Halted(Point, u32),
    /// This number of further keys reached the point and continue, into a transaction or out of one.
    Passed(Point, u32),
    /// The same, and then some transaction is being written.
    Writing(Point, u32),
}

impl Instant {
    fn any<S: Subject>(rng: &mut Rng) -> Self {
        let count = rng.u32(1..=40);
        let points = Point::WITHOUT_WITHDRAWAL;
        let point = points[rng.usize(..points.len())];
        match rng.u32(..8) {
            0 => Self::Opening,
            1 => Self::Held(count),
            2 => Self::Received(count),
            3 => Self::Halted(point, count),
            4 => Self::Passed(point, count),
            // There is about one of these in a run.
            5 if S::WITHDRAWS => match rng.bool() {
                true => Self::Halted(Point::BeforeWithdraw, 1),
                false => Self::Passed(Point::AfterWithdraw, 1),
            },
            _ => Self::Writing(point, count),
        }
    }

    fn halt(self) -> Option<Halt> {
        let (point, count, goes_on) = match self {
            Self::Halted(point, count) => (point, count, false),
            Self::Passed(point, count) | Self::Writing(point, count) => (point, count, true),
            _ => return None,
        };
        Some(Halt {
            point,
            count,
            goes_on,
        })
    }
}

fn however_often_it_is_killed<S: Subject>(_: S) {
    let (kills, seed) = (kills(), seed());
    let mut rng = Rng::with_seed(seed);
    let mut figures = Figures::default();
    while figures.kills < kills {
        let directory = Directory::new();
        let path = directory.file("a.ledger");
        let provider = Provider::<S>::start(&keys(KEYS));
        let mut before = BTreeSet::new();
        let mut is_done = false;
        while !is_done && figures.kills < kills {
            let instant = Instant::any::<S>(&mut rng);
            let run = run(&path, &provider, Some(instant), &mut rng);
            (is_done, figures.runs) = (!run.was_killed, figures.runs + 1);
            figures.kills += usize::from(run.was_killed);
            figures.cut_off += usize::from(is_cut_off(&path));
            // Checks a copy, so that the next child finds the file as this child left it.
            let after = unknown_in_a_copy::<S>(&path, &directory.file("copy"));
            assert!(before.is_subset(&after), "{instant:?}");
            let more = after.len() - before.len();
            let most = run.faults + if run.was_killed { CONCURRENCY } else { 0 };
            assert!(more <= most, "{instant:?}: {more} of {most}");
            figures.most_unknown = figures.most_unknown.max(more);
            before = after;
        }
        if !is_done {
            figures.runs += 1;
            assert!(!run(&path, &provider, None, &mut rng).was_killed);
        }
        check(&path, &provider, KEYS, &mut figures);
    }
    println!("{}, seed {seed}: {figures:?}", S::NAME);
    assert_eq!(figures.kills, kills);
}

/// The result of a child.
struct Ran {
    was_killed: bool,
    /// The number of its writes that met a fault.
    faults: usize,
}

/// Lets a child send the rest, and kills it at that instant unless it ends before.
fn run<S: Subject>(
    path: &Path,
    provider: &Provider<S>,
    instant: Option<Instant>,
    rng: &mut Rng,
) -> Ran {
    let (signals, mut heard) = mpsc::unbounded_channel();
    let mut faults = faults::<S>(KEYS, rng);
    match instant {
        Some(Instant::Held(count)) => {
            let hang = Fault::hang();
            let hang = if rng.bool() { hang.processed() } else { hang };
            faults[count as usize - 1] = Some(hang);
            provider.tell(Awaited::Silence, to(&signals));
        }
        Some(Instant::Received(count)) => provider.tell(Awaited::Write(count), to(&signals)),
        _ => {}
    }
    provider.plan(
        faults
            .iter()
            .map(|fault| fault.clone().unwrap_or_else(Fault::none)),
    );
    let halt = instant.and_then(Instant::halt);
    let variables = variables(path, &sending(provider, KEYS), halt);
    let mut child = start(S::NAME, &variables, to(&signals));
    loop {
        let most = match heard.blocking_recv().unwrap() {
            Signal::Line(line) if line == "open" => match instant {
                Some(Instant::Opening) => 2_000_000,
                _ => continue,
            },
            Signal::Line(line) if line == "Here" => {
                if matches!(instant, Some(Instant::Writing(..))) {
                    // There may be none left.
                    let _ = (0..10_000).any(|_| is_cut_off(path));
                }
                50_000
            }
            Signal::Line(_) => continue,
            Signal::Received => 50_000,
            Signal::End => break,
        };
        // Spins instead of reading a clock, so that the child is a random amount further.
        if !matches!(instant, Some(Instant::Writing(..))) {
            (0..rng.u32(..most)).for_each(|_| std::hint::spin_loop());
        }
        child.kill().unwrap();
        break;
    }
    let was_killed = was_killed(&mut child);
    let met = KEYS - provider.rest();
    Ran {
        was_killed,
        faults: faults.iter().take(met).flatten().count(),
    }
}

fn journal(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-journal");
    name.into()
}

/// Returns whether the journal has something to roll back.
fn is_cut_off(path: &Path) -> bool {
    const MAGIC: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];
    let mut head = [0; 8];
    let read = fs::File::open(journal(path)).and_then(|mut journal| journal.read_exact(&mut head));
    read.is_ok() && head == MAGIC
}

fn unknown_in_a_copy<S: Subject>(path: &Path, copy: &Path) -> BTreeSet<String> {
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
    unknown::<S>(copy)
}

crate::for_every_subject!(however_often_it_is_killed);
