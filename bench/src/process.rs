//! Reads CPU time and memory of processes from `/proc`.

use std::fs;
use std::ops::Sub;

use anyhow::{Context, Result};

/// Clock ticks per second in `/proc`. This is part of Linux's user-space interface and independent of the kernel's
/// clock.
const TICKS: f64 = 100.0;

/// CPU seconds used up to a point in time.
#[derive(Debug, Clone, Copy)]
pub struct CpuTimes {
    /// By the server.
    pub server: f64,
    /// By PostgreSQL, including backends that have ended.
    pub database: f64,
    /// By the load generators that have ended.
    pub generator: f64,
    /// By the whole machine, without idle time.
    pub machine: f64,
}

impl CpuTimes {
    /// Reads the current times of a server and of the PostgreSQL whose postmaster is `postmaster`.
    pub fn now(server: u32, postmaster: u32) -> Result<Self> {
        let first = Stat::read(postmaster)?;
        let backends: f64 = children(postmaster).map(|stat| stat.own).sum();
        Ok(Self {
            server: Stat::read(server)?.own,
            database: first.own + first.children + backends,
            generator: Stat::read(std::process::id())?.children,
            machine: machine()?,
        })
    }

    /// CPU seconds used by all other processes.
    pub fn others(&self) -> f64 {
        (self.machine - self.server - self.database - self.generator).max(0.0)
    }
}

impl Sub for CpuTimes {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            server: self.server - before.server,
            database: self.database - before.database,
            generator: self.generator - before.generator,
            machine: self.machine - before.machine,
        }
    }
}

/// Starts a new measurement of [`peak_mib`]. If the kernel rejects this, the peak since the start of the process
/// remains.
pub fn reset_peak(pid: u32) {
    let _ = fs::write(format!("/proc/{pid}/clear_refs"), "5");
}

/// The peak resident memory of the process in MiB, including shared libraries and program text.
pub fn peak_mib(pid: u32) -> Result<f64> {
    mib(&format!("/proc/{pid}/status"), "VmHWM:")
}

/// The current memory of PostgreSQL in MiB: shared buffers counted once, plus the private memory of each backend.
pub fn database_mib(postmaster: u32) -> Result<f64> {
    let first = proportional(postmaster)?;
    // A backend may end between being listed and being read.
    let backends = children(postmaster).filter_map(|stat| proportional(stat.pid).ok());
    Ok(first + backends.sum::<f64>())
}

fn proportional(pid: u32) -> Result<f64> {
    mib(&format!("/proc/{pid}/smaps_rollup"), "Pss:")
}

fn mib(path: &str, field: &str) -> Result<f64> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
    let mut lines = text.lines().filter_map(|line| line.strip_prefix(field));
    let kib = lines
        .next()
        .and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
    Ok(kib.with_context(|| format!("no {field} in {path}"))? / 1024.0)
}

/// Fields of `/proc/<pid>/stat`.
struct Stat {
    pid: u32,
    parent: u32,
    /// CPU seconds of the process itself.
    own: f64,
    /// CPU seconds of its children that ended and were waited for.
    children: f64,
}

impl Stat {
    fn read(pid: u32) -> Result<Self> {
        let path = format!("/proc/{pid}/stat");
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
        Self::parse(pid, &text).with_context(|| format!("cannot parse {path}"))
    }

    fn parse(pid: u32, text: &str) -> Option<Self> {
        // The name of the program may contain blanks and parentheses, so fields are counted from its end.
        let (_, rest) = text.rsplit_once(')')?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let seconds = |index: usize| Some(fields.get(index)?.parse::<f64>().ok()? / TICKS);
        Some(Self {
            pid,
            parent: fields.get(1)?.parse().ok()?,
            own: seconds(11)? + seconds(12)?,
            children: seconds(13)? + seconds(14)?,
        })
    }
}

fn children(parent: u32) -> impl Iterator<Item = Stat> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(|pid| Stat::read(pid).ok())
        .filter(move |stat| stat.parent == parent)
}

/// CPU seconds that the machine was busy.
fn machine() -> Result<f64> {
    let text = fs::read_to_string("/proc/stat").context("cannot read /proc/stat")?;
    let line = text.lines().next().unwrap_or_default();
    let ticks = line.split_whitespace().skip(1).take(8).enumerate();
    // Fields 3 and 4 are idle time and time waiting for a disk.
    let busy = ticks.filter(|(field, _)| !matches!(field, 3 | 4));
    Ok(busy
        .filter_map(|(_, ticks)| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / TICKS)
}

#[cfg(test)]
mod tests {
    use super::Stat;

    #[test]
    fn a_name_with_parentheses_does_not_shift_the_fields() {
        let text = "7 (a) b) c) S 3 7 7 0 -1 0 0 0 0 0 150 50 20 10 20 0 1 0";
        let stat = Stat::parse(7, text).unwrap();
        assert_eq!((stat.pid, stat.parent), (7, 3));
        assert!((stat.own - 2.0).abs() < 1e-9);
        assert!((stat.children - 0.3).abs() < 1e-9);
    }
}
