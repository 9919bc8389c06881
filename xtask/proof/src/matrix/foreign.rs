//! Bodies of a 2xx that are not the operation's response: compressed, in another encoding, a foreign page, a word.
//!
//! A body that can't be the provider's own words leaves the outcome unknown, whatever the status. For any other body,
//! the usual rules apply.

use customer_api_sandbox::FaultBody;

use super::{
    fault::{Body, FaultCase, Section, SetUp},
    faults::{always, filler, success, whole},
};

/// One JSON text, compressed in three ways:
/// `{"status":200,"type":"error","data":{"source":"RATE_LIMIT"},"code":"00000","token":"t"}`. It has members by which
/// some providers report a failure, and members by which others report a success.
const GZIP: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xab\x56\x2a\x2e\x49\x2c\x29\x2d\x56\xb2\x32\x32\x30\xd0\
    \x51\x2a\xa9\x2c\x48\x55\xb2\x52\x4a\x2d\x2a\xca\x2f\x52\xd2\x51\x4a\x49\x2c\x49\x54\xb2\xaa\x56\
    \x2a\xce\x2f\x2d\x4a\x06\x49\x04\x39\x86\xb8\xc6\xfb\x78\xfa\x7a\x86\x28\xd5\xea\x28\x25\xe7\xa7\
    \x80\x04\x0d\x40\x00\xa8\xba\x24\x3f\x3b\x35\x0f\xc8\x2f\x51\xaa\x05\x00\xad\x87\x0e\x33\x57\x00\
    \x00\x00";
const DEFLATE: &[u8] = b"\x78\x9c\xab\x56\x2a\x2e\x49\x2c\x29\x2d\x56\xb2\x32\x32\x30\xd0\x51\x2a\xa9\x2c\x48\x55\xb2\x52\
    \x4a\x2d\x2a\xca\x2f\x52\xd2\x51\x4a\x49\x2c\x49\x54\xb2\xaa\x56\x2a\xce\x2f\x2d\x4a\x06\x49\x04\
    \x39\x86\xb8\xc6\xfb\x78\xfa\x7a\x86\x28\xd5\xea\x28\x25\xe7\xa7\x80\x04\x0d\x40\x00\xa8\xba\x24\
    \x3f\x3b\x35\x0f\xc8\x2f\x51\xaa\x05\x00\xa9\x26\x1a\x1c";
const BROTLI: &[u8] = b"\x1b\x56\x00\x00\x1c\x07\xce\xb9\x3c\x3e\x8c\x02\xaf\x5b\xd0\x10\x94\x22\x32\x7b\x09\xc3\x22\xd2\
    \x3a\x2c\x5f\x7d\xc1\x4d\x56\x42\xa0\x30\x66\x3a\xcd\x19\x92\x9e\xb2\x2a\x0b\x08\x84\xf2\x7d\xc6\
    \x3e\xb1\x22\x0a\x2f\x22\x3c\x16\x01\x0e\x1c\xd6\x5e\xa1\xcb\x13\xb3\x80\x96\x59\x0c\x8f\x03";

pub(super) fn bodies() -> Vec<FaultCase> {
    let case = |name, body, set_up| {
        FaultCase::new(name, Section::Bodies, success(body), SetUp::Request(set_up))
    };
    vec![
        case("200, gzip", Body::Foreign, |_| {
            let fault = whole(FaultBody::not_json(GZIP));
            always(fault.header("content-encoding", "gzip"))
        }),
        case("200, deflate", Body::Foreign, |_| {
            let fault = whole(FaultBody::not_json(DEFLATE));
            always(fault.header("content-encoding", "deflate"))
        }),
        case("200, br", Body::Foreign, |_| {
            let fault = whole(FaultBody::not_json(BROTLI));
            always(fault.header("content-encoding", "br"))
        }),
        case("200 in UTF-16", Body::Foreign, |scene| {
            let text = filler(scene).to_string();
            let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let fault = whole(FaultBody::not_json(wide));
            always(fault.header("content-type", "application/json; charset=utf-16le"))
        }),
        case("200 in UTF-32", Body::Foreign, |scene| {
            let text = filler(scene).to_string();
            let wide = text
                .chars()
                .flat_map(|letter| u32::from(letter).to_be_bytes());
            always(whole(FaultBody::not_json(wide.collect::<Vec<u8>>())))
        }),
        case("200 with a page", Body::Foreign, |scene| {
            always(whole(FaultBody::html(format!("<p>{}</p>", scene.says))))
        }),
        case("200 with an XML error", Body::Foreign, |scene| {
            let text = format!("<?xml version=\"1.0\"?><error>{}</error>", scene.says);
            let fault = whole(FaultBody::text(text));
            always(fault.header("content-type", "application/xml"))
        }),
        case("200 with a long text", Body::Foreign, |scene| {
            always(whole(FaultBody::text(
                format!("{} ", scene.says).repeat(300),
            )))
        }),
        case("200 with a word", Body::Unreadable, |_| {
            always(whole(FaultBody::text("accepted")))
        }),
        case("200 with JSON in Latin-1", Body::Unreadable, |_| {
            always(whole(FaultBody::not_json(&b"\"gr\xFC\xDFe\""[..])))
        }),
        case("200 with JSON as `text/html`", Body::OtherJson, |_| {
            always(whole(FaultBody::html("\"accepted\"")))
        }),
        case(
            "200 that reports a failure in Latin-1",
            Body::Failure,
            |scene| {
                let text = scene.facts.failure_in_2xx?("gr\u{fc}\u{df}e").to_string();
                // In Latin-1, every character of this text is one byte.
                let bytes: Vec<u8> = text
                    .chars()
                    .filter_map(|letter| u8::try_from(letter).ok())
                    .collect();
                always(customer_api_sandbox::Fault::status(200).body(FaultBody::not_json(bytes)))
            },
        ),
        case(
            "200 that reports a failure as `text/html`",
            Body::Failure,
            |scene| {
                let text = scene.facts.failure_in_2xx?(scene.says).to_string();
                always(customer_api_sandbox::Fault::status(200).body(FaultBody::html(text)))
            },
        ),
    ]
}
