//! The log on standard error, as text or as JSON.

use std::io::{IsTerminal, stderr};

use anyhow::{Context, Result};
use tracing_subscriber::{EnvFilter, fmt, prelude::*};

use crate::config::{LogArgs, LogFormat};

/// Levels for libraries that log too much at level info.
const QUIET: &str = "sqlx=warn,sea_orm=warn,sea_orm_migration=warn,hyper=warn";

/// Starts the log, with the filter `default` unless the options set another.
///
/// # Errors
/// When the filter is invalid.
pub(crate) fn init(args: &LogArgs, default: &str) -> Result<()> {
    let wanted = args.log.as_deref().unwrap_or(default);
    let filter = EnvFilter::try_new(format!("{QUIET},{wanted}"))
        .with_context(|| format!("--log {wanted}: not a filter; write it like info or debug"))?;
    let layer = fmt::layer().with_writer(stderr);
    let registry = tracing_subscriber::registry();
    match args.log_format {
        LogFormat::Text => {
            let layer = layer.with_target(false).with_ansi(stderr().is_terminal());
            registry.with(layer.with_filter(filter)).init();
        }
        LogFormat::Json => {
            let layer = layer.json().flatten_event(true).with_span_list(false);
            registry.with(layer.with_filter(filter)).init();
        }
    }
    Ok(())
}
