//! Servers that misuse a kept connection. They close it immediately after a response, or write an unrequested response.
//! A write on such a connection may be misreported, so writes avoid kept connections from the first sign on.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use customer_api_core::{ClientBuilder, Delivery, ProviderClient, rate_limit::Unlimited};
use proof::{CustomerRadar, Entry, Provider, Ravelin, Revnue};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use crate::{setting, word};

const IN_FLIGHT: usize = 8;

/// The server's action on a connection after a response.
#[derive(Clone, Copy, Debug)]
enum Habit {
    ClosesAfter(Duration),
    /// Writes a response with this status, and continues to read.
    WritesUnasked(u16),
}

/// How often each write was executed.
type Books = Arc<Mutex<HashMap<String, usize>>>;

/// Starts a server with this habit, which executes every write that it can read.
async fn start(habit: Habit, books: &Books) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let books = Arc::clone(books);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, habit, Arc::clone(&books)));
        }
    });
    url
}

async fn serve(mut stream: TcpStream, habit: Habit, books: Books) {
    stream.set_nodelay(true).unwrap();
    let mut buffer = Vec::new();
    while let Some(request) = next_request(&mut stream, &mut buffer).await {
        let text = String::from_utf8_lossy(&request).into_owned();
        let body = if text.starts_with("POST /auth/login") {
            r#"{"token":"t"}"#
        } else {
            let (_, rest) = text.split_once("write").unwrap();
            let (number, _) = rest.split_once("end").unwrap();
            *books.lock().unwrap().entry(number.to_owned()).or_default() += 1;
            r#"{"code":"00000","data":"1","id":1}"#
        };
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
        if stream.write_all((head + body).as_bytes()).await.is_err() {
            return;
        }
        match habit {
            Habit::ClosesAfter(time) => {
                if !time.is_zero() {
                    tokio::time::sleep(time).await;
                }
                return;
            }
            Habit::WritesUnasked(status) => {
                // A moment between two requests.
                for _ in 0..fastrand::u8(0..20) {
                    tokio::task::yield_now().await;
                }
                let unasked = format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\n\r\n");
                if stream.write_all(unasked.as_bytes()).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// Returns head and body of a request.
async fn next_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
    loop {
        let text = String::from_utf8_lossy(buffer).to_ascii_lowercase();
        if let Some((head, _)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |length| length.parse().unwrap());
            let end = head.len() + 4 + length;
            if buffer.len() >= end {
                return Some(buffer.drain(..end).collect());
            }
        }
        let mut piece = [0; 4096];
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => return None,
            Ok(read) => buffer.extend_from_slice(&piece[..read]),
        }
    }
}

/// The reports to callers.
#[derive(Debug, Default)]
struct Reported {
    accepted: usize,
    not_sent: usize,
    /// The outcome is unknown, or the report is not true.
    wrong: usize,
}

async fn send<C: ProviderClient + Clone + Send + Sync + 'static>(
    client: C,
    write: fn(&str) -> Entry<C>,
    books: &Books,
) -> Reported {
    let writes = usize::try_from(setting("PROOF_WRITES", 3_000)).unwrap() / 10;
    let next = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..IN_FLIGHT {
        let (client, next) = (client.clone(), Arc::clone(&next));
        tasks.spawn(async move {
            let mut told = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= writes {
                    return told;
                }
                let outcome = write(&word(number)).call(&client).await;
                told.push((number, outcome.error.map(|error| error.delivery())));
            }
        });
    }
    let outcomes: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
    let books = books.lock().unwrap();
    let mut told = Reported::default();
    for (number, outcome) in outcomes {
        let times = books.get(&number.to_string()).copied().unwrap_or_default();
        assert!(
            times <= 1,
            "write {number} was done {times} times: {outcome:?}"
        );
        *match (outcome, times) {
            (None, 1) => &mut told.accepted,
            (Some(Delivery::NotSent), 0) => &mut told.not_sent,
            _ => &mut told.wrong,
        } += 1;
    }
    told
}

const HABITS: [Habit; 9] = [
    Habit::ClosesAfter(Duration::ZERO),
    Habit::ClosesAfter(Duration::from_micros(200)),
    Habit::ClosesAfter(Duration::from_millis(1)),
    Habit::WritesUnasked(408),
    Habit::WritesUnasked(400),
    Habit::WritesUnasked(401),
    Habit::WritesUnasked(403),
    Habit::WritesUnasked(404),
    Habit::WritesUnasked(429),
];

/// Returns a client of the provider for another server.
async fn meet<P: Provider>(
    habit: Habit,
    set: fn(ClientBuilder<P::Client>) -> ClientBuilder<P::Client>,
) -> Reported
where
    P::Client: Clone + Send + Sync,
{
    let books = Books::default();
    let url = start(habit, &books).await;
    let provider = P::start().await.unwrap();
    let client = set(provider.builder().base_url(url)).build().unwrap();
    let told = send(client, P::marked_write, &books).await;
    println!("{} {habit:?}: {told:?}", P::CRATE);
    told
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_the_first_sign_nothing_more_goes_wrong() {
    for habit in HABITS {
        let told = meet::<Ravelin>(habit, |builder| builder).await;
        assert!(told.wrong <= IN_FLIGHT, "{habit:?}: {told:?}");
        assert!(told.accepted > 0, "{habit:?}: {told:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_connections_of_their_own_nothing_goes_wrong() {
    for habit in HABITS {
        let told = meet::<Ravelin>(habit, |builder| builder.fresh_connections(true)).await;
        assert_eq!((told.wrong, told.not_sent), (0, 0), "{habit:?}: {told:?}");
    }
}

/// If a quota makes calls rare, each write uses a separate connection. An invitation does so too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_invitation_and_no_contract_goes_wrong() {
    for habit in HABITS {
        let told = meet::<CustomerRadar>(habit, |builder| builder).await;
        assert_eq!((told.wrong, told.not_sent), (0, 0), "{habit:?}: {told:?}");
        let told = meet::<Revnue>(habit, |builder| builder.rate_limiter(Unlimited)).await;
        assert_eq!((told.wrong, told.not_sent), (0, 0), "{habit:?}: {told:?}");
    }
}
