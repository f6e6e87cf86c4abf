//! What can be chosen on the command line.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// Measures Outlay's release build against the SQL it could not do without, on the same data in the same run.
#[derive(Debug, Parser)]
pub struct Options {
    /// Organizations in the data; pgbench takes a script for each and 128 at most.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=128))]
    pub organizations: u32,
    /// Expenses in each organization.
    #[arg(long, default_value_t = 2_000)]
    pub expenses: u32,
    /// Seconds that each load is measured for.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub seconds: u32,
    /// Seconds before that which do not count: each connection prepares plans of each tenant, and PostgreSQL is slow
    /// until it has [default: 15 for each 100 organizations].
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    warmup: Option<u32>,
    /// Connections of the load, to the server and, for the floor, to PostgreSQL.
    #[arg(long, default_value_t = 32)]
    pub connections: u32,
    /// Organizations created one after the other for `provisioning`.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub created: u32,
    /// Measures only these.
    #[arg(long, value_enum, value_delimiter = ',')]
    pub only: Vec<Case>,
    /// Uses the server as it was built before.
    #[arg(long)]
    pub skip_build: bool,
    /// The server's program, instead of the workspace's release build; implies --skip-build.
    #[arg(long, value_name = "PROGRAM")]
    pub server: Option<PathBuf>,
    /// A setting of the server, such as `OUTLAY_CONNECTIONS=16`; repeatable.
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// Keeps the data here and uses what it finds, instead of a temporary directory.
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
    /// Writes the results here too, as JSON.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

impl Options {
    /// Seconds of each load that do not count.
    pub fn warmup(&self) -> u32 {
        self.warmup
            .unwrap_or((self.organizations * 15).div_ceil(100))
    }

    /// Whether this case is to be measured.
    pub fn wants(&self, case: Case) -> bool {
        self.only.is_empty() || self.only.contains(&case)
    }
}

/// What is measured, in the order of the run: what adds rows to the lists comes last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Case {
    /// A page of twenty expenses with their members, departments, categories and budgets.
    ExpenseList,
    /// The same, each request with a document that the server has to read anew.
    ExpenseListUnseen,
    /// A year's sums by category and month.
    Spending,
    /// A new organization.
    Provisioning,
    /// A new expense.
    CreateExpense,
}
