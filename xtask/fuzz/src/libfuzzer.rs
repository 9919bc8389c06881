//! The program that libFuzzer drives. `cargo xtask fuzz` builds and runs it. The environment variable `FUZZ_TARGET`
//! names the target.
#![no_main]
#![expect(clippy::expect_used, reason = "the program has no caller to report to")]

use std::sync::OnceLock;

use fuzz::Target;

static TARGET: OnceLock<Option<&Target>> = OnceLock::new();

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let target = TARGET.get_or_init(|| fuzz::target(&std::env::var(fuzz::VARIABLE).ok()?));
    (target.expect("FUZZ_TARGET names a target").run)(input);
});
