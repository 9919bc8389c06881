//! The token: obtained when it is needed, shared, renewed in time, and replaced when the provider no longer accepts it.

use std::time::Duration;

use customer_api_core::{
    http::header::AUTHORIZATION,
    transport::{ScriptedResponse, ScriptedTransport, TransportErrorKind},
};
use feedback_invitations::{Client, Delivery, Error, ErrorKind};

use crate::support::{ACCEPTED, LOGGED_IN, invitation, logged_in, ok, scripted};

const MINUTE: Duration = Duration::from_secs(60);
const WRONG_PASSWORD: &str = include_str!("../fixtures/wrong-password.error.json");

fn client(responses: impl IntoIterator<Item = ScriptedResponse>) -> (Client, ScriptedTransport) {
    let (builder, transport) = scripted(responses);
    (builder.build().unwrap(), transport)
}

/// The requests in order: `login`, or the token of an invitation.
fn story(transport: &ScriptedTransport) -> Vec<String> {
    let told = |request: &customer_api_core::http::Request<_>| match request.uri().path() {
        "/auth/login" => {
            assert_eq!(request.headers().get(AUTHORIZATION), None);
            "login".to_owned()
        }
        "/invitation" => request.headers()[AUTHORIZATION]
            .to_str()
            .unwrap()
            .to_owned(),
        other => panic!("{other}"),
    };
    transport.requests().iter().map(told).collect()
}

async fn send(client: &Client) -> Result<(), Error> {
    client.send(invitation()).await.map(drop)
}

#[tokio::test]
async fn one_login_serves_all_clones_and_its_token_goes_bare() {
    let (client, transport) = client([ok(LOGGED_IN), ok(ACCEPTED), ok(ACCEPTED), ok(ACCEPTED)]);
    let sample: serde_json::Value = serde_json::from_str(LOGGED_IN).unwrap();
    let token = sample["token"].as_str().unwrap();
    let clone = client.clone();
    let (one, two, three) = tokio::join!(send(&client), send(&clone), send(&client));
    one.and(two).and(three).unwrap();
    assert_eq!(story(&transport), ["login", token, token, token]);
}

#[tokio::test(start_paused = true)]
async fn a_token_lives_an_hour_whatever_a_clock_that_goes_wrong_says() {
    for expiration in ["1517434473.269", "9e99", "-1", "null", "99999999999"] {
        let login = |token: &str| {
            ok(&format!(
                r#"{{"token":"{token}","expiration":{expiration}}}"#
            ))
        };
        let (client, transport) = client([
            login("one"),
            ok(ACCEPTED),
            ok(ACCEPTED),
            login("two"),
            ok(ACCEPTED),
        ]);
        send(&client).await.unwrap();
        tokio::time::advance(54 * MINUTE).await;
        send(&client).await.unwrap();
        // The token is renewed some minutes early.
        tokio::time::advance(5 * MINUTE).await;
        send(&client).await.unwrap();
        let expected = ["login", "one", "one", "login", "two"];
        assert_eq!(story(&transport), expected, "{expiration}");
    }
}

/// No other member of the response prevents the use of a token.
#[tokio::test(start_paused = true)]
async fn what_can_not_be_read_beside_a_token_is_as_if_it_were_not_there() {
    for members in [
        r#""expiration":"1517434473.269""#,
        r#""expiration":"soon""#,
        r#""expiration":"""#,
        r#""expiration":true"#,
        r#""expiration":[1]"#,
        r#""expiration":{"at":1}"#,
        r#""expiration":1e400"#,
        r#""expiration":1,"expiration":2"#,
        r#""userName":7,"expiration":"2018-01-31T21:34:33Z""#,
        r#""userName":{},"userName":[]"#,
    ] {
        let login = |token: &str| ok(&format!(r#"{{"token":"{token}",{members}}}"#));
        let (client, transport) = client([login("one"), ok(ACCEPTED), login("two"), ok(ACCEPTED)]);
        send(&client).await.unwrap();
        tokio::time::advance(59 * MINUTE).await;
        send(&client).await.unwrap();
        let expected = ["login", "one", "login", "two"];
        assert_eq!(story(&transport), expected, "{members}");
    }
    for odd in [
        "7",
        "null",
        "true",
        r#"["t"]"#,
        r#"{"t":1}"#,
        r#""t","token":"u""#,
    ] {
        let (client, _) = client([ok(&format!(r#"{{"token":{odd}}}"#))]);
        let error = send(&client).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication, "{odd}");
    }
}

/// The provider's clock and this machine's may differ. Here they differ by years.
#[tokio::test(start_paused = true)]
async fn the_providers_own_clock_says_how_long_a_token_lives() {
    for (date, expiration) in [
        ("Thu, 23 Jan 2020 16:33:02 GMT", "1579798382.5"),
        ("Thu, 23 Jan 2020 16:33:02 GMT", r#""1579798382.5""#),
        ("Mon, 31 Dec 2096 00:00:00 GMT", "4007751600"),
    ] {
        let login = |token: &str| {
            let body = format!(r#"{{"token":"{token}","expiration":{expiration}}}"#);
            ok(&body).header("date", date)
        };
        let (client, transport) = client([
            login("one"),
            ok(ACCEPTED),
            ok(ACCEPTED),
            login("two"),
            ok(ACCEPTED),
        ]);
        send(&client).await.unwrap();
        tokio::time::advance(17 * MINUTE).await;
        send(&client).await.unwrap();
        tokio::time::advance(3 * MINUTE).await;
        send(&client).await.unwrap();
        let expected = ["login", "one", "one", "login", "two"];
        assert_eq!(story(&transport), expected, "{date}");
    }
}

#[tokio::test(start_paused = true)]
#[expect(
    clippy::disallowed_methods,
    reason = "a moment of the provider's clock is told by the wall's"
)]
async fn a_token_that_ends_earlier_is_renewed_earlier() {
    let end = std::time::SystemTime::now() + 20 * MINUTE;
    let seconds = end
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs_f64();
    let first = ok(&format!(r#"{{"token":"one","expiration":{seconds}}}"#));
    let (client, transport) = client([
        first,
        ok(ACCEPTED),
        ok(ACCEPTED),
        logged_in("two"),
        ok(ACCEPTED),
    ]);
    send(&client).await.unwrap();
    tokio::time::advance(15 * MINUTE).await;
    send(&client).await.unwrap();
    tokio::time::advance(5 * MINUTE).await;
    send(&client).await.unwrap();
    assert_eq!(story(&transport), ["login", "one", "one", "login", "two"]);
}

#[tokio::test]
async fn a_401_costs_one_login_and_one_more_attempt_for_a_write_too() {
    let (client, transport) = client([
        logged_in("one"),
        ScriptedResponse::status(401).body(r#"{"code":7,"userMessage":"Expired"}"#),
        logged_in("two"),
        ok(ACCEPTED),
    ]);
    let response = client.call(invitation()).response().await.unwrap();
    assert_eq!(response.attempts(), 2);
    assert_eq!(story(&transport), ["login", "one", "login", "two"]);
}

#[tokio::test]
async fn a_401_that_stays_is_a_refusal_and_never_a_third_attempt() {
    let (client, transport) = client([
        logged_in("one"),
        ScriptedResponse::status(401),
        logged_in("two"),
        ScriptedResponse::status(401).body(r#"{"code":7,"userMessage":"Expired"}"#),
    ]);
    let error = client.send(invitation()).await.unwrap_err();
    assert!(error.is_unauthorized());
    assert_eq!((error.delivery(), error.attempts()), (Delivery::Refused, 2));
    assert_eq!(
        (error.code(), error.message()),
        (Some("7"), Some("Expired"))
    );
    assert_eq!(story(&transport), ["login", "one", "login", "two"]);
}

#[tokio::test]
async fn no_other_status_is_taken_for_a_stale_token() {
    for status in [400, 403, 404, 500] {
        let (client, transport) = client([
            logged_in("one"),
            ScriptedResponse::status(status),
            ok(ACCEPTED),
        ]);
        assert_eq!(send(&client).await.unwrap_err().status(), Some(status));
        send(&client).await.unwrap();
        assert_eq!(story(&transport), ["login", "one", "one"], "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wrong_password_is_not_hammered_whatever_its_status() {
    for status in [200, 400, 401, 403, 500, 503] {
        let refusal = || ScriptedResponse::status(status).body(WRONG_PASSWORD);
        // A login at a failing server is attempted three times, because a login is harmless to repeat.
        let asked = if status < 500 { 1 } else { 3 };
        let (client, transport) = client((0..asked).map(|_| refusal()));
        for _ in 0..5 {
            let error = send(&client).await.unwrap_err();
            assert_eq!(
                (error.kind(), error.delivery()),
                (ErrorKind::Authentication, Delivery::NotSent)
            );
            let text = error.to_string();
            assert!(text.contains("Wrong password"), "{text}");
            assert!(error.retry_after().is_none_or(|wait| wait <= MINUTE));
        }
        assert_eq!(transport.requests().len(), asked, "{status}");
        transport.push(logged_in("one"));
        transport.push(ok(ACCEPTED));
        tokio::time::advance(MINUTE).await;
        send(&client).await.unwrap();
    }
}

#[tokio::test]
async fn the_login_that_failed_is_the_cause() {
    let (client, _) = client([ScriptedResponse::status(400).body(WRONG_PASSWORD)]);
    let error = send(&client).await.unwrap_err();
    let login = error.cause().unwrap().source().unwrap();
    let login = login.downcast_ref::<Error>().unwrap();
    assert_eq!(login.operation().unwrap().id, "logIn");
    assert_eq!(
        (login.code(), login.message()),
        (Some("2"), Some("Wrong password"))
    );
    assert_eq!(login.delivery(), Delivery::Refused);
}

#[tokio::test]
async fn a_login_that_can_not_be_made_leaves_the_invitation_unsent() {
    for (responses, asked) in [
        (
            (0..3)
                .map(|_| ScriptedResponse::status(503))
                .collect::<Vec<_>>(),
            3,
        ),
        (
            (0..3)
                .map(|_| ScriptedResponse::failure(TransportErrorKind::Interrupted))
                .collect(),
            3,
        ),
        (vec![ok("<html>")], 1),
        (vec![ok("{}")], 1),
        // A token with characters that are not allowed in a header.
        (vec![ok(r#"{"token":"a\r\nb: c"}"#)], 1),
    ] {
        let (client, transport) = client(responses);
        let error = send(&client).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Authentication, Delivery::NotSent),
            "{error}"
        );
        assert_eq!(story(&transport), vec!["login"; asked], "{error}");
    }
}

#[tokio::test]
async fn a_login_is_tried_again_where_that_may_help() {
    let (client, transport) = client([
        ScriptedResponse::status(503),
        ScriptedResponse::failure(TransportErrorKind::Interrupted),
        logged_in("one"),
        ok(ACCEPTED),
    ]);
    send(&client).await.unwrap();
    assert_eq!(story(&transport), ["login", "login", "login", "one"]);
}

#[tokio::test(start_paused = true)]
async fn one_call_at_a_time_by_default() {
    let slow = || ok(ACCEPTED).after(Duration::from_secs(10));
    let (client, transport) = client([logged_in("one"), slow(), slow(), slow()]);
    let calls: Vec<_> = (0..3)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move {
                client
                    .call(invitation())
                    .response()
                    .await
                    .unwrap()
                    .elapsed()
            })
        })
        .collect();
    let mut elapsed = Vec::new();
    for call in calls {
        elapsed.push(call.await.unwrap().as_secs());
    }
    elapsed.sort_unstable();
    assert_eq!(elapsed, [10, 20, 30]);
    // A call whose turn can't come in time fails with that reason.
    transport.push(slow());
    let busy = tokio::spawn({
        let client = client.clone();
        async move { send(&client).await }
    });
    tokio::task::yield_now().await;
    let hasty = client.call(invitation()).timeout(Duration::from_secs(1));
    let error = hasty.send().await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::NotSent);
    busy.await.unwrap().unwrap();
}

/// Neither the status nor the body of a refused login is documented. Any response without a token may mean a wrong password.
#[tokio::test(start_paused = true)]
async fn a_login_that_gives_no_token_is_not_hammered() {
    for response in [
        ok("<html>wrong password</html>"),
        ok(r#"{"userMessage":"Wrong password"}"#),
        ok(r#"{"code":0,"userMessage":"Wrong password"}"#),
        ok(r#"{"token":""}"#),
        ok(r#"{"token":"a\r\nb: c"}"#),
        ok(r#"{"token":"caf\u00e9"}"#),
        ok(r#"{"token":7,"expiration":1517434473.269}"#),
        ok(r#"{"token":true}"#),
        ScriptedResponse::status(302).header("location", "/login"),
    ] {
        let (client, transport) = client([response]);
        for _ in 0..5 {
            let error = send(&client).await.unwrap_err();
            assert_eq!(
                (error.kind(), error.delivery()),
                (ErrorKind::Authentication, Delivery::NotSent)
            );
        }
        assert_eq!(story(&transport), ["login"]);
        transport.push(logged_in("one"));
        transport.push(ok(ACCEPTED));
        tokio::time::advance(MINUTE).await;
        send(&client).await.unwrap();
    }
}

/// Without an `expiration`, the 60 minutes hold.
#[tokio::test(start_paused = true)]
async fn an_expiration_that_makes_no_sense_is_as_if_it_were_not_there() {
    for expiration in [
        r#""1517434473.269""#,
        r#""2018-01-31""#,
        "[]",
        "{}",
        "true",
        "null",
    ] {
        let login = format!(r#"{{"token":"t","expiration":{expiration},"userName":7}}"#);
        let (client, transport) = client([ok(&login), ok(ACCEPTED)]);
        send(&client).await.unwrap();
        assert_eq!(story(&transport).len(), 2, "{expiration}");
    }
}

/// A ledger does not send a refused invitation again. Only the provider's response to the invitation itself makes it refused.
#[tokio::test(start_paused = true)]
async fn an_invitation_whose_token_was_revoked_and_not_replaced_is_not_sent() {
    for last in [
        ScriptedResponse::status(401).body(WRONG_PASSWORD),
        ok(r#"{"userMessage":"Wrong password"}"#),
    ] {
        let (client, transport) = client([logged_in("one"), ScriptedResponse::status(401), last]);
        let error = client.send(invitation()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery(), error.attempts()),
            (ErrorKind::Authentication, Delivery::NotSent, 1)
        );
        assert_eq!(story(&transport), ["login", "one", "login"]);
    }
}
