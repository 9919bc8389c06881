//! The targets.

mod addresses;
mod decoders;
mod descriptions;
mod enums;
mod ledger;
mod pages;
mod responses;
mod scrubber;
mod services;
mod times;
mod waits;

use crate::Target;

/// The corpora of responses, whole or only their bodies: ours and the providers' own.
const ANSWERS: &[&str] = &[
    "xtask/fuzz/corpus/responses",
    "xtask/fuzz/corpus/bodies",
    "crates/ravelin-labels/tests/fixtures",
    "crates/helpdesk-customers/tests/fixtures",
    "crates/revnue-customers/tests/fixtures",
    "crates/feedback-invitations/tests/fixtures",
];

/// Every target.
pub const TARGETS: &[Target] = &[
    Target {
        name: "decoders",
        about: "every operation's reading of a success body",
        seeds: ANSWERS,
        mutations: 1_500,
        allocations: (1_000_000, 2_000),
        run: decoders::run,
    },
    Target {
        name: "services",
        about: "every provider's reading of a failure body, and its verdict on a success",
        seeds: ANSWERS,
        mutations: 3_000,
        allocations: (200_000, 1_000),
        run: services::run,
    },
    Target {
        name: "responses",
        about: "a call's reading of a response: one operation of every provider",
        seeds: ANSWERS,
        mutations: 1_000,
        allocations: (2_000_000, 3_000),
        run: responses::run,
    },
    Target {
        name: "waits",
        about: "`Retry-After` and `Date`",
        seeds: &["xtask/fuzz/corpus/waits"],
        mutations: 2_000,
        allocations: (1_000_000, 200),
        run: waits::run,
    },
    Target {
        name: "pages",
        about: "lists: scroll, links to a next page, counts",
        seeds: &[
            "xtask/fuzz/corpus/pages",
            "crates/ravelin-labels/tests/fixtures",
            "crates/helpdesk-customers/tests/fixtures",
        ],
        mutations: 1_000,
        allocations: (4_000_000, 3_000),
        run: pages::run,
    },
    Target {
        name: "ledger",
        about: "the ledger's file, and a journal beside it",
        seeds: &["xtask/fuzz/corpus/ledger"],
        mutations: 300,
        allocations: (4_000_000, 400),
        run: ledger::run,
    },
    Target {
        name: "descriptions",
        about: "the generator's reader of descriptions, in YAML and JSON, and the emitted texts",
        seeds: &[
            "xtask/fuzz/corpus/descriptions",
            "crates/ravelin-labels/tests/fixtures",
        ],
        mutations: 400,
        allocations: (20_000_000, 40_000),
        run: descriptions::run,
    },
    Target {
        name: "times",
        about: "timestamps and dates",
        seeds: &["xtask/fuzz/corpus/times"],
        mutations: 10_000,
        allocations: (50_000, 100),
        run: times::run,
    },
    Target {
        name: "enums",
        about: "enums of strings keep unknown values",
        seeds: &["xtask/fuzz/corpus/enums", "xtask/fuzz/corpus/times"],
        mutations: 10_000,
        allocations: (50_000, 200),
        run: enums::run,
    },
    Target {
        name: "scrubber",
        about: "values that are removed from a provider's words",
        seeds: &["xtask/fuzz/corpus/scrubber"],
        mutations: 2_000,
        // The limit is high, because the client searches three texts. It searches each text up to 259 times, each time
        // with other escapes removed.
        allocations: (2_000_000, 40_000),
        run: scrubber::run,
    },
    Target {
        name: "addresses",
        about: "base URLs, and links to a next page",
        seeds: &["xtask/fuzz/corpus/addresses"],
        mutations: 5_000,
        allocations: (1_000_000, 500),
        run: addresses::run,
    },
];
