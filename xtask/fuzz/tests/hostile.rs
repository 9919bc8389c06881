//! Runs every target over its corpus, and over seeded mutations of it. It must find nothing, hang nowhere, and use
//! memory in proportion to the input.
//!
//! The mutations are divided among several seeds. `FUZZ_MUTATIONS=20` tries twenty times as many of each. `FUZZ_SEED=7`
//! uses only that seed, for the same total number. `FUZZ_TARGET=pages` runs only one target.
#![cfg(test)]

use std::{
    alloc::System,
    io::{self, Write as _},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::mpsc,
    thread,
    time::Duration,
};

use fuzz::{
    TARGETS, Target, corpus,
    mutation::{Random, mutate},
};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The stack size of a runtime's task.
const STACK: usize = 2 * 1024 * 1024;

/// No input takes a fraction of this time. An input that takes longer hangs.
const HANGS: Duration = Duration::from_secs(120);

/// The seeds of the mutations.
const RANDOM_SEEDS: [u64; 8] = [1, 5, 77, 1009, 31_337, 271_828, 314_159, 1_000_003];

/// The inputs that one target ran.
struct Count {
    seeds: usize,
    mutations: usize,
    /// The largest allocation of an input, in per cent of its limit.
    fullest: usize,
}

/// Runs one input. All allocations count, also freed ones, so the limit bounds both memory and work.
fn run(target: &Target, name: &str, input: &[u8]) -> usize {
    let region = Region::new(ALLOCATOR);
    if let Err(finding) = catch_unwind(AssertUnwindSafe(|| (target.run)(input))) {
        let _ = writeln!(
            io::stderr(),
            "{} finds something with {name}, {} bytes: {}",
            target.name,
            input.len(),
            String::from_utf8_lossy(input).escape_debug()
        );
        resume_unwind(finding);
    }
    let allocated = region.change().bytes_allocated;
    let (fixed, per_byte) = target.allocations;
    let allowed = fixed + per_byte * input.len();
    assert!(
        allocated <= allowed,
        "{} allocates {allocated} bytes, not {allowed}, for {name}, {} bytes: {}",
        target.name,
        input.len(),
        String::from_utf8_lossy(input).escape_debug()
    );
    allocated * 100 / allowed
}

fn number(variable: &str, default: u64) -> u64 {
    let value = std::env::var(variable).ok();
    value.map_or(default, |value| value.parse().unwrap())
}

/// Runs the corpus, then its mutations. Reports every input before it runs, so that a hanging input is identified.
fn drive(target: &'static Target, alive: &mpsc::Sender<String>) -> Count {
    let seeds = corpus::seeds(target).unwrap();
    assert!(!seeds.is_empty(), "{}", target.name);
    // Values that are made once and kept count for no input.
    (target.run)(&[]);
    let mut fullest = 0;
    for (name, input) in &seeds {
        alive.send(name.clone()).unwrap();
        fullest = fullest.max(run(target, name, input));
    }
    let random_seeds = match std::env::var("FUZZ_SEED") {
        Ok(seed) => vec![seed.parse().unwrap()],
        Err(_) => RANDOM_SEEDS.to_vec(),
    };
    let each = (target.mutations as usize).div_ceil(random_seeds.len());
    let each = each * number("FUZZ_MUTATIONS", 1) as usize;
    for seed in &random_seeds {
        let mut random = Random::new(*seed);
        for mutation in 0..each {
            let (name, input) = &seeds[random.below(seeds.len())];
            let (_, other) = &seeds[random.below(seeds.len())];
            let name = format!("mutation {mutation} by seed {seed}, of {name}");
            let input = mutate(&mut random, input, other);
            alive.send(name.clone()).unwrap();
            fullest = fullest.max(run(target, &name, &input));
        }
    }
    Count {
        seeds: seeds.len(),
        mutations: each * random_seeds.len(),
        fullest,
    }
}

#[test]
fn nothing_hostile_finds_anything() {
    // One after another, because the allocator counts for all threads together.
    let wanted = std::env::var(fuzz::VARIABLE).ok();
    for target in TARGETS {
        if wanted.as_ref().is_some_and(|wanted| wanted != target.name) {
            continue;
        }
        let (alive, signs) = mpsc::channel();
        let work = thread::Builder::new()
            .stack_size(STACK)
            .spawn(move || drive(target, &alive))
            .unwrap();
        let mut last = String::new();
        loop {
            match signs.recv_timeout(HANGS) {
                Ok(name) => last = name,
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
                Err(mpsc::RecvTimeoutError::Timeout) => panic!("{} hangs: {last}", target.name),
            }
        }
        let count = work.join().unwrap_or_else(|finding| resume_unwind(finding));
        println!(
            "{}: {} seeds, {} mutations, {} % of the allowed allocations",
            target.name, count.seeds, count.mutations, count.fullest
        );
    }
}
