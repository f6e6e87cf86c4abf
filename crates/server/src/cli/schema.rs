//! `outlay schema`: prints the SDL. It needs no database.

use std::io::{Write, stdout};

use anyhow::Result;

pub(super) fn run() -> Result<()> {
    let sdl = outlay_graphql::sdl();
    Ok(stdout().lock().write_all(sdl.as_bytes())?)
}
