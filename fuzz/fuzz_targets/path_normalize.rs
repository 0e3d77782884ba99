//! libFuzzer for `gibbon_strangers::path_normalize`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gibbon_strangers::path_normalize::check(bytes));
