//! How configuration becomes live: what is specified here holds for every store and every plugin.

mod faults;
mod fixture;
mod plans;
mod writes;
