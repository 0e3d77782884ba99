//! How the system gives memory to this process.

/// Asks for pages of the usual size.
///
/// A huge page is held whole for the first byte in it. A gateway's memory is many small things in a few places for each
/// thread: with huge pages an idle one held 27 MB, without them 15 MB, and requests cost no more (measured with
/// `benches/compare.py`). A system that does not know the wish goes on as it is.
pub(crate) fn take_small_pages() {
    #[cfg(target_os = "linux")]
    let _ = nix::sys::prctl::set_thp_disable(true);
}
