//! Measures one load and its floor, in the order floor, server, floor. A difference between the two floors shows that
//! the speed of the machine changed.

use std::path::Path;

use anyhow::{Context, Result};

use crate::database::Database;
use crate::demo::Organization;
use crate::floor::Floor;
use crate::options::Options;
use crate::process::{self, CpuTimes};
use crate::report::{OtherFloor, Row, Target};
use crate::server::Server;
use crate::tenant::Tenant;
use crate::workload::Workload;
use crate::wrk;

/// The context of all measurements.
pub struct Bench<'a> {
    /// The options of the run.
    pub options: &'a Options,
    /// The server under test.
    pub server: &'a Server,
    /// The server's database.
    pub database: &'a Database,
    /// The organizations, as listed by `outlay demo`.
    pub organizations: &'a [Organization],
    /// The same organizations, as read from the database.
    pub tenants: &'a [Tenant],
    /// The directory for scripts and requests.
    pub directory: &'a Path,
}

impl Bench<'_> {
    /// Measures one load.
    pub fn measure(&self, workload: &Workload) -> Result<Row> {
        self.measure_unnamed(workload)
            .with_context(|| workload.name)
    }

    fn measure_unnamed(&self, workload: &Workload) -> Result<Row> {
        let Options {
            connections,
            seconds,
            ..
        } = *self.options;
        let requests = self.directory.join(format!("{}.requests", workload.name));
        workload.write_requests(self.organizations, self.tenants, &requests)?;
        let floor = self.floor(workload.name, workload.floor)?;

        eprintln!("{}: floor …", workload.name);
        let before = floor.run()?;

        eprintln!("{}: server …", workload.name);
        let load = |seconds| {
            wrk::run(
                self.server.address,
                connections,
                seconds,
                &requests,
                workload.must,
            )
        };
        load(self.options.warmup())?;
        process::reset_peak(self.server.pid());
        let started = self.cpu_times()?;
        let load = load(seconds)?;
        let used = self.cpu_times()? - started;
        let server_mib = process::peak_mib(self.server.pid())?;
        let database_mib = process::database_mib(self.database.postmaster)?;

        eprintln!("{}: floor again …", workload.name);
        let after = floor.run()?;
        let ours = load.requests / load.seconds;
        let other_floor = match workload.other_floor {
            None => None,
            Some((what, template)) => {
                eprintln!("{}: floor {what} …", workload.name);
                let rate = self
                    .floor(&format!("{}-other", workload.name), template)?
                    .run()?;
                Some(OtherFloor {
                    what,
                    rate,
                    ratio: ours / rate,
                })
            }
        };
        let per_request = |cpu_seconds: f64| cpu_seconds * 1_000.0 / load.requests;
        Ok(Row {
            name: workload.name,
            unit: "/s",
            ours,
            p50_ms: load.p50_ms,
            p99_ms: load.p99_ms,
            floors: [before, after],
            ratio: ours * 2.0 / (before + after),
            target: workload.target.map(Target::AtLeast),
            server_cpu_ms: per_request(used.server),
            database_cpu_ms: per_request(used.database),
            generator_cpu_ms: per_request(used.generator),
            others_cpu: used.others() / load.seconds,
            server_mib,
            database_mib,
            other_floor,
        })
    }

    /// CPU time used so far.
    pub fn cpu_times(&self) -> Result<CpuTimes> {
        CpuTimes::now(self.server.pid(), self.database.postmaster)
    }

    fn floor(&self, name: &str, template: &str) -> Result<Floor<'_>> {
        Floor::new(
            self.database,
            self.options,
            self.tenants,
            template,
            &self.directory.join(name),
        )
    }
}
