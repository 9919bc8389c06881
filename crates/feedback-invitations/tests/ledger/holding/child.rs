//! The jobs of the child processes.

use std::{env, fs, io, path::Path};

use feedback_invitations::ledger::{LedgerError, Outcome};
use tokio::task::JoinSet;

use crate::support::{FileLedger, record};

#[tokio::test]
#[ignore = "what the children of other tests run"]
async fn works() {
    match env::var("LEDGER_TEST_JOB").as_deref() {
        Ok("open") => open().await,
        Ok("one") => one().await,
        Ok("sql") => sql(),
        Ok("wander") => wander().await,
        _ => {}
    }
}

/// Opens the ordered paths, with `open` and with `open_or_create`.
async fn open() {
    let mut tries = JoinSet::new();
    for order in io::stdin().lines() {
        let order = order.unwrap();
        match order.split_once(' ') {
            Some((times, path)) => {
                for _ in 0..times.parse().unwrap() {
                    let (path, same) = (path.to_owned(), path.to_owned());
                    tries.spawn(async move { word(FileLedger::open(path).await) });
                    tries.spawn(async move { word(FileLedger::open_or_create(same).await) });
                }
            }
            None => {
                let words = std::mem::take(&mut tries).join_all().await;
                println!("@{}", words.join(" "));
            }
        }
    }
}

fn word(opened: Result<FileLedger, LedgerError>) -> String {
    match opened {
        Ok(_) => "opened".to_owned(),
        Err(error) => format!("{:?}", error.kind()),
    }
}

/// Opens one ledger, and prints the result and the memory that it took.
async fn one() {
    let opened = FileLedger::open(env::var("LEDGER_TEST_FILE").unwrap()).await;
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| {
        let (number, _) = line.strip_prefix("VmHWM:")?.trim().split_once(' ')?;
        Some(number.to_owned())
    });
    let text = opened
        .as_ref()
        .map_or_else(ToString::to_string, |_| String::new());
    println!("@{} {} {text}", word(opened), peak.unwrap_or_default());
}

fn sql() {
    let connection = rusqlite::Connection::open(env::var("LEDGER_TEST_FILE").unwrap()).unwrap();
    connection.busy_timeout(std::time::Duration::ZERO).unwrap();
    match connection.execute_batch(&env::var("LEDGER_TEST_SQL").unwrap()) {
        Ok(()) => println!("@done"),
        Err(error) => println!("@{error}"),
    }
}

/// Opens a ledger by a relative path, and changes the working directory.
async fn wander() {
    let ledger = FileLedger::create("a.ledger").await.unwrap();
    fs::create_dir("elsewhere").unwrap();
    env::set_current_dir("elsewhere").unwrap();
    record(&ledger, "a", Outcome::accepted(None)).await;
    assert!(ledger.path().is_absolute() && ledger.path().exists());
    drop(ledger);
    let ledger = FileLedger::open(Path::new("../a.ledger")).await.unwrap();
    assert_eq!(ledger.summary().await.unwrap().accepted, 1);
}
