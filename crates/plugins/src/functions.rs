//! What `pre-function` and `post-function` have in common: all but their name and their place among the plugins.

mod config;
mod handler;
mod node;

#[cfg(test)]
mod tests;

pub(crate) use config::schema;
pub(crate) use handler::configure;
