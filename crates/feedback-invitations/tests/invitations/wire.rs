//! Every byte that both calls send, with every optional field set and unset. The expected bytes are taken from the provider's page.

use feedback_invitations::{LogIn, Programme, Recipient, SendInvitation};
use proptest::prelude::*;

use crate::support::{
    ACCEPTED, Json, Request, TOKEN, invitation, logged_in, ok, programme, read, scripted, sent,
};

/// A text with everything that an encoder may encode wrongly, and the same text in JSON.
const AWKWARD: &str = "+64 \"a\" & b=c; 100% \\ é 🙂\r\n\u{7f}</x>";
const AWKWARD_JSON: &str = "+64 \\\"a\\\" & b=c; 100% \\\\ é 🙂\\r\\n\u{7f}</x>";

const LOGIN_BODY: &str = r#"{"username":"testing","password":"testing12345"}"#;

/// A complete request: the request line, all headers, the body.
fn request(path: &str, token: Option<&str>, body: &str) -> Request {
    let mut headers = vec![
        "accept: application/json".to_owned(),
        "content-type: application/json".to_owned(),
        format!(
            "user-agent: feedback-invitations/{}",
            env!("CARGO_PKG_VERSION")
        ),
    ];
    headers.extend(token.map(|token| format!("authorization: {token}")));
    Request::expected(&format!("POST {path}"), headers, Some(body))
}

/// An invitation needs a login first, and carries the token bare.
async fn assert_invitation(invitation: SendInvitation, body: &str) {
    let expected = [
        request("/auth/login", None, LOGIN_BODY),
        request("/invitation", Some(TOKEN), body),
    ];
    assert_eq!(sent(invitation).await, expected);
}

#[tokio::test]
async fn log_in() {
    let log_in = LogIn::new("testing", "testing12345");
    let expected = [request("/auth/login", None, LOGIN_BODY)];
    assert_eq!(sent(log_in).await, expected);
    let body = format!(r#"{{"username":"{AWKWARD_JSON}","password":"{AWKWARD_JSON}"}}"#);
    let expected = [request("/auth/login", None, &body)];
    assert_eq!(sent(LogIn::new(AWKWARD, AWKWARD)).await, expected);
}

#[tokio::test]
async fn the_providers_example() {
    let programme = Programme::new(
        "8291a9ed952342c5b5fe2915f2189e7c",
        "1cf118a0326d47aa851a90b9674e90aa",
    );
    // The setters are called in another order than the fields.
    let dave = Recipient::new("1cf118a0326d47aa851a90b9674e90aa")
        .metadata("booking_reference", "122334345")
        .metadata("invoice_no", "INV00001")
        .pom_display_id("7547ct569yh67n0326vghddte86bkkn")
        .last_name("Brown")
        .first_name("Dave")
        .mobile("0211234321")
        .email("abc@gmail.com");
    let body = concat!(
        r#"{"clientDisplayId":"8291a9ed952342c5b5fe2915f2189e7c","#,
        r#""programmeDisplayId":"1cf118a0326d47aa851a90b9674e90aa","sendData":[{"email":"abc@gmail.com","#,
        r#""mobile":"0211234321","firstName":"Dave","lastName":"Brown","#,
        r#""locationDisplayId":"1cf118a0326d47aa851a90b9674e90aa","#,
        r#""pomDisplayId":"7547ct569yh67n0326vghddte86bkkn","#,
        r#""metadata":[{"key":"booking_reference","value":"122334345"},{"key":"invoice_no","value":"INV00001"}]}]}"#,
    );
    assert_invitation(SendInvitation::new(&programme, dave), body).await;
    let fixture = include_str!("../fixtures/invitation.request.json");
    assert_eq!(read(fixture), read(body));
    let fixture = include_str!("../fixtures/login.request.json");
    assert_eq!(read(fixture), read(LOGIN_BODY));
}

#[tokio::test]
async fn what_is_not_set_is_left_out() {
    for (recipient, fields) in [
        (
            Recipient::new("l").email("abc@g.com"),
            r#"{"email":"abc@g.com","locationDisplayId":"l"}"#,
        ),
        (
            Recipient::new("l").mobile("021000001"),
            r#"{"mobile":"021000001","locationDisplayId":"l"}"#,
        ),
        // A blank address or number counts as missing.
        (
            Recipient::new("l").email(" \t").mobile("021000001"),
            r#"{"mobile":"021000001","locationDisplayId":"l"}"#,
        ),
        (
            Recipient::new("l").email("abc@g.com").mobile("\u{a0} "),
            r#"{"email":"abc@g.com","locationDisplayId":"l"}"#,
        ),
        // White space around a number is removed, and inside it stays. No number is made international.
        (
            Recipient::new("l").mobile(" \t+64 (21) 000-001\r\n"),
            r#"{"mobile":"+64 (21) 000-001","locationDisplayId":"l"}"#,
        ),
        // An address and names are sent as given.
        (
            Recipient::new("l")
                .email(" abc@g.com")
                .first_name("")
                .last_name(" "),
            r#"{"email":" abc@g.com","firstName":"","lastName":" ","locationDisplayId":"l"}"#,
        ),
    ] {
        let body =
            format!(r#"{{"clientDisplayId":"c","programmeDisplayId":"p","sendData":[{fields}]}}"#);
        let invitation = SendInvitation::new(&Programme::new("c", "p"), recipient);
        assert_invitation(invitation, &body).await;
    }
}

#[tokio::test]
async fn awkward_characters_in_every_field() {
    let recipient = Recipient::new(AWKWARD)
        .email(AWKWARD)
        .mobile(AWKWARD)
        .first_name(AWKWARD)
        .last_name(AWKWARD)
        .pom_display_id(AWKWARD)
        .metadata(AWKWARD, AWKWARD)
        .metadata("b", "");
    let a = AWKWARD_JSON;
    let body = format!(
        concat!(
            r#"{{"clientDisplayId":"{a}","programmeDisplayId":"{a}","sendData":[{{"email":"{a}","mobile":"{a}","#,
            r#""firstName":"{a}","lastName":"{a}","locationDisplayId":"{a}","pomDisplayId":"{a}","#,
            r#""metadata":[{{"key":"{a}","value":"{a}"}},{{"key":"b","value":""}}]}}]}}"#,
        ),
        a = a
    );
    let programme = Programme::new(AWKWARD, AWKWARD);
    assert_invitation(SendInvitation::new(&programme, recipient), &body).await;
}

#[tokio::test]
async fn a_batch_is_one_request_in_the_callers_order() {
    let recipients = ["z", "a", "m"].map(|name| {
        Recipient::new("l")
            .email(format!("{name}@g.com"))
            .metadata("z", name)
            .metadata("a", "1")
    });
    let elements = ["z", "a", "m"].map(|name| {
        format!(
            r#"{{"email":"{name}@g.com","locationDisplayId":"l","metadata":[{{"key":"z","value":"{name}"}},{{"key":"a","value":"1"}}]}}"#
        )
    });
    let body = format!(
        r#"{{"clientDisplayId":"client-1","programmeDisplayId":"programme-1","sendData":[{}]}}"#,
        elements.join(",")
    );
    assert_invitation(SendInvitation::batch(&programme(), recipients, 3), &body).await;
}

#[tokio::test]
async fn an_account_may_need_a_header_more() {
    let (builder, transport) = scripted([logged_in(TOKEN), ok(ACCEPTED)]);
    let client = builder.build().unwrap();
    let call = client.call(invitation());
    let call = call.header("X-Client-Key", "Default");
    call.send().await.unwrap();
    let requests = transport.requests();
    assert_eq!(requests[1].headers()["x-client-key"], "Default");
    assert_eq!(requests[0].headers().get("x-client-key"), None);
    assert_eq!(requests[1].uri(), "https://api.feedback.fyi/invitation");
}

/// The bytes that an operation writes, without a server.
fn written(invitation: SendInvitation) -> Json {
    let (builder, transport) = scripted([logged_in(TOKEN), ok(ACCEPTED)]);
    let client = builder.build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime
        .block_on(async { client.send(invitation).await })
        .unwrap();
    let body = transport.requests()[1].body().clone();
    read(std::str::from_utf8(&body).unwrap())
}

proptest! {
    /// Any text in any field reads back. The test makes rejected values valid: a digit in the number, a letter in the ids.
    #[test]
    fn any_text_in_any_field_reads_back(
        text in prop::collection::vec(any::<String>(), 8),
        pairs in prop::collection::vec((any::<String>(), any::<String>()), 0..4),
    ) {
        let id = |index: usize| format!("i{}", text[index]);
        let (email, mobile) = (format!("{}@", text[4]), format!("0{}1", text[5].replace(char::is_numeric, "1")));
        let mut recipient = Recipient::new(id(2))
            .email(&email)
            .mobile(&mobile)
            .first_name(&text[6])
            .last_name(&text[7])
            .pom_display_id(id(3));
        let mut metadata = Vec::new();
        for (index, (key, value)) in pairs.iter().enumerate() {
            let key = format!("{index}{key}");
            recipient = recipient.metadata(&key, value);
            metadata.push(Json::members([("key", Json::Text(key)), ("value", Json::text(value))]));
        }
        let mut fields = vec![
            ("email", Json::Text(email)),
            ("mobile", Json::Text(mobile)),
            ("firstName", Json::text(&text[6])),
            ("lastName", Json::text(&text[7])),
            ("locationDisplayId", Json::Text(id(2))),
            ("pomDisplayId", Json::Text(id(3))),
        ];
        if !metadata.is_empty() {
            fields.push(("metadata", Json::List(metadata)));
        }
        let expected = Json::members([
            ("clientDisplayId", Json::Text(id(0))),
            ("programmeDisplayId", Json::Text(id(1))),
            ("sendData", Json::List(vec![Json::members(fields)])),
        ]);
        let invitation = SendInvitation::new(&Programme::new(id(0), id(1)), recipient);
        prop_assert_eq!(written(invitation), expected);
    }
}
