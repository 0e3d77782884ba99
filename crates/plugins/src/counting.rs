//! Counting what a subject uses in windows of time: in the memory of this node, in the database that nodes share, or in
//! Redis. The plugins that limit rates are built on it.
//!
//! Start at [`policy`], which is where counts are kept.

pub(crate) mod local;
pub(crate) mod period;
pub(crate) mod policy;
pub(crate) mod quota;
pub(crate) mod redis;
pub(crate) mod redis_fields;
pub(crate) mod subject;
