//! The provider's side of the children's calls, in a process that is not killed.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, mpsc},
    thread,
};

use super::Signal;

pub(super) struct Server {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    received: BTreeMap<String, u32>,
    watch: Option<Watch>,
}

/// Waits for one invitation, and tells.
struct Watch {
    /// How many come before it, and this one.
    count: u32,
    signals: mpsc::Sender<Signal>,
    /// Whether it is answered.
    responses: bool,
}

impl Server {
    /// Serves until the process ends.
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::<Mutex<State>>::default();
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for connection in listener.incoming() {
                let (connection, state) = (connection.unwrap(), Arc::clone(&shared));
                // A killed child may break off at any byte.
                thread::spawn(move || serve(&connection, &state));
            }
        });
        Self { address, state }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Gives no response to an invitation that is this number ahead, and says so.
    pub(super) fn hold(&self, count: u32, signals: mpsc::Sender<Signal>) {
        self.watch(count, signals, false);
    }

    /// Says so when that many invitations have come, and responses.
    pub(super) fn tell(&self, count: u32, signals: mpsc::Sender<Signal>) {
        self.watch(count, signals, true);
    }

    /// Waits for nothing any more.
    pub(super) fn forget(&self) {
        self.state.lock().unwrap().watch = None;
    }

    fn watch(&self, count: u32, signals: mpsc::Sender<Signal>, responses: bool) {
        self.state.lock().unwrap().watch = Some(Watch {
            count,
            signals,
            responses,
        });
    }

    /// How many invitations came for every address.
    pub(super) fn received(&self) -> BTreeMap<String, u32> {
        self.state.lock().unwrap().received.clone()
    }
}

fn serve(connection: &TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut reader = BufReader::new(connection);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head)? == 0 {
                return Ok(());
            }
        }
        let lower = head.to_ascii_lowercase();
        let length = lower.split("content-length:").nth(1).unwrap();
        let length = length.lines().next().unwrap().trim().parse().unwrap();
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let response = if head.starts_with("POST /auth/login ") {
            r#"{"token":"a-token","expiration":1,"userName":"testing"}"#
        } else {
            assert!(head.starts_with("POST /invitation "), "{head}");
            let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
            let address = body["sendData"][0]["email"].as_str().unwrap().to_owned();
            let mut state = state.lock().unwrap();
            *state.received.entry(address).or_default() += 1;
            if let Some(watch) = &mut state.watch {
                watch.count -= 1;
                if watch.count == 0 {
                    let _ = watch.signals.send(Signal::Received);
                    let responses = watch.responses;
                    state.watch = None;
                    if !responses {
                        drop(state);
                        // Until the child is gone.
                        let _ = reader.read(&mut [0]);
                        return Ok(());
                    }
                }
            }
            r#"{"code":"00000","description":"success","data":"846673197418938368"}"#
        };
        write!(
            &mut &*connection,
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{response}",
            response.len()
        )?;
    }
}
