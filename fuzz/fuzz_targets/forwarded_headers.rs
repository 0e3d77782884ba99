//! libFuzzer for `gibbon_strangers::forwarded_headers`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gibbon_strangers::forwarded_headers::check(bytes));
