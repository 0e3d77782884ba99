//! libFuzzer for `gibbon_strangers::jws_parse`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gibbon_strangers::jws_parse::check(bytes));
