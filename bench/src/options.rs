//! Command-line options.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// Measures Outlay's release build and compares it with plain SQL on the same data in the same run.
#[derive(Debug, Parser)]
pub struct Options {
    /// Number of organizations; pgbench needs a script for each and accepts at most 128.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=128))]
    pub organizations: u32,
    /// Number of expenses in each organization.
    #[arg(long, default_value_t = 2_000)]
    pub expenses: u32,
    /// Duration of each load in seconds.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub seconds: u32,
    /// Warm-up before each load in seconds: PostgreSQL is slow until each connection has prepared the plans of each
    /// tenant [default: 15 for each 100 organizations].
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    warmup: Option<u32>,
    /// Number of connections, to the server and, for the floor, to PostgreSQL.
    #[arg(long, default_value_t = 32)]
    pub connections: u32,
    /// Number of organizations to create, one after the other, for `provisioning`.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub created: u32,
    /// Measures only these cases.
    #[arg(long, value_enum, value_delimiter = ',')]
    pub only: Vec<Case>,
    /// Uses the existing build of the server.
    #[arg(long)]
    pub skip_build: bool,
    /// The server's program, instead of the workspace's release build; implies --skip-build.
    #[arg(long, value_name = "PROGRAM")]
    pub server: Option<PathBuf>,
    /// A setting of the server, such as `OUTLAY_CONNECTIONS=16`; repeatable.
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// Keeps the data in this directory and reuses existing data, instead of a temporary directory.
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
    /// Also writes the results to this file as JSON.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

impl Options {
    /// Duration of the warm-up in seconds.
    pub fn warmup(&self) -> u32 {
        self.warmup
            .unwrap_or((self.organizations * 15).div_ceil(100))
    }

    /// Whether to measure this case.
    pub fn wants(&self, case: Case) -> bool {
        self.only.is_empty() || self.only.contains(&case)
    }
}

/// The cases, in the order of the run: cases that add rows come last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Case {
    /// A page of twenty expenses with their members, departments, categories and budgets.
    ExpenseList,
    /// The same, with documents that are not in the server's cache.
    ExpenseListUnseen,
    /// The sums of a year by category and month.
    Spending,
    /// A new organization.
    Provisioning,
    /// A new expense.
    CreateExpense,
}
