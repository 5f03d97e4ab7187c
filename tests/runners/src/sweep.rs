//! Every operation of each generation of the API once in every language against the sandbox,
//! compared with Rust.

mod bodies;
mod case;
mod differences;
mod objects;
mod placeholders;
mod plan;
pub(crate) mod play;
mod recording;
mod report;
mod samples;
