//! A connection that breaks at a moment that the test chooses.

use std::{
    fs::{self, Permissions},
    io,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use testkit::{Folder, Postgres};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{UnixListener, UnixStream},
    sync::{Mutex, oneshot},
};

/// The message that the server is ready for the next statement outside a transaction: the last one is committed.
const READY: &[u8] = b"Z\0\0\0\x05I";

/// Whether a statement reaches the server before its connection breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The server never sees it.
    Before,
    /// The server has committed it, and its response is lost.
    After,
}

/// A planned break.
struct Planned {
    words: &'static str,
    cut: Cut,
    /// The number of statements that still break.
    times: u32,
    /// Notified when the server has done its part.
    caught: Option<oneshot::Sender<()>>,
    /// Awaited before the connection breaks.
    go: Option<oneshot::Receiver<()>>,
}

/// A socket that leads to a server.
pub(crate) struct Proxy {
    folder: Folder,
    planned: Arc<Mutex<Option<Planned>>>,
    responses: Arc<AtomicUsize>,
}

/// A break that waits until the test allows it.
pub(crate) struct Caught {
    caught: oneshot::Receiver<()>,
    go: oneshot::Sender<()>,
}

impl Proxy {
    pub(crate) fn start(server: &Postgres) -> Self {
        let proxy = Self {
            folder: Folder::new("proxy"),
            planned: Arc::default(),
            responses: Arc::default(),
        };
        let socket = proxy.folder.path().join(".s.PGSQL.5432");
        let listener = UnixListener::bind(&socket).unwrap();
        // A pooler runs as another user.
        for path in [proxy.folder.path(), &socket] {
            fs::set_permissions(path, Permissions::from_mode(0o777)).unwrap();
        }
        let (planned, server) = (Arc::clone(&proxy.planned), server.socket());
        let responses = Arc::clone(&proxy.responses);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = UnixStream::connect(&server).await else {
                    continue;
                };
                let (planned, responses) = (Arc::clone(&planned), Arc::clone(&responses));
                tokio::spawn(async move { drop(pass(client, server, &planned, &responses).await) });
            }
        });
        proxy
    }

    /// The directory of its socket.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The configuration with which a client connects through it.
    pub(crate) fn configuration(&self) -> String {
        let host = self.folder.path().display();
        format!("host={host} user=postgres dbname=postgres sslmode=disable")
    }

    /// Breaks the connection of the next statements that contain this text, this number of times.
    pub(crate) async fn cut(&self, words: &'static str, cut: Cut, times: u32) {
        let planned = Planned {
            words,
            cut,
            times,
            caught: None,
            go: None,
        };
        *self.planned.lock().await = Some(planned);
    }

    /// Breaks the connection of the next statement that contains this text, once the test allows it.
    pub(crate) async fn catch(&self, words: &'static str, cut: Cut) -> Caught {
        let (tell, caught) = oneshot::channel();
        let (go, wait) = oneshot::channel();
        let planned = Planned {
            words,
            cut,
            times: 1,
            caught: Some(tell),
            go: Some(wait),
        };
        *self.planned.lock().await = Some(planned);
        Caught { caught, go }
    }

    /// The number of statements with a response so far.
    pub(crate) fn responses(&self) -> usize {
        self.responses.load(Ordering::Relaxed)
    }

    /// The number of planned breaks that have not happened yet.
    pub(crate) async fn left(&self) -> u32 {
        let planned = self.planned.lock().await;
        planned.as_ref().map_or(0, |planned| planned.times)
    }
}

impl Caught {
    /// Waits until the statement has arrived, and with [`Cut::After`] until the server has committed it.
    pub(crate) async fn happened(&mut self) {
        (&mut self.caught).await.unwrap();
    }

    pub(crate) fn go(self) {
        self.go.send(()).unwrap();
    }
}

/// Forwards bytes, until a break is due.
async fn pass(
    mut client: UnixStream,
    mut server: UnixStream,
    planned: &Mutex<Option<Planned>>,
    responses: &AtomicUsize,
) -> io::Result<()> {
    let (mut sent, mut received) = ([0; 16384], [0; 16384]);
    loop {
        tokio::select! {
            length = client.read(&mut sent) => {
                let bytes = &sent[..length?];
                if bytes.is_empty() {
                    return Ok(());
                }
                let due = due(bytes, planned).await;
                if !matches!(due, Some((Cut::Before, ..))) {
                    server.write_all(bytes).await?;
                }
                let Some((cut, caught, go)) = due else { continue };
                if cut == Cut::After {
                    until_ready(&mut server).await?;
                }
                if let Some(caught) = caught {
                    let _ = caught.send(());
                }
                if let Some(go) = go {
                    let _ = go.await;
                }
                return Ok(());
            }
            length = server.read(&mut received) => {
                let bytes = &received[..length?];
                if bytes.is_empty() {
                    return Ok(());
                }
                let ready = bytes.windows(READY.len()).filter(|window| *window == READY);
                responses.fetch_add(ready.count(), Ordering::Relaxed);
                client.write_all(bytes).await?;
            }
        }
    }
}

type Due = (
    Cut,
    Option<oneshot::Sender<()>>,
    Option<oneshot::Receiver<()>>,
);

/// What to do with these bytes.
async fn due(bytes: &[u8], planned: &Mutex<Option<Planned>>) -> Option<Due> {
    let mut planned = planned.lock().await;
    let next = planned.as_mut()?;
    let words = next.words.as_bytes();
    let is_there = bytes.windows(words.len()).any(|window| window == words);
    if !is_there || next.times == 0 {
        return None;
    }
    next.times -= 1;
    Some((next.cut, next.caught.take(), next.go.take()))
}

async fn until_ready(server: &mut UnixStream) -> io::Result<()> {
    let mut response = Vec::new();
    while !response.ends_with(READY) {
        if server.read_buf(&mut response).await? == 0 {
            return Ok(());
        }
    }
    Ok(())
}
