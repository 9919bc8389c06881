//! Files that were changed behind the ledger's back: either an error, or exactly the original content.
//!
//! Normal test runs flip a sample of the bits. `cargo xtask prove damage` sets `PROOF_DAMAGE`, which flips all of them.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use feedback_invitations::ledger::{Key, LedgerErrorKind, LedgerSummary, Outcome, Resend, State};
use rusqlite::Connection;
use tokio::task::JoinSet;

use crate::support::{Directory, FileLedger, key, record};

/// Everything that a ledger reports.
#[derive(Clone, Debug, PartialEq)]
struct Content {
    summary: LedgerSummary,
    entries: Vec<(String, State)>,
}

async fn content(ledger: &FileLedger, keys: &[String]) -> Content {
    // Asks for all keys at the same time, which takes one transaction.
    let mut asked = JoinSet::new();
    for text in keys {
        let (ledger, text) = (ledger.clone(), text.clone());
        asked.spawn(async move {
            let entry = ledger.entry(&key(&text)).await.unwrap().unwrap();
            (text, entry.state)
        });
    }
    let mut entries = asked.join_all().await;
    entries.sort_by(|(one, _), (other, _)| one.cmp(other));
    Content {
        summary: ledger.summary().await.unwrap(),
        entries,
    }
}

/// Creates a ledger of `count` keys in all lasting states, and returns its content.
async fn filled(path: &Path, count: usize) -> (Vec<String>, Content) {
    let ledger = FileLedger::open_or_create(path).await.unwrap();
    let keys: Vec<String> = (0..count)
        .map(|number| format!("order-{number:05}"))
        .collect();
    for (number, text) in keys.iter().enumerate() {
        let outcome = match number % 4 {
            0 => Outcome::accepted(Some("846673197418938368")),
            1 => Outcome::refused(Some(400), Some("40012")),
            2 => Outcome::not_sent(),
            _ => Outcome::unknown(),
        };
        record(&ledger, text, outcome).await;
    }
    let content = content(&ledger, &keys).await;
    (keys, content)
}

/// Opens a file that may be damaged, and returns whether that succeeded. If it did, the content must be right.
async fn open(path: &Path, keys: &[String], right: &Content, what: &str) -> bool {
    let ledger = match FileLedger::open_or_create(path).await {
        Ok(ledger) => ledger,
        Err(error) => {
            let kind = error.kind();
            assert!(
                matches!(
                    kind,
                    LedgerErrorKind::Damaged
                        | LedgerErrorKind::NotALedger
                        | LedgerErrorKind::NewerVersion
                        | LedgerErrorKind::OlderVersion
                ),
                "{what}: {error:?}"
            );
            return false;
        }
    };
    assert_eq!(content(&ledger, keys).await, *right, "{what}");
    true
}

/// Whether to test every bit.
fn is_thorough() -> bool {
    env::var_os("PROOF_DAMAGE").is_some()
}

/// Counts the results of damages.
#[derive(Debug, Default)]
struct Tally {
    refused: usize,
    /// The damage changed nothing relevant.
    harmless: usize,
}

impl Tally {
    fn count(&mut self, was_opened: bool) {
        *if was_opened {
            &mut self.harmless
        } else {
            &mut self.refused
        } += 1;
    }
}

fn pair(directory: &Directory, name: &str) -> (PathBuf, PathBuf) {
    (
        directory.file(name),
        directory.file(&format!("{name}-journal")),
    )
}

#[tokio::test]
async fn a_bit_that_flips_is_noticed_or_harmless() {
    let directory = Directory::new();
    let (path, copy) = (directory.file("a.ledger"), directory.file("copy"));
    let (keys, right) = filled(&path, 24).await;
    let whole = fs::read(&path).unwrap();
    let mut tally = Tally::default();
    for position in 0..whole.len() {
        // In large empty areas, a sample is enough.
        let around = position.saturating_sub(16)..(position + 16).min(whole.len());
        let is_empty = whole[around].iter().all(|byte| *byte == 0);
        if is_empty && position % 16 != 0 && !is_thorough() {
            continue;
        }
        // Every bit of the header, because each has another meaning, and one bit of every other byte.
        let bits = if position < 100 || is_thorough() {
            0..8
        } else {
            position % 8..position % 8 + 1
        };
        for bit in bits {
            let mut flipped = whole.clone();
            flipped[position] ^= 1 << bit;
            fs::write(&copy, &flipped).unwrap();
            let what = format!("bit {bit} of byte {position}");
            tally.count(open(&copy, &keys, &right, &what).await);
        }
    }
    println!("bits of a ledger of {} bytes: {tally:?}", whole.len());
    // The entries alone have more than 1,000 bytes.
    assert!(tally.refused > 1_000, "{tally:?}");
}

#[tokio::test]
async fn a_file_that_was_cut_is_refused_at_every_length() {
    let directory = Directory::new();
    let (path, copy) = (directory.file("a.ledger"), directory.file("copy"));
    let (keys, right) = filled(&path, 24).await;
    let whole = fs::read(&path).unwrap();
    for length in 0..whole.len() {
        fs::write(&copy, &whole[..length]).unwrap();
        let what = format!("the first {length} bytes");
        assert!(!open(&copy, &keys, &right, &what).await, "{what}");
    }
    println!("lengths of a ledger: {} refused", whole.len());
    fs::write(&copy, &whole).unwrap();
    assert!(open(&copy, &keys, &right, "the whole").await);
}

#[tokio::test]
async fn entries_that_were_taken_out_or_changed_are_noticed() {
    let directory = Directory::new();
    let (path, copy) = (directory.file("a.ledger"), directory.file("copy"));
    let (keys, right) = filled(&path, 24).await;
    for (what, statement) in [
        (
            "one entry is gone",
            "DELETE FROM entry WHERE key = 'order-00003'",
        ),
        ("all entries are gone", "DELETE FROM entry"),
        (
            "an entry was refused",
            "UPDATE entry SET state = 4 WHERE key = 'order-00000'",
        ),
        (
            "an entry has another key",
            "UPDATE entry SET key = 'order-1' WHERE key = 'order-00000'",
        ),
        (
            "another receipt",
            "UPDATE entry SET text = '1' WHERE key = 'order-00000'",
        ),
        (
            "a token where none is",
            "UPDATE entry SET token = zeroblob(16) WHERE key = 'order-00000'",
        ),
        (
            "another digest",
            "UPDATE entry SET digest = zeroblob(33) WHERE key = 'order-00000'",
        ),
        (
            "a digest that is too short",
            "UPDATE entry SET digest = zeroblob(9) WHERE key = 'order-00000'",
        ),
        (
            "it began at another time",
            "UPDATE entry SET began = began + 1 WHERE key = 'order-00000'",
        ),
        (
            "a refusal for now",
            "UPDATE entry SET not_before = 1 WHERE key = 'order-00001'",
        ),
        (
            "an entry of another list",
            "UPDATE entry SET list = 2 WHERE key = 'order-00000'",
        ),
        ("no list", "DELETE FROM list"),
        (
            "a list more",
            "INSERT INTO list VALUES (2, 'more', 'sendInvitation', 0, 0, 0, 0, 0, 0)",
        ),
        (
            "the list twice",
            "INSERT INTO list SELECT id + 1, name, operation, 0, 0, 0, 0, 0, 0 FROM list",
        ),
        ("another name of the list", "UPDATE list SET name = 'other'"),
        ("another operation", "UPDATE list SET operation = 'other'"),
        ("other totals", "UPDATE list SET accepted = accepted + 1"),
        ("no ledger", "DELETE FROM ledger"),
        (
            "the ledger twice",
            "INSERT INTO ledger SELECT * FROM ledger",
        ),
        ("no digest key", "UPDATE ledger SET digest_key = x''"),
        (
            "another digest key",
            "UPDATE ledger SET digest_key = zeroblob(32)",
        ),
        ("other lists", "UPDATE ledger SET lists = lists + 1"),
        ("a table more", "CREATE TABLE more (a)"),
        (
            "a trigger",
            "CREATE TRIGGER t AFTER INSERT ON entry BEGIN DELETE FROM entry; END",
        ),
        ("another journal", "PRAGMA journal_mode = WAL"),
    ] {
        fs::copy(&path, &copy).unwrap();
        Connection::open(&copy)
            .unwrap()
            .execute_batch(statement)
            .unwrap();
        let opened = FileLedger::open_or_create(&copy).await;
        let error = opened.expect_err(what);
        assert_eq!(error.kind(), LedgerErrorKind::Damaged, "{what}: {error}");
        assert!(error.to_string().contains("damaged"), "{error}");
    }
    assert!(open(&path, &keys, &right, "the original").await);
}

/// The ledger has more keys than it holds in memory.
#[tokio::test]
async fn an_entry_that_changes_while_the_ledger_is_open_ends_it() {
    let directory = Directory::new();
    let path = directory.file("a.ledger");
    let ledger = FileLedger::open_or_create(&path).await.unwrap();
    let text = |number: u32| format!("{number:0>200}");
    let mut tasks = JoinSet::new();
    for number in 0..16_000 {
        let (ledger, key) = (ledger.clone(), key(&text(number)));
        tasks.spawn(async move { drop(ledger.begin(&key, Resend::none()).await.unwrap()) });
    }
    tasks.join_all().await;
    drop(ledger);
    let ledger = FileLedger::open_or_create(&path).await.unwrap();
    assert_eq!(ledger.summary().await.unwrap().unknown, 16_000);

    let mut file = fs::read(&path).unwrap();
    let written = fs::metadata(&path).unwrap().modified().unwrap();
    let first = text(0);
    let places = file.windows(200).enumerate();
    let places: Vec<usize> = places
        .filter(|(_, part)| *part == first.as_bytes())
        .map(|(place, _)| place)
        .collect();
    for place in places {
        // After the key follow one byte for its state and 8 bytes for the time at which it was begun.
        file[place + 200 + 1 + 4 + 2] ^= 1;
    }
    fs::write(&path, file).unwrap();
    // Restores the modification time, as if the file had not been written.
    let file = fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(written).unwrap();
    let error = ledger.entry(&key(&first)).await.unwrap_err();
    assert_eq!(error.kind(), LedgerErrorKind::Damaged, "{error}");
    let error = ledger.summary().await.unwrap_err();
    assert_eq!(error.kind(), LedgerErrorKind::Damaged, "{error}");
}

/// Everything can still be read, but the next entries would overwrite others.
#[tokio::test]
async fn a_page_that_is_free_and_is_not_is_noticed() {
    let directory = Directory::new();
    let (path, copy) = (directory.file("a.ledger"), directory.file("copy"));
    let (keys, right) = filled(&path, 24).await;
    let whole = fs::read(&path).unwrap();
    for page in 2..=4 {
        let mut changed = whole.clone();
        // The first page of the list of free pages, and the number of free pages.
        changed[32..40].copy_from_slice(&[0, 0, 0, page, 0, 0, 0, 1]);
        fs::write(&copy, &changed).unwrap();
        assert!(!open(&copy, &keys, &right, "a free page").await, "{page}");
    }
}

/// Makes the two files that a kill in the middle of a transaction leaves: half of the change is already in the file.
fn cut_off(path: &Path, to: (&Path, &Path)) {
    let connection = Connection::open(path).unwrap();
    connection
        .execute_batch("PRAGMA synchronous = OFF; PRAGMA cache_size = 1; BEGIN; UPDATE entry SET state = 2, text = NULL;")
        .unwrap();
    fs::copy(path, to.0).unwrap();
    fs::copy(path.with_file_name("a.ledger-journal"), to.1).unwrap();
}

#[tokio::test]
async fn the_journal_takes_back_what_was_cut_off_or_it_is_an_error() {
    let directory = Directory::new();
    let path = directory.file("a.ledger");
    let (keys, right) = filled(&path, 220).await;
    let (torn, torn_journal) = pair(&directory, "torn");
    cut_off(&path, (&torn, &torn_journal));
    let (file, journal) = (fs::read(&torn).unwrap(), fs::read(&torn_journal).unwrap());
    assert_ne!(file, fs::read(&path).unwrap(), "nothing was cut off");

    let (copy, copy_journal) = pair(&directory, "copy");
    let lay = |journal: Option<&[u8]>| {
        fs::write(&copy, &file).unwrap();
        match journal {
            Some(journal) => fs::write(&copy_journal, journal).unwrap(),
            None => drop(fs::remove_file(&copy_journal)),
        }
    };
    lay(Some(&journal));
    assert!(open(&copy, &keys, &right, "both").await);
    assert!(!copy_journal.exists());
    for (what, journal) in [
        ("no journal", None),
        ("an empty journal", Some(&[][..])),
        ("a foreign journal", Some(&b"something else"[..])),
        ("the head of a journal", Some(&journal[..600])),
    ] {
        lay(journal);
        assert!(!open(&copy, &keys, &right, what).await, "{what}");
    }
    let (step, bits) = if is_thorough() { (1, 8) } else { (61, 1) };
    let mut tally = Tally::default();
    for position in (0..journal.len()).step_by(step) {
        for bit in 0..bits {
            let mut flipped = journal.clone();
            flipped[position] ^= 1 << ((position + bit) % 8);
            lay(Some(&flipped));
            let what = format!("a bit of byte {position} of the journal");
            tally.count(open(&copy, &keys, &right, &what).await);
        }
    }
    println!("bits of a journal of {} bytes: {tally:?}", journal.len());
    let mut tally = Tally::default();
    for length in (0..journal.len()).step_by(step) {
        lay(Some(&journal[..length]));
        let what = format!("the first {length} bytes of the journal");
        tally.count(open(&copy, &keys, &right, &what).await);
    }
    println!("lengths of a journal: {tally:?}");
}

#[tokio::test]
async fn a_journal_whose_file_is_gone_is_no_new_ledger() {
    let directory = Directory::new();
    let path = directory.file("a.ledger");
    let _ = filled(&path, 400).await;
    let (lost, journal) = pair(&directory, "lost");
    cut_off(&path, (&lost, &journal));
    fs::remove_file(&lost).unwrap();
    let error = FileLedger::open_or_create(&lost).await.unwrap_err();
    assert_eq!(error.kind(), LedgerErrorKind::Damaged);
    assert!(error.to_string().contains("journal"), "{error}");
    assert!(journal.exists() && !lost.exists());
}

#[tokio::test]
async fn what_is_no_key_is_never_read_as_one() {
    let directory = Directory::new();
    let path = directory.file("a.ledger");
    drop(FileLedger::open_or_create(&path).await.unwrap());
    let connection = Connection::open(&path).unwrap();
    for bad in ["", "a\nb", &"x".repeat(Key::MAX_BYTES + 1)] {
        connection.execute("DELETE FROM entry", []).unwrap();
        connection
            .execute(
                "INSERT INTO entry VALUES (1, ?1, 5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0)",
                [bad],
            )
            .unwrap();
        let error = FileLedger::open_or_create(&path).await.unwrap_err();
        assert_eq!(error.kind(), LedgerErrorKind::Damaged);
        assert!(!error.to_string().contains("xxx"), "{error}");
    }
}
