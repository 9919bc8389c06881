//! The examples, run as programs: several at the same time, against a server and a sandbox that the tests start.
#![cfg(test)]
#![cfg(unix)]

use std::collections::BTreeSet;

use customer_api_sandbox::{Fault, Sandbox};
use testkit::{Example, Postgres};

fn worker(name: &str, server: &Postgres, sandbox: &Sandbox) -> Example {
    Example::new(name, "RAVELIN_")
        .env("DATABASE_URL", server.configuration())
        .env("RAVELIN_BASE_URL", sandbox.ravelin().base_url())
        .env("RAVELIN_SECRET_KEY", sandbox.ravelin().secret_key())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_workers_label_each_customer_of_a_list_once() {
    let Some(server) = Postgres::start("four-workers") else {
        return;
    };
    let sandbox = Sandbox::start().await.unwrap();
    let ravelin = sandbox.ravelin();
    // One response is lost: a look finds the label.
    let lost = Fault::reset_before_head().processed();
    ravelin.fault_on("labelCustomer", lost).unwrap();
    let customers: String = (0..60).map(|number| format!("cust-{number}\n")).collect();
    let start = |arguments: &[&str]| {
        let worker = worker("label_worker", &server, &sandbox);
        worker.args(arguments).stdin(customers.as_str()).start()
    };
    // No worker creates the list.
    let early = start(&["march"]).wait();
    assert_eq!((early.code, ravelin.requests().len()), (1, 0));
    assert!(
        early.stderr.contains("no list of this name"),
        "{}",
        early.stderr
    );
    assert_eq!(start(&["--create", "march"]).wait().code, 0);

    let workers: Vec<_> = (0..4).map(|_| start(&["march"])).collect();
    let mut labelled = BTreeSet::new();
    for worker in workers {
        let outcome = worker.wait();
        // A customer that another worker was labelling at that time is not yet labelled.
        let is_open = outcome.stdout.contains("another worker is sending");
        let code = if is_open { 3 } else { 0 };
        assert_eq!(outcome.code, code, "{}", outcome.stderr);
        let done = outcome
            .stdout
            .lines()
            .filter(|line| line.ends_with(": labelled"));
        labelled.extend(done.map(str::to_owned));
    }
    assert_eq!((labelled.len(), ravelin.applied_count()), (60, 60));
    let last = start(&["march"]).wait();
    assert_eq!(
        (last.code, last.stdout.as_str()),
        (0, ""),
        "{}",
        last.stderr
    );
    assert_eq!(ravelin.applied_count(), 60);
    let requests = ravelin.requests();
    assert!(requests.iter().all(|request| request.status != Some(429)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_workers_empty_an_outbox_and_keep_what_was_refused() {
    let Some(server) = Postgres::start("outbox") else {
        return;
    };
    let sandbox = Sandbox::start().await.unwrap();
    let ravelin = sandbox.ravelin();
    ravelin
        .fault_on("labelCustomer", Fault::status(400))
        .unwrap();
    server.psql(
        "CREATE TABLE label_outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer text NOT NULL, \
         comment text NOT NULL DEFAULT '', problem text); \
         INSERT INTO label_outbox (customer) SELECT 'cust-' || number FROM generate_series(1, 30) number;",
    );
    let create = worker("outbox_worker", &server, &sandbox).args(["--create"]);
    assert_eq!(create.run().code, 0);
    let workers: Vec<_> = (0..3)
        .map(|_| worker("outbox_worker", &server, &sandbox).start())
        .collect();
    for worker in workers {
        let outcome = worker.wait();
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    }
    assert_eq!(ravelin.applied_count(), 29);
    // One row is left, with its problem.
    server.psql(
        "DO $$ BEGIN ASSERT (SELECT count(*) = 1 AND bool_and(problem IS NOT NULL) FROM label_outbox); END $$;",
    );
    // After a worker died, its rows become available again. They are not sent again.
    server.psql("INSERT INTO label_outbox (id, customer) OVERRIDING SYSTEM VALUE SELECT number, 'cust-' || number FROM generate_series(2, 30) number ON CONFLICT DO NOTHING;");
    let outcome = worker("outbox_worker", &server, &sandbox).run();
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_eq!(ravelin.applied_count(), 29);
}
