//! The measured export once more, with an allocator that knows how many bytes were alive at once.

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
