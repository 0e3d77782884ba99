//! Any text as a file of configuration: no panic, no endless work, and what is read is written and read back.

use gibbon_declarative::{Document, Notation};

use crate::{Inputs, mutation};

/// Panics where that does not hold.
pub fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for notation in [Notation::Yaml, Notation::Json, Notation::Either] {
        if let Ok(document) = Document::read(text, notation) {
            assert_eq!(document.hash().len(), 32);
            let again = Document::read(&serde_json::to_string(document.content()).unwrap(), Notation::Json);
            // Not the same to the last bit of a fraction, but a document.
            assert!(again.is_ok());
        }
    }
}

const WORDS: &[&[u8]] = &[
    b"*a",
    b"&a ",
    b"<<: *a",
    b"!!str ",
    b"- ",
    b": ",
    b"|\n",
    b"\t",
    b"{",
    b"? ",
    b"[[[[[[[[",
    b"%YAML",
    b"---\n",
    b"0x",
];

/// Documents, right but for some changes.
pub fn inputs() -> Inputs {
    let examples = [
        "_format_version: \"3.0\"\nservices:\n- name: a\n  url: http://h/p\n  routes:\n  - paths: [/a, ~/b$]\n",
        "a: &a [1, 2.5, null, true, 2026-01-01]\nb: *a\nc: {d: 'e', \"f\": >-\n  g}\n",
        "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n",
        "{\"a\": [1, {\"b\": \"\\u00e9\"}], \"c\": 1e9}",
    ];
    mutation::of(examples.map(|text| text.as_bytes().to_vec()).to_vec(), WORDS)
}
