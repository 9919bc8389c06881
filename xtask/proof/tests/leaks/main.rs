//! Nothing private appears in any printed or logged text, whatever fails. This is a separate program with one test,
//! because its subscriber must see everything.
#![cfg(test)]

#[path = "../network/authority.rs"]
mod authority;
#[path = "../network/server.rs"]
mod server;

use std::collections::{BTreeMap, BTreeSet};

use authority::{Authority, LOCALHOST};
use customer_api_core::reqwest;
use proof::{
    Provider, matrix,
    planted::{CustomerRadar, Needles, Omnidesk, Ravelin, Revnue},
};
use server::TlsServer;
use testkit::CapturedLogs;
use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt::{self, format::FmtSpan},
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

/// Words that must appear. Only then does the absence of other values prove something.
const PRESENT: [&str; 8] = [
    "api.call",
    "http.request",
    "url.template",
    "http.response.status_code",
    "hyper_util::client",
    "reqwest::connect",
    "h2::codec",
    "[redacted]",
];

/// The observations so far.
#[derive(Default)]
struct Seen {
    calls: usize,
    present: BTreeSet<&'static str>,
    /// The leaks, by the beginning of the printed line.
    leaks: BTreeMap<String, String>,
}

impl Seen {
    fn look(&mut self, at: &str, needles: &Needles, text: &str) {
        self.calls += 1;
        self.present
            .extend(PRESENT.iter().filter(|word| text.contains(**word)));
        for (needle, line) in needles.lines_in(text) {
            let beginning = line.chars().take(40).collect();
            let leak = || format!("{at}: `{needle}`: {line}");
            self.leaks.entry(beginning).or_insert_with(leak);
        }
    }
}

fn on_a_runtime<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(work)
}

/// Returns the values that each operation carries. They must be removed from the server's words about it.
fn carried<P: Provider>() -> BTreeMap<String, Needles> {
    on_a_runtime(async {
        let provider = P::start().await.unwrap();
        let client = provider.builder().build().unwrap();
        for entry in P::operations() {
            let outcome = entry.call(&client).await;
            assert!(outcome.error.is_none(), "{entry:?}: {outcome:?}");
        }
        let requests = provider.server().requests();
        let carried = requests
            .iter()
            .map(|request| (request.operation_id.clone().unwrap(), Needles::of(request)));
        carried.collect()
    })
}

/// Every operation meets every fault. The server's messages repeat the operation's values, in every spelling.
fn sweep<P: Provider>(logs: &CapturedLogs, seen: &mut Seen) {
    let carried = carried::<P>();
    matrix::drive::<P>(
        |operation| carried[operation].sentence(),
        |case, entry, _, observed| {
            logs.note(&entry.printed);
            logs.note(&observed.client);
            logs.note(&observed.outcome.printed);
            if let Some(error) = &observed.outcome.error {
                logs.note_error(error);
            }
            let mut needles = Needles::all();
            for request in &observed.requests {
                // Tokens can't be chosen, and must not be shown either.
                needles.add_credential(request);
            }
            let at = format!("{} {}, {}", P::CRATE, entry.info.id, case.name);
            seen.look(&at, &needles, &logs.take());
        },
    );
}

/// Every operation once, over complete connections with TLS, whose layers may log the data.
fn secured<P: Provider>(logs: &CapturedLogs, seen: &mut Seen, protocol: &str) {
    let text = on_a_runtime(async {
        let authority = Authority::new();
        let server = TlsServer::start(authority.acceptor(LOCALHOST, &[protocol])).await;
        let provider = P::start().await.unwrap();
        let trusted = authority.certificate();
        let http = move || reqwest::Client::builder().tls_certs_only([trusted.clone()]);
        let client = provider.builder().base_url(server.url()).http(http);
        let client = client.build().unwrap();
        let _ = logs.take();
        for entry in P::operations() {
            if let Some(error) = entry.call(&client).await.error {
                logs.note_error(&error);
            }
        }
        let (http1, http2) = server.requests();
        assert_eq!((http1 > 0, http2 > 0), (protocol != "h2", protocol == "h2"));
        logs.take()
    });
    seen.look(protocol, &Needles::all(), &text);
}

/// The only component that prints the sent data, because it is switched on for that.
fn verbose(logs: &CapturedLogs) -> String {
    on_a_runtime(async {
        let provider = Revnue::start().await.unwrap();
        let http = || reqwest::Client::builder().connection_verbose(true);
        let client = provider.builder().http(http).build().unwrap();
        for entry in Revnue::operations() {
            assert!(entry.call(&client).await.error.is_none());
        }
    });
    logs.take()
}

#[test]
fn nothing_planted_is_printed_or_logged() {
    let logs = CapturedLogs::default();
    let layer = || {
        fmt::layer()
            .with_writer(logs.clone())
            .with_ansi(false)
            .with_span_events(FmtSpan::NEW | FmtSpan::CLOSE)
    };
    // With the records of the `log` crate.
    tracing_subscriber::registry()
        .with(layer())
        .with(LevelFilter::TRACE)
        .init();

    let mut seen = Seen::default();
    sweep::<Ravelin>(&logs, &mut seen);
    sweep::<Omnidesk>(&logs, &mut seen);
    sweep::<Revnue>(&logs, &mut seen);
    sweep::<CustomerRadar>(&logs, &mut seen);
    for protocol in ["http/1.1", "h2"] {
        secured::<Ravelin>(&logs, &mut seen, protocol);
        secured::<Omnidesk>(&logs, &mut seen, protocol);
        secured::<Revnue>(&logs, &mut seen, protocol);
        secured::<CustomerRadar>(&logs, &mut seen, protocol);
    }
    let leaks: Vec<_> = seen.leaks.values().collect();
    assert!(leaks.is_empty(), "{leaks:#?}");
    assert_eq!(seen.present, BTreeSet::from(PRESENT));
    assert!(seen.calls > 1_000, "{}", seen.calls);

    // The only exception, and the filter for it, as in `docs/delivery-and-retries.md`.
    let needles = Needles::all();
    let text = verbose(&logs);
    let leaks = needles.lines_in(&text);
    assert!(!leaks.is_empty());
    for (needle, line) in leaks {
        assert!(
            line.contains("TRACE") && line.contains("reqwest::connect::verbose"),
            "`{needle}`: {line}"
        );
    }
    let filter = Targets::new()
        .with_default(LevelFilter::TRACE)
        .with_target("reqwest::connect::verbose", LevelFilter::OFF);
    let filtered = tracing_subscriber::registry().with(layer()).with(filter);
    let text = tracing::subscriber::with_default(filtered, || verbose(&logs));
    assert!(text.contains("hyper_util::client"));
    assert!(needles.lines_in(&text).is_empty());
}
