//! The crate from outside: the examples of the RFCs, the attacks that others fell for, and what must always hold.

#![expect(clippy::expect_used, reason = "a broken key is to stop the test")]

mod attacks;
mod keys;
mod properties;
mod rfc;
