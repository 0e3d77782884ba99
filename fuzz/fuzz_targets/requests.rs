//! libFuzzer for `gibbon_strangers::requests`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gibbon_strangers::requests::check(bytes));
