/// Why the gateway did not let a request through, or could not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason {
    /// The plugin that refused it; empty where that was the gateway itself.
    pub by: &'static str,
    /// A word that stays the same from version to version; empty where the plugin tells none.
    pub code: &'static str,
}

impl Reason {
    /// One of the gateway itself.
    pub const fn own(code: &'static str) -> Self {
        Self { by: "", code }
    }
}
