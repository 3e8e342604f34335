//! The report as text.

use std::fmt::Write as _;

use super::case::Contender;
use super::report::{Quantiles, Report, Row};

/// Rows as they are measured, with the head of the table if it is the first.
pub fn rows(rows: &[Row], first: bool) -> String {
    let mut out = String::new();
    if first {
        line(
            &mut out,
            format_args!(
                "{:<16}{:>4} {:<8}{:>8}{:>9}{:>9}{:>9}{:>9}{:>11}{:>17}{:>8}",
                "case",
                "×",
                "who",
                "answers",
                "p50 ms",
                "p90 ms",
                "p99 ms",
                "first ms",
                "CPU µs/req",
                "(rounds)",
                "faults"
            ),
        );
    }
    for row in rows {
        let Quantiles { p50, p90, p99 } = row.latency_ms;
        let first = row.first_ms.map_or_else(|| "–".to_owned(), |first| figure(first.p50));
        let (cpu, rounds) = if row.contender == Contender::Direct {
            ("–".to_owned(), String::new())
        } else {
            (figure(row.cpu_us), format!("({:.0}–{:.0})", row.cpu_us_least, row.cpu_us_most))
        };
        line(
            &mut out,
            format_args!(
                "{:<16}{:>4} {:<8}{:>8}{:>9}{:>9}{:>9}{:>9}{:>11}{:>17}{:>8}",
                row.case,
                row.at_once,
                row.contender.name(),
                row.requests,
                figure(p50),
                figure(p90),
                figure(p99),
                first,
                cpu,
                rounds,
                row.faults,
            ),
        );
    }
    out
}

/// Where the run is made.
pub fn machine(report: &Report) -> String {
    let machine = &report.machine;
    let quick = if report.quick { ", quick run: no figures to quote" } else { "" };
    format!("{} × {}, Linux {}{quick}", machine.processors, machine.processor, machine.kernel)
}

/// All but the rows.
pub fn summary(report: &Report) -> String {
    let mut out = String::new();
    ratios(report, &mut out);
    memory(report, &mut out);
    if let Some(start) = &report.start {
        line(
            &mut out,
            format_args!(
                "\nclasp, start to first answer: {} ms with compiled code cached ({}–{}), {} ms without",
                figure(start.warm_ms),
                figure(start.warm_ms_least),
                figure(start.warm_ms_most),
                figure(start.cold_ms),
            ),
        );
    }
    if !report.bars.is_empty() {
        line(
            &mut out,
            format_args!("\n{:<44}{:>10}{:>9}  {:<6}", "bar", "measured", "allowed", ""),
        );
    }
    for bar in &report.bars {
        let spread = bar.spread.map_or_else(String::new, |(least, most)| {
            format!("  ({}–{})", figure(least), figure(most))
        });
        line(
            &mut out,
            format_args!(
                "{:<44}{:>10}{:>9} {:<4}{}{}",
                bar.name,
                figure(bar.value),
                bar.limit,
                bar.unit,
                if bar.met { "pass" } else { "MISS" },
                spread,
            ),
        );
    }
    if report.faults.is_empty() {
        line(&mut out, format_args!("\nEvery answer was complete."));
    } else {
        line(&mut out, format_args!("\n{} answers were wrong or missing:", report.faults.len()));
        for fault in report.faults.iter().take(20) {
            line(&mut out, format_args!("  {fault}"));
        }
    }
    out
}

/// CPU of clasp by that of the others.
fn ratios(report: &Report, out: &mut String) {
    let rows: Vec<&Row> = report.rows.iter().filter(|row| row.contender.is_clasp()).collect();
    if rows.is_empty() {
        return;
    }
    line(
        out,
        format_args!(
            "\n{:<16}{:>4} {:<8}{:>22}{:>22}",
            "CPU of clasp", "×", "who", "/ native", "/ pass"
        ),
    );
    for row in rows {
        let ratio = |against| {
            report.ratio(row, against).map_or_else(String::new, |(median, least, most)| {
                format!("{median:.2} ({least:.2}–{most:.2})")
            })
        };
        line(
            out,
            format_args!(
                "{:<16}{:>4} {:<8}{:>22}{:>22}",
                row.case,
                row.at_once,
                row.contender.name(),
                ratio(Contender::Native),
                ratio(Contender::Pass)
            ),
        );
    }
}

fn memory(report: &Report, out: &mut String) {
    if !report.memory.is_empty() {
        line(
            out,
            format_args!(
                "\n{:<8} {:<10}{:>9}{:>10}{:>14}{:>12}{:>16}{:>14}",
                "memory",
                "request",
                "streams",
                "idle MiB",
                "(anonymous)",
                "open MiB",
                "KiB per stream",
                "peak MiB"
            ),
        );
    }
    for memory in &report.memory {
        for held in &memory.held {
            let peak = report.peaks.iter().find(|(whose, _)| *whose == memory.contender);
            line(
                out,
                format_args!(
                    "{:<8} {:<10}{:>9}{:>10}{:>14}{:>12}{:>16}{:>14}",
                    memory.contender.name(),
                    held.case,
                    held.streams,
                    mib(held.idle_kib),
                    mib(held.idle_anonymous_kib),
                    mib(held.held_kib),
                    figure(held.per_stream_kib),
                    peak.map_or_else(String::new, |(_, peak)| mib(*peak)),
                ),
            );
        }
    }
}

fn mib(kib: u64) -> String {
    format!("{}.{}", kib / 1024, kib % 1024 * 10 / 1024)
}

/// Three digits or so.
fn figure(value: f64) -> String {
    match value {
        value if value >= 100.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value => format!("{value:.2}"),
    }
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{text}");
}
