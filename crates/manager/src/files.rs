//! The files of the pages, as they lie in the binary.

use crate::encoding::Encoding;

/// A file of the pages.
pub(crate) struct File {
    /// Below the first page, without `/` in front.
    pub(crate) path: &'static str,
    /// The entity tag of its content (RFC 9110 section 8.8.3).
    pub(crate) tag: &'static str,
    plain: &'static [u8],
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The file at a path.
pub(crate) fn find(path: &str) -> Option<&'static File> {
    FILES.iter().find(|file| file.path == path)
}

impl File {
    /// Its bytes in the best coding that the client takes and that there is.
    pub(crate) fn bytes(&self, accepted: &[Encoding]) -> (&'static [u8], Option<Encoding>) {
        let coded = accepted.iter().find_map(|encoding| {
            let bytes = match encoding {
                Encoding::Brotli => self.brotli,
                Encoding::Gzip => self.gzip,
            };
            bytes.map(|bytes| (bytes, Some(*encoding)))
        });
        coded.unwrap_or((self.plain, None))
    }

    /// Its content as text.
    pub(crate) fn text(&self) -> &'static str {
        std::str::from_utf8(self.plain).unwrap_or_default()
    }

    /// Whether a changed content has another name: the build puts a hash into it.
    pub(crate) fn is_immutable(&self) -> bool {
        self.path.starts_with("assets/")
    }

    /// What it is, by the end of its name.
    pub(crate) fn media_type(&self) -> &'static str {
        match self.path.rsplit('.').next().unwrap_or_default() {
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "html" => "text/html; charset=utf-8",
            "svg" => "image/svg+xml",
            "png" => "image/png",
            "woff2" => "font/woff2",
            "json" => "application/json",
            "txt" => "text/plain; charset=utf-8",
            _ => "application/octet-stream",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: File = File { path: "assets/a.js", tag: "\"1\"", plain: b"p", brotli: None, gzip: Some(b"g") };

    #[test]
    fn a_file_comes_in_the_best_coding_that_there_is() {
        assert_eq!(FILE.bytes(&[Encoding::Brotli, Encoding::Gzip]), (&b"g"[..], Some(Encoding::Gzip)));
        assert_eq!(FILE.bytes(&[Encoding::Brotli]), (&b"p"[..], None));
        assert_eq!(FILE.bytes(&[]), (&b"p"[..], None));
    }

    #[test]
    fn only_names_with_a_hash_are_kept_for_good() {
        assert!(FILE.is_immutable() && FILE.media_type().starts_with("text/javascript"));
        assert!(!File { path: "index.html", ..FILE }.is_immutable());
    }
}
