//! Processes share one login. One of them logs in, a refusal stops all, and the store contains no clear text.

use std::time::Duration;

use customer_api_core::{ErrorKind, reqwest};
use customer_api_sandbox::{CustomerRadar, Sandbox, Server};
use feedback_invitations::{Client, Programme, Recipient, SendInvitation};
use proof::processes::{setting, variable};
use tokio::runtime::Runtime;

use crate::{
    child::DONE,
    crew::{Crew, News},
    store::{self, Store, for_every_store},
};

pub(crate) const JOB: &str = "login";

/// The line of a child that could not log in.
const REFUSED: &str = "refused";

/// Runs in a child: sends one invitation.
pub(crate) async fn invite() -> &'static str {
    let client = Client::builder(
        variable("PROOF_CHILD_USER"),
        variable("PROOF_CHILD_PASSWORD"),
    )
    .base_url(variable("PROOF_CHILD_URL"))
    .http(|| reqwest::Client::builder().tls_certs_only([]).no_proxy())
    .timeout(Duration::from_secs(60))
    .shared_session(store::session().await)
    .build()
    .unwrap();
    let number = variable("PROOF_CHILD_NUMBER");
    let recipient = Recipient::new("location-1").email(format!("{number}@shop.example"));
    let programme = Programme::new("client-1", "programme-1");
    match client
        .send(SendInvitation::new(&programme, recipient))
        .await
    {
        Ok(_) => DONE,
        Err(error) if error.kind() == ErrorKind::Authentication => REFUSED,
        Err(error) => panic!("{error}"),
    }
}

struct Shop {
    sandbox: Sandbox,
    /// The runtime of the sandbox.
    runtime: Runtime,
    invited: usize,
}

impl Shop {
    fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let sandbox = runtime.block_on(Sandbox::start()).unwrap();
        Self {
            sandbox,
            runtime,
            invited: 0,
        }
    }

    fn radar(&self) -> &Server<CustomerRadar> {
        self.sandbox.customer_radar()
    }

    /// Lets processes invite at the same time, with this password. Returns their lines.
    fn invite(&mut self, store: &Store, processes: usize, password: &str) -> Vec<String> {
        let mut crew = Crew::new(JOB, processes);
        for number in crew.numbers() {
            let mut variables = store.variables();
            self.invited += 1;
            variables.extend([
                ("PROOF_CHILD_URL", self.radar().base_url().to_owned()),
                ("PROOF_CHILD_USER", self.radar().username()),
                ("PROOF_CHILD_PASSWORD", password.to_owned()),
                ("PROOF_CHILD_NUMBER", self.invited.to_string()),
            ]);
            crew.start(number, &variables);
        }
        let mut all = Vec::new();
        while crew.is_running() {
            match crew.next() {
                News::Ended { said, .. } => all.push(said),
                news => panic!("{news:?}"),
            }
        }
        all
    }
}

fn one_logs_in(start: impl Fn(&str) -> Option<Store>) {
    let Some(store) = start("fleet-login") else {
        return;
    };
    let processes = setting("PROOF_LOGINS", 12);
    let mut shop = Shop::start();
    let password = shop.radar().password();

    assert_eq!(
        shop.invite(&store, processes, &password),
        vec![DONE; processes]
    );
    assert_eq!(shop.radar().login_count(), 1);

    // Their token is revoked. Each process that uses it gets a 401, and one logs in.
    shop.radar().expire_tokens();
    assert_eq!(
        shop.invite(&store, processes, &password),
        vec![DONE; processes]
    );
    assert_eq!(shop.radar().login_count(), 2);
    assert_eq!(shop.radar().applied_count(), 2 * processes);

    // A process with an old password does not stop the others, and the others do not try that password again.
    let refused = shop.invite(&store, processes, "old password");
    assert_eq!(refused, vec![REFUSED; processes]);
    assert_eq!(shop.radar().refused_login_count(), 1);
    assert_eq!(shop.invite(&store, 1, &password), [DONE]);
    assert_eq!(shop.radar().login_count(), 2);

    let dump = store.dump();
    let requests = shop.radar().requests();
    let tokens = requests
        .iter()
        .filter_map(|request| request.header("authorization"));
    let tokens: std::collections::BTreeSet<&str> = tokens.collect();
    assert_eq!(tokens.len(), 2);
    let secrets = [&*shop.radar().username(), &password, "old password"];
    for secret in tokens.into_iter().chain(secrets) {
        assert!(!dump.contains(secret), "the store holds a secret");
    }
    println!(
        "{processes} processes: 1 login, 1 more after all got a 401, 1 try of a wrong password"
    );
    drop(shop.runtime);
}

for_every_store! {
    one_logs_in_for_all: super::one_logs_in;
}
