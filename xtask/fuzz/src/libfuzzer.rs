//! The program that libFuzzer drives. `cargo xtask fuzz` builds and runs it; the variable names the target.
#![no_main]

use std::sync::OnceLock;

use fuzz::Target;

static TARGET: OnceLock<Option<&Target>> = OnceLock::new();

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let target = TARGET.get_or_init(|| fuzz::target(&std::env::var(fuzz::VARIABLE).ok()?));
    let Some(target) = target else {
        eprintln!("{} must name a target", fuzz::VARIABLE);
        std::process::exit(2);
    };
    (target.run)(input);
});
