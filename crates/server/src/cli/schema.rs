//! `outlay schema`: the SDL, from the code alone.

use std::io::{Write, stdout};

use anyhow::Result;

pub(super) fn run() -> Result<()> {
    let sdl = outlay_graphql::sdl();
    Ok(stdout().lock().write_all(sdl.as_bytes())?)
}
