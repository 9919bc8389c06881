//! Looks for writes, against the sandbox: lost responses, second writers, and lists in several shapes.

use std::time::Duration;

use customer_api_core::nullable::Nullable;
use customer_api_sandbox::{
    Later, RevnueCustomer, RevnueListResponse, RevnueOptions, SecondWriter,
};
use revnue_customers::{
    CreateCustomer, DeleteCustomer, Marker, Reason, ReplaceCustomer, SINGLE_COMPANY, Settled,
    UpdateCustomer,
};
use testkit::{lose, lost, meet, reason, settle, word};

use crate::support::start;

fn options() -> RevnueOptions {
    RevnueOptions::default().no_rate_limit()
}

fn acme() -> RevnueCustomer {
    RevnueCustomer::new(SINGLE_COMPANY, "Acme")
        .with("city", "Suva")
        .with("additional_description", "an old customer")
}

fn marker() -> Marker {
    Marker::new("order-4711").unwrap()
}

fn update(id: u64) -> UpdateCustomer {
    UpdateCustomer::new(id, SINGLE_COMPANY)
        .city("Nadi")
        .fax(Nullable::Null)
        .country(64)
}

fn create() -> CreateCustomer {
    CreateCustomer::new(SINGLE_COMPANY, "Acme").city("Suva")
}

#[tokio::test]
async fn an_update_without_a_marker_is_in_effect_at_best() {
    let (sandbox, client) = start(options()).await;
    let id = sandbox.revnue().seed_customer(acme().with("fax", "123"));
    let verdict = settle(sandbox.revnue(), &client, &update(id), false).await;
    assert_eq!(word(&verdict), "not seen", "{verdict:?}");
    let Settled::InEffect(evidence) = settle(sandbox.revnue(), &client, &update(id), true).await
    else {
        panic!("it is in effect");
    };
    assert_eq!(evidence.equal().collect::<Vec<_>>(), ["city", "fax"]);
    assert_eq!(evidence.not_compared().collect::<Vec<_>>(), ["country"]);
    assert_eq!(evidence.seen().id, id);
}

#[tokio::test]
async fn a_marked_update_is_applied_or_superseded() {
    let (sandbox, client) = start(options()).await;
    let id = sandbox.revnue().seed_customer(acme());
    let marked = update(id).additional_description("moved").marked(&marker());
    let verdict = settle(sandbox.revnue(), &client, &marked, false).await;
    // `fax` was empty before. Therefore a part shows, but the marker does not.
    assert_eq!(reason(verdict), Reason::Partly);
    let trace = lose(sandbox.revnue(), &client, marked.clone(), true).await;
    let verdict = client.settle(&marked, trace).look().await.unwrap();
    assert_eq!(word(&verdict), "applied");
    let text = verdict
        .evidence()
        .unwrap()
        .seen()
        .additional_description
        .clone();
    assert_eq!(text.as_deref(), Some("[ref:order-4711~vpx3] moved"));
    let labasa = || {
        let second = SecondWriter::same().unset("additional_description");
        second.set("city", "Labasa")
    };
    let overtaken = lost(true).second_writer(labasa());
    let trace = meet(sandbox.revnue(), &client, marked.clone(), overtaken).await;
    let verdict = client.settle(&marked, trace).look().await.unwrap();
    assert_eq!(word(&verdict), "superseded");
    // The update is applied after the other writer's change, and undoes it. It shows as it was sent.
    let late = lost(false).processed_later(Later::Requests(1));
    let trace = meet(
        sandbox.revnue(),
        &client,
        marked.clone(),
        late.second_writer(labasa()),
    )
    .await;
    let verdict = client.settle(&marked, trace).look().await.unwrap();
    assert_eq!(word(&verdict), "applied");
}

#[tokio::test]
async fn a_write_that_shows_late_or_is_applied_late_is_found_later() {
    let lag = Duration::from_secs(30);
    for (options, fault) in [
        (options().shown_after(lag), lost(true)),
        (options(), lost(false).processed_later(Later::After(lag))),
    ] {
        let (sandbox, client) = start(options).await;
        let id = sandbox.revnue().seed_customer(acme());
        let update = UpdateCustomer::new(id, SINGLE_COMPANY).city("Nadi");
        let updated = meet(sandbox.revnue(), &client, update.clone(), fault.clone()).await;
        let beta = CreateCustomer::new(SINGLE_COMPANY, "Beta").marked(&marker());
        let created = meet(sandbox.revnue(), &client, beta.clone(), fault).await;
        for expected in [["not seen"; 2], ["in effect", "applied"]] {
            let updated = client.settle(&update, updated.clone()).look().await;
            let created = client.settle(&beta, created.clone()).look().await;
            let words = [word(&updated.unwrap()), word(&created.unwrap())];
            assert_eq!(words, expected);
            sandbox.advance(lag);
        }
    }
}

#[tokio::test]
async fn a_replacement_is_compared_with_what_it_empties() {
    let (sandbox, client) = start(options()).await;
    let id = sandbox.revnue().seed_customer(acme().with("phone", "123"));
    let replace = ReplaceCustomer::new(id, SINGLE_COMPANY, "Acme").city("Suva");
    let verdict = settle(sandbox.revnue(), &client, &replace, false).await;
    assert_eq!(reason(verdict), Reason::Partly);
    let verdict = settle(sandbox.revnue(), &client, &replace, true).await;
    assert_eq!(word(&verdict), "in effect");
    let marked = replace.marked(&marker());
    let verdict = settle(sandbox.revnue(), &client, &marked, true).await;
    assert_eq!(word(&verdict), "applied");
}

#[tokio::test]
async fn a_change_of_a_customer_who_is_not_in_the_company_can_not_be_told() {
    let (sandbox, client) = start(options()).await;
    let id = sandbox.revnue().seed_customer(acme());
    let elsewhere = UpdateCustomer::new(id, 2).city("Nadi");
    let verdict = settle(sandbox.revnue(), &client, &elsewhere, false).await;
    assert_eq!(reason(verdict), Reason::Gone);
    let nothing = UpdateCustomer::new(id, SINGLE_COMPANY).country(64);
    let id = sandbox.revnue().seed_customer(acme().with("country", 1));
    let hidden = UpdateCustomer::new(id, SINGLE_COMPANY).country(64);
    let verdict = settle(sandbox.revnue(), &client, &hidden, true).await;
    assert_eq!(reason(verdict), Reason::NothingToCompare);
    let verdict = settle(sandbox.revnue(), &client, &nothing, false).await;
    assert_eq!(word(&verdict), "not seen");
}

#[tokio::test]
async fn a_deleted_customer_is_missing_where_another_one_is_not() {
    let (sandbox, client) = start(options()).await;
    let id = sandbox.revnue().seed_customer(acme());
    let delete = DeleteCustomer::new(id);
    assert_eq!(
        word(&settle(sandbox.revnue(), &client, &delete, false).await),
        "not seen"
    );
    let trace = lose(sandbox.revnue(), &client, delete.clone(), true).await;
    let verdict = client.settle(&delete, trace.clone()).look().await.unwrap();
    assert_eq!(reason(verdict), Reason::Unclear);
    let other = sandbox.revnue().seed_customer(acme());
    let Settled::InEffect(absent) = client.settle(&delete, trace).look().await.unwrap() else {
        panic!("it is gone");
    };
    assert_eq!(absent.control, other);
    // A company without customers has no control for a 404.
    let elsewhere = DeleteCustomer::new(other).company(2);
    let verdict = settle(sandbox.revnue(), &client, &elsewhere, false).await;
    assert_eq!(reason(verdict), Reason::Unclear);
}

#[tokio::test]
async fn a_creation_is_found_in_every_shape_of_the_list() {
    for shape in [
        RevnueListResponse::Array,
        RevnueListResponse::Results,
        RevnueListResponse::Pages(2),
    ] {
        let (sandbox, client) = start(options().list_response(shape)).await;
        for name in ["Beta", "Gamma", "Delta"] {
            sandbox
                .revnue()
                .seed_customer(RevnueCustomer::new(SINGLE_COMPANY, name));
        }
        let plain = create();
        let marked = create().additional_description("by mail").marked(&marker());
        assert_eq!(
            word(&settle(sandbox.revnue(), &client, &plain, false).await),
            "not seen"
        );
        assert_eq!(
            word(&settle(sandbox.revnue(), &client, &marked, false).await),
            "not seen"
        );
        assert_eq!(
            word(&settle(sandbox.revnue(), &client, &plain, true).await),
            "in effect"
        );
        let verdict = settle(sandbox.revnue(), &client, &marked, true).await;
        assert_eq!(word(&verdict), "applied", "{shape:?}");
        // Two customers now have the name.
        assert_eq!(
            reason(settle(sandbox.revnue(), &client, &plain, false).await),
            Reason::Several
        );
    }
}

#[tokio::test]
async fn a_part_of_the_list_is_not_the_whole() {
    for shape in [
        RevnueListResponse::FirstPageOnly(1),
        RevnueListResponse::Odd,
        RevnueListResponse::OneObject,
    ] {
        let (sandbox, client) = start(options().list_response(shape)).await;
        for name in ["Beta", "Gamma"] {
            sandbox
                .revnue()
                .seed_customer(RevnueCustomer::new(SINGLE_COMPANY, name));
        }
        let verdict = settle(sandbox.revnue(), &client, &create(), false).await;
        assert_eq!(reason(verdict), Reason::Unclear, "{shape:?}");
    }
    // A link to another host is not followed.
    let foreign = options()
        .list_response(RevnueListResponse::Pages(1))
        .next_url("https://elsewhere.example/api/v2/customer/");
    let (sandbox, client) = start(foreign).await;
    for name in ["Beta", "Gamma"] {
        sandbox
            .revnue()
            .seed_customer(RevnueCustomer::new(SINGLE_COMPANY, name));
    }
    let verdict = settle(sandbox.revnue(), &client, &create(), false).await;
    assert_eq!(reason(verdict), Reason::Unclear);
}

#[tokio::test]
async fn a_namesake_is_never_this_creation() {
    let (sandbox, client) = start(options()).await;
    // The same name, but another city.
    let namesake = lost(false).second_writer(SecondWriter::same().set("city", "Nadi"));
    let trace = meet(sandbox.revnue(), &client, create(), namesake).await;
    let verdict = client.settle(&create(), trace).look().await.unwrap();
    assert_eq!(reason(verdict), Reason::Partly);
    let verdict = settle(
        sandbox.revnue(),
        &client,
        &create().marked(&marker()),
        false,
    )
    .await;
    assert_eq!(word(&verdict), "not seen");
    // A marker that was sent twice.
    client.send(create().marked(&marker())).await.unwrap();
    let verdict = settle(sandbox.revnue(), &client, &create().marked(&marker()), true).await;
    assert_eq!(reason(verdict), Reason::Several);
}

/// For all fates, markers and second writers: a write that this call did not make is never `Applied` or `Superseded`. A namesake never
/// makes a creation `Applied`.
#[tokio::test]
async fn no_verdict_claims_what_this_call_did_not_do() {
    for is_applied in [true, false] {
        for is_marked in [true, false] {
            for second in ["none", "same", "other"] {
                let case = format!("{is_applied} {is_marked} {second}");
                let judge = |verdict: &str| match verdict {
                    "applied" | "superseded" => {
                        assert!(is_applied && is_marked, "{case}: {verdict}")
                    }
                    "not seen" => assert!(!(is_applied && is_marked), "{case}: {verdict}"),
                    _ => {}
                };
                let unmarked = SecondWriter::same().unset("additional_description");
                let fate = |city: &str| match second {
                    "same" => lost(is_applied).second_writer(unmarked.clone()),
                    "other" => lost(is_applied).second_writer(unmarked.clone().set("city", city)),
                    _ => lost(is_applied),
                };
                let (sandbox, client) = start(options()).await;
                let id = sandbox.revnue().seed_customer(acme());
                let change = UpdateCustomer::new(id, SINGLE_COMPANY)
                    .city("Nadi")
                    .phone("1");
                let sent = if is_marked {
                    change.marked(&marker())
                } else {
                    change
                };
                let trace = meet(sandbox.revnue(), &client, sent.clone(), fate("Labasa")).await;
                judge(word(&client.settle(&sent, trace).look().await.unwrap()));

                let (sandbox, client) = start(options()).await;
                let sent = if is_marked {
                    create().marked(&marker())
                } else {
                    create()
                };
                let trace = meet(sandbox.revnue(), &client, sent.clone(), fate("Nadi")).await;
                judge(word(&client.settle(&sent, trace).look().await.unwrap()));
            }
        }
    }
}
