//! Any text as a file of configuration: no panic, no endless work, and what is read is written and read back.
#![no_main]

use gibbon_declarative::{Document, Notation};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for notation in [Notation::Yaml, Notation::Json, Notation::Either] {
        if let Ok(document) = Document::read(text, notation) {
            assert_eq!(document.hash().len(), 32);
            let again = Document::read(&serde_json::to_string(document.content()).unwrap(), Notation::Json);
            // Not the same to the last bit of a fraction, but a document.
            assert!(again.is_ok());
        }
    }
});
