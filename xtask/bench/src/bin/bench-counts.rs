//! Runs the same measured processes as the program `bench`, but with an allocator that counts allocations.

use std::{alloc::System, process::ExitCode};

use bench::drive::Allocated;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> ExitCode {
    bench::measured(Some(|| {
        let stats = ALLOCATOR.stats();
        // A buffer that grows counts as one allocation, of the size by which it grew.
        Allocated::new(
            stats.allocations + stats.reallocations,
            stats.bytes_allocated,
        )
    }))
}
