//! Blocking calls on both sides of a fork.
#![cfg(test)]
#![cfg(unix)]

mod shop;

use std::{
    env,
    io::{Read as _, Write as _},
    net::TcpListener,
    panic::{AssertUnwindSafe, catch_unwind},
    process::{self, Command},
    thread,
    time::Duration,
};

use async_trait::async_trait;
use customer_api_core::{
    Client, Delivery, ErrorKind,
    auth::Anonymous,
    error::RuntimeError,
    pages::{Fetched, List, PageSource, PagesError, PagesErrorKind},
};
use fork::Fork;

use crate::shop::{Count, Shop};

/// Passes the server's address to the process that forks.
const SERVER: &str = "FORK_TEST_SERVER";

/// Ends a child that hangs. Longer than any timeout in the child.
const TOO_LONG: Duration = Duration::from_secs(30);

/// A server whose connections stay open, as a connection pool needs.
fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            thread::spawn(move || {
                let mut request = [0; 1024];
                while stream.read(&mut request).is_ok_and(|read| read > 0) {
                    let response = b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n7";
                    if stream.write_all(response).is_err() {
                        return;
                    }
                }
            });
        }
    });
    url
}

fn shop(url: &str) -> Client<Shop> {
    Client::builder(Shop, Anonymous)
        .base_url(url)
        .timeout(Duration::from_secs(5))
        .build()
        .unwrap()
}

/// Never ends.
struct Endless;

#[async_trait]
impl PageSource for Endless {
    type Item = u32;
    type Cursor = u32;

    async fn fetch(&mut self, cursor: Option<&u32>) -> Result<Fetched<u32, u32>, PagesError> {
        let number = cursor.map_or(1, |last| last + 1);
        Ok(Fetched::page(vec![number], number))
    }
}

/// Uses in the child the clients and lists that the parent created.
fn in_the_child(url: &str, used: &Client<Shop>, unused: &Client<Shop>, pages: &mut List<Endless>) {
    let error = used.call(Count).wait().unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery(), error.attempts()),
        (ErrorKind::NoRuntime, Delivery::NotSent, 0)
    );
    assert!(error.to_string().contains("forked"), "{error}");
    let source = error.cause().unwrap();
    assert_eq!(source.downcast_ref(), Some(&RuntimeError::Forked));

    assert_eq!(unused.call(Count).wait().unwrap(), 7);
    assert_eq!(shop(url).call(Count).wait().unwrap(), 7);

    // The buffer may contain pages, but the task that fills it does not exist here.
    let error = pages.wait_page().unwrap_err();
    assert_eq!(error.kind(), PagesErrorKind::Stopped);
    let mut pages = List::new(Endless);
    assert_eq!(pages.wait_page().unwrap().unwrap().items, [1]);
}

fn fork_and_wait(url: &str) {
    let (used, unused) = (shop(url), shop(url));
    assert_eq!(used.call(Count).wait().unwrap(), 7);
    let mut pages = List::new(Endless);
    assert_eq!(pages.wait_page().unwrap().unwrap().items, [1]);

    match fork::fork().unwrap() {
        Fork::Child => {
            thread::spawn(|| {
                thread::sleep(TOO_LONG);
                process::exit(3);
            });
            let work = AssertUnwindSafe(|| in_the_child(url, &used, &unused, &mut pages));
            process::exit(catch_unwind(work).map_or(2, |()| 0));
        }
        Fork::Parent(child) => {
            let status = fork::waitpid(child).unwrap();
            assert!(fork::WIFEXITED(status));
            assert_eq!(fork::WEXITSTATUS(status), 0, "2: it failed; 3: it hung");
            // The parent is not affected.
            assert_eq!(used.call(Count).wait().unwrap(), 7);
            assert_eq!(unused.call(Count).wait().unwrap(), 7);
            assert_eq!(pages.wait_page().unwrap().unwrap().items, [2]);
        }
    }
}

/// Runs in a separate process, without other tests.
#[test]
fn a_child_has_clients_of_its_own_and_the_parent_keeps_its() {
    if let Ok(url) = env::var(SERVER) {
        return fork_and_wait(&url);
    }
    let child = Command::new(env::current_exe().unwrap())
        .args([
            "--exact",
            "--nocapture",
            "a_child_has_clients_of_its_own_and_the_parent_keeps_its",
        ])
        .env(SERVER, serve())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&child.stdout) + String::from_utf8_lossy(&child.stderr);
    assert!(child.status.success(), "{told}");
    assert!(told.contains("1 passed"), "{told}");
}
