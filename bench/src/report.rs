//! Formats the results as a table and as JSON.

use std::fmt::{Display, Formatter, Result};

use serde::Serialize;

use crate::machine::Machine;

/// The target for the server's resident memory in MiB.
const SERVER_MIB: f64 = 64.0;

/// The headings of the table and the width of each column.
const COLUMNS: [(&str, usize); 13] = [
    ("", 14),
    ("ours", 9),
    ("p50 ms", 7),
    ("p99 ms", 7),
    ("floor", 9),
    ("again", 9),
    ("ratio", 6),
    ("target", 13),
    ("cpu: server", 11),
    ("pg", 6),
    ("wrk", 6),
    ("others", 6),
    ("MiB: server/pg", 14),
];

/// The results of one run.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The environment of the run.
    pub machine: Machine,
    /// One row per case.
    pub rows: Vec<Row>,
}

/// The results of a case and its floor.
#[derive(Debug, Serialize)]
pub struct Row {
    /// The name of the case.
    pub name: &'static str,
    /// The unit of `ours` and the floors: `/s` (higher is better) or ` ms` (lower is better).
    pub unit: &'static str,
    /// The server's result.
    pub ours: f64,
    /// The median response time.
    pub p50_ms: f64,
    /// The 99th percentile of the response time.
    pub p99_ms: f64,
    /// The result of plain SQL, before and after the server.
    pub floors: [f64; 2],
    /// `ours` divided by the mean of the floors.
    pub ratio: f64,
    /// The target of the ratio.
    pub target: Option<Target>,
    /// CPU milliseconds of the server for each request.
    pub server_cpu_ms: f64,
    /// CPU milliseconds of PostgreSQL for each request.
    pub database_cpu_ms: f64,
    /// CPU milliseconds of the load generator for each request.
    pub generator_cpu_ms: f64,
    /// CPU used by other processes during the load, in cores.
    pub others_cpu: f64,
    /// Peak resident memory of the server during the load.
    pub server_mib: f64,
    /// Memory of PostgreSQL at the end of the load, with shared memory counted once.
    pub database_mib: f64,
    /// A second floor.
    pub other_floor: Option<OtherFloor>,
}

/// The target of a ratio.
#[derive(Debug, Clone, Copy, Serialize)]
pub enum Target {
    /// A minimum, for rates.
    AtLeast(f64),
    /// A maximum, for times.
    AtMost(f64),
}

/// A floor that does more work than the first one.
#[derive(Debug, Serialize)]
pub struct OtherFloor {
    /// The additional work.
    pub what: &'static str,
    /// Transactions per second.
    pub rate: f64,
    /// The server's rate divided by this one.
    pub ratio: f64,
}

impl Target {
    fn verdict(self, ratio: f64) -> String {
        let (sign, limit, met) = match self {
            Self::AtLeast(limit) => ("≥", limit, ratio >= limit),
            Self::AtMost(limit) => ("≤", limit, ratio <= limit),
        };
        format!("{sign} {limit} {}", word(met))
    }
}

impl Row {
    fn cells(&self) -> [String; 13] {
        let digits = usize::from(self.unit != "/s");
        let amount = |value: f64| format!("{value:.digits$}{}", self.unit);
        [
            self.name.to_owned(),
            amount(self.ours),
            format!("{:.1}", self.p50_ms),
            format!("{:.1}", self.p99_ms),
            amount(self.floors[0]),
            amount(self.floors[1]),
            format!("{:.2}", self.ratio),
            self.target
                .map_or_else(String::new, |target| target.verdict(self.ratio)),
            format!("{:.3}", self.server_cpu_ms),
            format!("{:.3}", self.database_cpu_ms),
            format!("{:.3}", self.generator_cpu_ms),
            format!("{:.2}", self.others_cpu),
            format!("{:.0} / {:.0}", self.server_mib, self.database_mib),
        ]
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(f, "{}\n", self.machine)?;
        write_cells(f, &COLUMNS.map(|(heading, _)| heading.to_owned()))?;
        for row in &self.rows {
            write_cells(f, &row.cells())?;
        }
        writeln!(f)?;
        for row in &self.rows {
            if let Some(OtherFloor { what, rate, ratio }) = &row.other_floor {
                writeln!(
                    f,
                    "{}: the floor {what} is {rate:.0}/s, ratio {ratio:.2}.",
                    row.name
                )?;
            }
        }
        let peak = self
            .rows
            .iter()
            .map(|row| row.server_mib)
            .fold(0.0, f64::max);
        writeln!(
            f,
            "server memory: {peak:.1} MiB at most, target < {SERVER_MIB} {}.\n\
             cpu: milliseconds per request; others: cores used by other processes, which should be near 0.",
            word(peak < SERVER_MIB)
        )
    }
}

fn write_cells(f: &mut Formatter<'_>, cells: &[String; 13]) -> Result {
    for (index, (cell, (_, width))) in cells.iter().zip(COLUMNS).enumerate() {
        match index {
            0 => write!(f, "{cell:<width$}")?,
            _ => write!(f, "  {cell:>width$}")?,
        }
    }
    writeln!(f)
}

fn word(met: bool) -> &'static str {
    if met { "ok" } else { "missed" }
}
