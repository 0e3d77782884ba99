//! The manager as the gateway serves it: the pages that `ui/` is built into, which lie in the binary already compressed.
//!
//! [`Manager::place`] says whether a request is for a page or for the Admin API, which stands below `/api` on the same
//! port; [`Manager::answer`] gives the page. Files with a hash in their name are kept by browsers for good; any other path is
//! the first page, which finds out by itself what is to be shown there. A gateway that was built without Node has one page,
//! which says how to get the others.
//!
//! **It must not know** the Admin API, sockets, or who may ask: it gives everybody the same.
//!
//! **Start reading** at `manager`.

mod encoding;
mod files;
mod kconfig;
mod manager;
mod page;
mod response;

pub use manager::{Manager, Place};
