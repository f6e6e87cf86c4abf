//! Imports: real files to the penny, bad lines by number, all or nothing.

mod files;
mod public_bodies;
