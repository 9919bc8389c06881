//! One login for several machines. Each client here stands for one machine.

use std::sync::atomic::Ordering;

use customer_api_core::{
    BuildError,
    auth::AuthError,
    session::{LocalTokens, SharedSession, TokenKey, conformance},
};

use super::{
    stores::{Damaged, Late, Mute, Restored, Shaky, Silent, Store},
    *,
};
use crate::support::builder;

fn key() -> TokenKey {
    TokenKey::new("2026-11", [7; 32])
}

fn machine(server: &TokenServer, store: &LocalTokens) -> Client<Shop> {
    with(server, SharedSession::new(store.clone(), key()))
}

fn with(server: &TokenServer, shared: SharedSession) -> Client<Shop> {
    let hour = Duration::from_secs(3600);
    let builder = server.builder(KnocksWith::life(hour));
    builder.shared_session(shared).build().unwrap()
}

/// Makes a call from each machine at the same time. Returns the errors.
async fn all(machines: &[Client<Shop>]) -> Vec<customer_api_core::Error> {
    let mut tasks = JoinSet::new();
    for machine in machines {
        tasks.spawn(machine.send(buy()));
    }
    let outcomes = tasks.join_all().await;
    outcomes.into_iter().filter_map(Result::err).collect()
}

#[tokio::test(start_paused = true)]
async fn a_store_in_memory_keeps_to_the_rules() {
    let store = LocalTokens::new();
    conformance::check(&store, &store.clone()).await.unwrap();
    let other = LocalTokens::new();
    let violation = conformance::check(&store, &other).await.unwrap_err();
    assert!(violation.to_string().contains("lease"), "{violation}");
}

#[tokio::test(start_paused = true)]
async fn fifty_machines_log_in_once_and_once_more_after_a_401() {
    let (server, store) = (TokenServer::new(), LocalTokens::new());
    let machines: Vec<_> = (0..50).map(|_| machine(&server, &store)).collect();
    assert_eq!(all(&machines).await.len(), 0);
    assert_eq!(server.logins(), 1);
    server.forget();
    assert_eq!(all(&machines).await.len(), 0);
    assert_eq!((server.logins(), server.state().done), (2, 100));
    tokio::time::advance(Duration::from_secs(3600)).await;
    server.forget();
    assert_eq!(all(&machines).await.len(), 0);
    assert_eq!(server.logins(), 3);
}

#[tokio::test(start_paused = true)]
async fn one_machine_renews_the_token_and_the_others_take_it() {
    let (server, store) = (TokenServer::new(), LocalTokens::new());
    let machines: Vec<_> = (0..10).map(|_| machine(&server, &store)).collect();
    all(&machines).await;
    tokio::time::advance(56 * MINUTE).await;
    assert_eq!(all(&machines).await.len(), 0);
    assert_eq!(server.logins(), 2);
    tokio::time::advance(3 * MINUTE).await;
    assert_eq!(all(&machines).await.len(), 0);
    assert_eq!(server.logins(), 2);
    let last = server.state().seen.split_off(20);
    assert_eq!(last, vec!["planted-2"; 10]);
}

#[tokio::test(start_paused = true)]
async fn during_a_renewal_a_new_machine_uses_the_old_token() {
    let (server, store) = (TokenServer::new(), LocalTokens::new());
    let first = machine(&server, &store);
    first.send(buy()).await.unwrap();
    tokio::time::advance(57 * MINUTE).await;
    server.set(LoginResponse::Hangs);
    let renewing = tokio::spawn(first.send(buy()));
    tokio::time::sleep(Duration::from_secs(1)).await;
    let clock = Deadline::after(MINUTE);
    machine(&server, &store).send(buy()).await.unwrap();
    assert!(clock.elapsed() < Duration::from_secs(1));
    assert_eq!(server.logins(), 2, "one login hangs");
    renewing.abort();
}

#[tokio::test(start_paused = true)]
async fn a_refused_login_pauses_all_machines_longer_each_time() {
    let (server, store) = (TokenServer::new(), LocalTokens::new());
    let machines: Vec<_> = (0..20).map(|_| machine(&server, &store)).collect();
    server.set(LoginResponse::Answers(403, None));
    for (logins, pause) in [(1, 1), (2, 2), (3, 4)] {
        let errors = all(&machines).await;
        assert_eq!((errors.len(), server.logins()), (20, logins));
        for error in errors {
            let what = (error.kind(), error.delivery());
            assert_eq!(what, (ErrorKind::Authentication, Delivery::NotSent));
            let told = error.retry_after().unwrap_or(MINUTE);
            assert!(told <= pause * MINUTE, "{told:?}");
        }
        tokio::time::advance(pause * MINUTE - Duration::from_secs(2)).await;
        assert_eq!(all(&machines).await.len(), 20);
        assert_eq!(server.logins(), logins);
        tokio::time::advance(Duration::from_secs(3)).await;
    }
    // Another password is another account.
    server.set(LoginResponse::Opens);
    let other = SharedSession::new(store.clone(), TokenKey::new("2026-11", [8; 32]));
    with(&server, other).send(buy()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn new_tokens_that_are_not_taken_pause_all_machines() {
    let (server, store) = (TokenServer::new(), LocalTokens::new());
    let machines: Vec<_> = (0..20).map(|_| machine(&server, &store)).collect();
    server.state().is_shut = true;
    let errors = all(&machines).await;
    assert_eq!(errors.len(), 20);
    let logins = server.logins();
    assert!(logins <= 3, "{logins}");
    let again = all(&machines).await;
    assert_eq!((again.len(), server.logins()), (20, logins));
}

#[tokio::test(start_paused = true)]
async fn who_gives_up_logging_in_leaves_it_to_another_machine_at_once() {
    let (server, store) = (TokenServer::new(), LocalTokens::new());
    server.set(LoginResponse::Hangs);
    let first = machine(&server, &store);
    let given_up = tokio::time::timeout(Duration::from_secs(1), first.send(buy())).await;
    assert!(given_up.is_err());
    tokio::task::yield_now().await;
    server.set(LoginResponse::Opens);
    let clock = Deadline::after(MINUTE);
    machine(&server, &store).send(buy()).await.unwrap();
    assert!(clock.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_key_is_changed_with_one_login_more_at_the_end() {
    let (server, store) = (TokenServer::new(), LocalTokens::new());
    let new = || TokenKey::new("2027-01", [9; 32]);
    let session = |seals| SharedSession::new(store.clone(), seals);
    let steps = [
        session(key()),
        session(key()).accept(new()),
        session(new()).accept(key()),
        session(new()),
    ];
    let machines = steps.map(|session| with(&server, session));
    for machine in &machines[..3] {
        machine.send(buy()).await.unwrap();
    }
    assert_eq!(server.logins(), 1);
    // A machine that seals with the new key renews the token.
    server.forget();
    machines[2].send(buy()).await.unwrap();
    machines[1].send(buy()).await.unwrap();
    assert_eq!(server.logins(), 2);
    machines[3].send(buy()).await.unwrap();
    assert_eq!(server.logins(), 3);
}

#[tokio::test(start_paused = true)]
async fn machines_that_can_not_open_a_token_wait_for_one_of_them_to_log_in() {
    let (server, store) = (TokenServer::new(), LocalTokens::new());
    machine(&server, &store).send(buy()).await.unwrap();
    // As after a change of the key without accepting the old one: the account is the same, and no machine can open its token.
    let lost = |_| {
        let key = TokenKey::new("other id, same key", [7; 32]);
        with(&server, SharedSession::new(store.clone(), key))
    };
    let machines: Vec<_> = (0..5).map(lost).collect();
    assert_eq!(all(&machines).await.len(), 0);
    assert_eq!(server.logins(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_call_with_all_the_time_of_the_world_may_log_in() {
    let (server, store) = (TokenServer::new(), LocalTokens::new());
    let builder = server.builder(KnocksWith::default());
    let shared = SharedSession::new(store, key());
    let client = builder.shared_session(shared).timeout(Duration::MAX);
    let client = client.attempt_timeout(Duration::MAX).build().unwrap();
    client.send(buy()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn while_the_store_is_down_each_machine_logs_in_unless_it_is_strict() {
    let (server, store) = (TokenServer::new(), Store::<Shaky>::default());
    store.is_down.store(true, Ordering::SeqCst);
    let strict = SharedSession::new(store.clone(), key()).strict();
    let error = with(&server, strict).send(buy()).await.unwrap_err();
    let what = (error.kind(), error.delivery());
    assert_eq!(what, (ErrorKind::Authentication, Delivery::NotSent));
    assert!(error.to_string().contains("the store is down"), "{error}");
    assert_eq!(server.logins(), 0);

    let alone = with(&server, SharedSession::new(store.clone(), key()));
    alone.send(buy()).await.unwrap();
    alone.send(buy()).await.unwrap();
    assert_eq!(server.logins(), 1);
    // The machine keeps its own token when the store is back.
    store.is_down.store(false, Ordering::SeqCst);
    alone.send(buy()).await.unwrap();
    assert_eq!(server.logins(), 1);
}

#[test]
fn a_key_is_not_shared() {
    let transport = customer_api_core::transport::ScriptedTransport::new();
    let shared = SharedSession::new(LocalTokens::new(), key());
    let error = builder(&transport).shared_session(shared).build();
    let error = error.unwrap_err();
    assert!(
        matches!(
            error,
            BuildError::Setting {
                name: "shared_session",
                ..
            }
        ),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_without_a_limit_logs_in() {
    let (server, store) = (TokenServer::new(), LocalTokens::new());
    let hour = Duration::from_secs(3600);
    let builder = server.builder(KnocksWith::life(hour));
    let shop = builder
        .shared_session(SharedSession::new(store, key()))
        .timeout(Duration::MAX)
        .build()
        .unwrap();
    shop.send(buy()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn who_gives_up_asking_does_not_make_refusals_forgotten() {
    let (server, store) = (TokenServer::new(), Store::<Late>::default());
    let machine = || with(&server, SharedSession::new(store.clone(), key()));
    server.set(LoginResponse::Answers(403, None));
    for pause in [1, 2, 4] {
        machine().send(buy()).await.unwrap_err();
        tokio::time::advance(pause * MINUTE + Duration::from_secs(1)).await;
    }
    assert_eq!(server.logins(), 3);
    *store.by.lock().unwrap() = Duration::from_secs(1);
    let hasty = machine();
    let given_up = tokio::time::timeout(Duration::from_millis(500), hasty.send(buy())).await;
    assert!(given_up.is_err());
    tokio::time::sleep(Duration::from_secs(5)).await;
    *store.by.lock().unwrap() = Duration::ZERO;
    let clock = Deadline::after(MINUTE);
    machine().send(buy()).await.unwrap_err();
    assert_eq!(server.logins(), 4);
    assert!(clock.elapsed() < Duration::from_secs(1), "the turn is free");
    tokio::time::advance(7 * MINUTE).await;
    machine().send(buy()).await.unwrap_err();
    assert_eq!(server.logins(), 4, "the pause is of eight minutes");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_nobody_can_open_is_replaced_once_and_the_others_wait() {
    let (server, store) = (TokenServer::new(), Store::<Damaged>::default());
    let machine = |_| with(&server, SharedSession::new(store.clone(), key()));
    let machines: Vec<_> = (0..10).map(machine).collect();
    let errors = all(&machines).await;
    assert_eq!((errors.len(), server.logins()), (0, 1), "{errors:?}");
}

#[tokio::test(start_paused = true)]
async fn an_old_token_of_a_restored_store_pauses_nobody() {
    let (server, store) = (TokenServer::new(), Store::<Restored>::default());
    let one = with(&server, SharedSession::new(store.clone(), key()));
    one.send(buy()).await.unwrap();
    store.copy();
    server.forget();
    one.send(buy()).await.unwrap();
    store.restore();
    server.forget();
    // The first token is rejected. The token that the store offers instead is rejected, too.
    drop(one.send(buy()).await);
    one.send(buy()).await.unwrap();
    assert_eq!(server.logins(), 3);
}

#[tokio::test(start_paused = true)]
async fn calls_do_not_wait_for_a_store_that_is_silent_one_after_the_other() {
    let server = TokenServer::new();
    let shop = with(
        &server,
        SharedSession::new(Store::<Silent>::default(), key()).strict(),
    );
    let clock = Deadline::after(MINUTE);
    let errors = storm(&shop, 20).await;
    assert_eq!((errors.len(), server.logins()), (20, 0));
    assert!(
        clock.elapsed() < Duration::from_secs(5),
        "{:?}",
        clock.elapsed()
    );
    for error in errors {
        assert!(error.to_string().contains("took too long"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn other_machines_learn_whether_a_login_was_refused_or_put_off() {
    let (server, store) = (TokenServer::new(), LocalTokens::new());
    for (status, is_refused) in [(503, false), (403, true)] {
        server.set(LoginResponse::Answers(status, Some(60)));
        machine(&server, &store).send(buy()).await.unwrap_err();
        let logins = server.logins();
        let error = machine(&server, &store).send(buy()).await.unwrap_err();
        assert_eq!(server.logins(), logins, "the pause is for all");
        let cause = error.cause().unwrap().downcast_ref::<AuthError>();
        assert_eq!(cause.unwrap().is_refused(), is_refused, "{error}");
        tokio::time::advance(2 * MINUTE).await;
    }
}

/// Such as a program that a timer starts.
#[tokio::test(start_paused = true)]
async fn new_tokens_that_are_not_taken_pause_new_machines_longer_each_time() {
    let (server, store) = (TokenServer::new(), LocalTokens::new());
    server.state().is_shut = true;
    for pause in [1, 2, 4] {
        machine(&server, &store).send(buy()).await.unwrap_err();
        let logins = server.logins();
        tokio::time::advance(pause * MINUTE - Duration::from_secs(2)).await;
        machine(&server, &store).send(buy()).await.unwrap_err();
        assert_eq!(server.logins(), logins, "the pause of {pause} min");
        tokio::time::advance(Duration::from_secs(3)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn new_tokens_that_are_not_taken_pause_machines_that_come_one_after_the_other() {
    let (server, store) = (TokenServer::new(), LocalTokens::new());
    server.state().is_shut = true;
    let mut tasks = JoinSet::new();
    for number in 0..20 {
        let machine = machine(&server, &store);
        tasks.spawn(async move {
            tokio::time::sleep(Duration::from_millis(number * 37)).await;
            for _ in 0..50 {
                machine.send(buy()).await.unwrap_err();
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        });
    }
    tasks.join_all().await;
    let logins = server.logins();
    assert!(logins <= 3, "{logins}");
}

#[tokio::test(start_paused = true)]
async fn a_long_call_that_dies_does_not_keep_the_others_out() {
    let (server, store) = (TokenServer::new(), Store::<Mute>::default());
    server.set(LoginResponse::Hangs);
    let hour = Duration::from_secs(3600);
    let long = |life| {
        let builder = server.builder(KnocksWith::life(life));
        let shared = SharedSession::new(store.clone(), key());
        let builder = builder.shared_session(shared).timeout(10 * hour);
        builder.attempt_timeout(10 * hour).build().unwrap()
    };
    let dying = tokio::spawn(long(hour).send(buy()));
    tokio::time::sleep(5 * MINUTE).await;
    server.set(LoginResponse::Opens);
    let other = tokio::spawn(machine_of(&server, &store).send(buy()));
    tokio::time::sleep(MINUTE / 2).await;
    assert!(
        !other.is_finished(),
        "the login goes on, and so does its lease"
    );
    store.is_mute.store(true, Ordering::SeqCst);
    dying.abort();
    tokio::time::sleep(MINUTE / 60).await;
    store.is_mute.store(false, Ordering::SeqCst);
    other.await.unwrap().unwrap();
    assert_eq!(server.logins(), 2);
}

fn machine_of(server: &TokenServer, store: &Store<Mute>) -> Client<Shop> {
    with(server, SharedSession::new(store.clone(), key()))
}
