//! What a `.proto` file says: methods, the paths of HTTP that stand for them, and messages as JSON.
//!
//! The plugins that make calls of gRPC of other requests are built on it. Start at [`protos`].

mod annotations;
pub(crate) mod call;
pub(crate) mod frame;
pub(crate) mod json;
pub(crate) mod protos;
pub(crate) mod template;

#[cfg(test)]
pub(crate) mod sample;
