//! libFuzzer for `gibbon_strangers::jwk`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gibbon_strangers::jwk::check(bytes));
