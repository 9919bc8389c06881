//! What the client rejects before it sends anything, even a login. The error uses the provider's name of the field.

use customer_api_core::error::{Problem, ValidationError};
use feedback_invitations::{
    CustomerRadar, Delivery, LogIn, Operation, Programme, Recipient, SendInvitation,
};

use crate::support::{ACCEPTED, TOKEN, invitation, logged_in, ok, programme, scripted};

/// The error of an operation that the client rejects.
#[track_caller]
fn refused(operation: impl Operation<Service = CustomerRadar>) -> ValidationError {
    let (builder, transport) = scripted([]);
    let client = builder.build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let outcome = runtime.block_on(async { client.send(operation).await.map(drop) });
    let error = outcome.unwrap_err();
    assert!(error.is_validation(), "{error}");
    assert_eq!(error.delivery(), Delivery::NotSent);
    assert!(transport.requests().is_empty(), "something was sent");
    let source = error.cause().unwrap();
    source.downcast_ref::<ValidationError>().unwrap().clone()
}

#[track_caller]
fn refused_recipient(recipient: Recipient) -> ValidationError {
    refused(SendInvitation::new(&programme(), recipient))
}

fn person() -> Recipient {
    Recipient::new("location-1").email("a@b.example")
}

const BLANKS: [&str; 4] = ["", " ", "\t\r\n", "\u{a0}\u{3000}"];

#[test]
fn ids_that_are_blank() {
    for blank in BLANKS {
        for (error, field) in [
            (
                refused(SendInvitation::new(&Programme::new(blank, "p"), person())),
                "clientDisplayId",
            ),
            (
                refused(SendInvitation::new(&Programme::new("c", blank), person())),
                "programmeDisplayId",
            ),
            (
                refused_recipient(Recipient::new(blank).email("a@b.example")),
                "sendData[0].locationDisplayId",
            ),
            (
                refused_recipient(person().pom_display_id(blank)),
                "sendData[0].pomDisplayId",
            ),
            (
                refused_recipient(person().metadata("a", "1").metadata(blank, "2")),
                "sendData[0].metadata[1].key",
            ),
        ] {
            assert_eq!((error.field(), error.problem()), (field, &Problem::Empty));
        }
    }
    assert_eq!(refused(LogIn::new("", "b")).field(), "username");
    assert_eq!(refused(LogIn::new("a", "")).field(), "password");
}

#[test]
fn a_recipient_whom_nothing_can_reach() {
    for blank in BLANKS {
        for recipient in [
            Recipient::new("l"),
            Recipient::new("l").email(blank),
            Recipient::new("l").mobile(blank),
            Recipient::new("l").email(blank).mobile(blank),
        ] {
            let error = refused_recipient(recipient);
            assert_eq!(
                error.to_string(),
                "`sendData[0].email` or `mobile` must be set"
            );
        }
    }
    for number in ["n/a", "-", "+()", "unknown"] {
        let alone = refused_recipient(Recipient::new("l").mobile(number));
        let beside = refused_recipient(person().mobile(number));
        for error in [alone, beside] {
            assert_eq!(error.to_string(), "`sendData[0].mobile` has no digit");
        }
    }
    // Digits in Unicode, but not on a phone.
    for number in ["½", "²", "٠٢١", "０２１"] {
        let error = refused_recipient(Recipient::new("l").mobile(number));
        assert_eq!(error.to_string(), "`sendData[0].mobile` has no digit");
        let error = refused_recipient(Recipient::new("l").mobile(format!("021 {number}")));
        assert_eq!(
            error.to_string(),
            "`sendData[0].mobile` has digits other than 0 to 9"
        );
    }
}

#[test]
fn a_programme_that_requires_an_address() {
    let strict = programme().require_email(true);
    for recipient in [
        Recipient::new("l").mobile("021"),
        Recipient::new("l").email(" ").mobile("021"),
        Recipient::new("l"),
    ] {
        let error = refused(SendInvitation::new(&strict, recipient));
        assert_eq!(error.field(), "sendData[0].email");
        assert!(error.to_string().contains("requires"), "{error}");
    }
    let lenient = strict.clone().require_email(false);
    for (programme, recipient) in [
        (&strict, person()),
        (&lenient, Recipient::new("l").mobile("021")),
    ] {
        accepted(SendInvitation::new(programme, recipient));
    }
}

#[track_caller]
fn accepted(invitation: SendInvitation) {
    let (builder, transport) = scripted([logged_in(TOKEN), ok(ACCEPTED)]);
    let client = builder.build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let outcome = runtime.block_on(async { client.send(invitation).await });
    assert!(outcome.is_ok(), "{outcome:?}");
    assert_eq!(transport.requests().len(), 2);
}

#[test]
fn metadata_keys_that_are_there_twice() {
    let error = refused_recipient(
        person()
            .metadata("a", "1")
            .metadata("b", "2")
            .metadata("a", "1"),
    );
    assert_eq!(
        error.to_string(),
        "`sendData[0].metadata[2].key` appears twice"
    );
    // The provider distinguishes case and spelling.
    let pairs = person()
        .metadata("a", "")
        .metadata("A", "")
        .metadata(" a", "");
    accepted(SendInvitation::new(&programme(), pairs));
}

#[test]
fn a_batch_of_another_size_than_was_meant() {
    let batch = |people: usize, max: usize| {
        SendInvitation::batch(&programme(), (0..people).map(|_| person()), max)
    };
    for max in [0, 1, 10] {
        let error = refused(batch(0, max));
        assert_eq!(
            (error.field(), error.problem()),
            ("sendData", &Problem::Empty)
        );
    }
    for (people, max) in [(1, 0), (2, 1), (11, 10)] {
        let error = refused(batch(people, max));
        assert_eq!(error.field(), "sendData");
        let text = error.to_string();
        assert!(
            text.contains(&people.to_string()) && text.contains(&max.to_string()),
            "{text}"
        );
    }
    accepted(batch(10, 10));
    let with_a_fault = [person(), person(), Recipient::new("l")];
    let error = refused(SendInvitation::batch(&programme(), with_a_fault, 3));
    assert_eq!(error.field(), "sendData[2].email");
}

#[test]
fn a_refusal_shows_no_value() {
    let planted = "planted@shop.example";
    for recipient in [
        Recipient::new("l").mobile(planted.replace(char::is_numeric, "")),
        Recipient::new(" ").email(planted).first_name(planted),
        person().metadata("k", planted).metadata("k", planted),
    ] {
        let error = refused_recipient(recipient);
        assert!(
            !format!("{error} {error:?}").contains("planted"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn headers_that_frame_the_message_or_split_it() {
    for (name, value) in [
        ("content-length", "5"),
        ("x-note", "a\r\nb: c"),
        ("a b", "x"),
    ] {
        let (builder, transport) = scripted([]);
        let client = builder.build().unwrap();
        let call = client.call(invitation()).header(name, value).send();
        assert!(call.await.unwrap_err().is_validation(), "{name}");
        assert!(transport.requests().is_empty());
    }
}
