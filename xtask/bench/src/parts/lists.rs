//! Measures reading many reviews: one page, and a million reviews in pages.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    process::Command,
};

use serde::Deserialize;

use super::Options;
use crate::{
    Failure,
    process::{self, Server},
    report::{Figure, Plot, PlotKind, Report, Series, Target, seconds},
    server::TALLY,
    spread::Spread,
    work::{decode::Decoded, export::Exported},
};

/// The server's time for a page.
const SERVER_MS: u64 = 20;

/// The number of exported reviews.
const REVIEWS: u64 = 1_000_000;

/// The consumers: their names, and their working time per page in ms.
const CONSUMERS: [(&str, u64); 3] = [("fast", 0), ("equal", SERVER_MS), ("slow", 30)];

/// The lengths of the exports whose memory is compared, and the number of runs of each per round. The peak depends on
/// how the parts of a response happen to fill the buffers. A long export has more chances of a high peak, so a short
/// export is run more often.
const SIZES: [(u64, usize); 3] = [(10_000, 30), (100_000, 10), (1_000_000, 3)];

/// The consumer's time per page in ms. A slow consumer fills every buffer, so that no run has a small peak by chance.
const FILLING_MS: u64 = 5;

pub(crate) fn decode(options: &Options, report: &mut Report) -> Result<(), Failure> {
    let rounds = options.rounds(21);
    let mut command = Command::new(process::program("bench")?);
    let decoded: Decoded =
        process::measure(command.args(["decode-pages".to_owned(), format!("rounds={rounds}")]))?;
    let median = |values: &[f64]| seconds(Spread::of(values.iter().copied()).median);
    let ratio = Spread::of_ratios(&decoded.ours, &decoded.plain);
    report.figure(
        Figure::ratio(
            "reading a page of 1,000 reviews ÷ plain `serde_json` into `String` fields",
            Target::AtMost(0.95),
            ratio,
        )
        .detail(format!(
            "{} and {} for {} kB",
            median(&decoded.ours),
            median(&decoded.plain),
            decoded.page_bytes / 1_000
        )),
    );
    Ok(())
}

pub(crate) fn export(options: &Options, report: &mut Report) -> Result<(), Failure> {
    let server = process::server(SERVER_MS, REVIEWS)?;
    let mut series = [
        ("the export", vec![]),
        ("the server alone", vec![]),
        ("the consumer alone", vec![]),
    ];
    for (name, consumer_ms) in CONSUMERS {
        let mut ratios = Vec::new();
        let mut last = (Exported::default(), 0.0);
        for _ in 0..options.rounds(3) {
            tally(&server)?;
            let exported: Exported =
                process::measure(&mut exporter("bench", &server, consumer_ms)?)?;
            let served = tally(&server)?.seconds();
            check(&exported, REVIEWS)?;
            ratios.push(exported.seconds / served.max(exported.consumer_seconds));
            last = (exported, served);
        }
        let (exported, served) = last;
        let values = [exported.seconds, served, exported.consumer_seconds];
        report.figure(
            Figure::ratio(
                format!("exporting 1,000,000 reviews ÷ the slower of server and consumer, {name} consumer"),
                Target::AtMost(1.05),
                Spread::of(ratios),
            )
            .detail(format!(
                "{}; server alone {}, consumer alone {}",
                seconds(exported.seconds),
                seconds(served),
                seconds(exported.consumer_seconds)
            )),
        );
        for ((_, column), value) in series.iter_mut().zip(values) {
            column.push(Some(value));
        }
    }
    report.plot = Some(Plot {
        title: "Exporting 1,000,000 reviews, by the consumer's speed".to_owned(),
        kind: PlotKind::Bars,
        axis: "seconds".to_owned(),
        labels: CONSUMERS
            .iter()
            .map(|(name, _)| (*name).to_owned())
            .collect(),
        series: series
            .into_iter()
            .map(|(name, values)| Series {
                name: name.to_owned(),
                values,
            })
            .collect(),
    });
    Ok(())
}

pub(crate) fn memory(options: &Options, report: &mut Report) -> Result<(), Failure> {
    let mut peaks = [0.0_f64; SIZES.len()];
    for _ in 0..options.rounds(2) {
        for (peak, (reviews, runs)) in peaks.iter_mut().zip(SIZES) {
            let server = process::server(0, reviews)?;
            for _ in 0..runs {
                let mut exporter = exporter("bench-peak", &server, FILLING_MS)?;
                let exported: Exported = process::measure(&mut exporter)?;
                check(&exported, reviews)?;
                *peak = peak.max(exported.peak_bytes as f64);
            }
        }
    }
    let range = Spread::of(peaks);
    let each = SIZES.iter().zip(peaks);
    let each = each.map(|((reviews, _), peak)| format!("{reviews} reviews {:.2} MB", peak / 1e6));
    report.figure(
        Figure::ratio(
            "peak live bytes of an export of 10 k, 100 k and 1 M reviews, greatest ÷ least",
            Target::AtMost(1.1),
            Spread::exact(range.high / range.low),
        )
        .detail(each.collect::<Vec<_>>().join(", ")),
    );
    report.plot = Some(Plot {
        title: "Peak live bytes of an export, by its length".to_owned(),
        kind: PlotKind::Bars,
        axis: "megabytes".to_owned(),
        labels: SIZES
            .iter()
            .map(|(reviews, _)| format!("{reviews} reviews"))
            .collect(),
        series: vec![Series {
            name: "this project".to_owned(),
            values: peaks.iter().map(|peak| Some(peak / 1e6)).collect(),
        }],
    });
    Ok(())
}

fn exporter(program: &str, server: &Server, consumer_ms: u64) -> Result<Command, Failure> {
    let mut command = Command::new(process::program(program)?);
    command.args([
        "export-reviews".to_owned(),
        format!("url={}", server.url()),
        format!("consumer-ms={consumer_ms}"),
    ]);
    Ok(command)
}

fn check(exported: &Exported, reviews: u64) -> Result<(), Failure> {
    if u64::try_from(exported.reviews)? == reviews {
        Ok(())
    } else {
        Err(format!("{} of {reviews} reviews were exported", exported.reviews).into())
    }
}

/// The server's work since the last query.
#[derive(Deserialize)]
struct Tally {
    nanoseconds: u64,
}

impl Tally {
    fn seconds(&self) -> f64 {
        self.nanoseconds as f64 / 1e9
    }
}

fn tally(server: &Server) -> Result<Tally, Failure> {
    let mut stream = TcpStream::connect(server.url().trim_start_matches("http://"))?;
    write!(stream, "GET {TALLY} HTTP/1.1\r\nhost: bench\r\n\r\n")?;
    // The server keeps the connection open until the client stops writing.
    stream.shutdown(std::net::Shutdown::Write)?;
    let mut response = String::new();
    stream.read_to_string(&mut response)?;
    let (_, body) = response
        .split_once("\r\n\r\n")
        .ok_or("the tally has no body")?;
    Ok(serde_json::from_str(body)?)
}
