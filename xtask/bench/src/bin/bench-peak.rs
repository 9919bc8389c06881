//! Runs the same measured export as the program `bench`, but with an allocator that records the peak of live bytes.

use std::process::ExitCode;

use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

fn main() -> ExitCode {
    bench::measured_peak(|| {
        let peak = ALLOCATOR.peak_usage();
        ALLOCATOR.reset_peak_usage();
        peak
    })
}
