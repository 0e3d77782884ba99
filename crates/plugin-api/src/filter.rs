//! Bodies of answers that a plugin changes while they go to the client.

use http::HeaderMap;

/// Makes other bytes of a body, piece by piece as it comes. The client is not told the length of what comes out, nor the
/// fields behind the body that goes in.
pub trait BodyFilter {
    /// Takes the next piece.
    fn push(&mut self, piece: &[u8]);

    /// The body is over, with these fields behind it.
    fn end(&mut self, trailers: Option<HeaderMap>);

    /// What can be made of all that has come; asked for until there is nothing.
    fn next(&mut self) -> Option<Filtered>;
}

/// A piece of what comes out.
pub enum Filtered {
    /// Here it is.
    Ready(Vec<u8>),
    /// It takes long: it is made beside the workers.
    Beside(FilterJob),
    /// Nothing can be made of it. The answer breaks off.
    Unreadable,
}

/// Makes a piece; none where nothing can be made.
pub type FilterJob = Box<dyn FnOnce() -> Option<Vec<u8>> + Send>;
