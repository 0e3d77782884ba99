//! The licences that may come in: those whose terms a binary under Apache-2.0 meets with a notice.

/// SPDX identifier (with its exception, if any) and why it is here.
const ALLOWED: &[(&str, &str)] = &[
    ("Apache-2.0", "our own"),
    ("Apache-2.0 WITH LLVM-exception", "ours with fewer duties"),
    ("MIT", "asks for its notice"),
    ("MIT-0", "asks for nothing"),
    ("BSD-2-Clause", "asks for its notice"),
    ("BSD-3-Clause", "asks for its notice and not to use its name"),
    ("ISC", "asks for its notice"),
    ("Zlib", "asks that changed sources say so"),
    ("Unicode-3.0", "data tables of ICU crates: asks for its notice"),
    ("BSL-1.0", "asks for its notice where sources are passed on"),
    ("CC0-1.0", "public domain"),
    ("CDLA-Permissive-2.0", "the list of public certificate authorities: asks for this text with the data"),
    ("MPL-2.0", "per file: we link those crates and do not change their files"),
    ("MPL-2.0+", "the older spelling of MPL-2.0 or later"),
];

/// Whether `licence`, one identifier with its exception, is on the list.
pub(super) fn is_allowed(licence: &str) -> bool {
    ALLOWED.iter().any(|(allowed, _)| *allowed == licence)
}
