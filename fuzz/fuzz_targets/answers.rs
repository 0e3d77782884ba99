//! libFuzzer for `gibbon_strangers::answers`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gibbon_strangers::answers::check(bytes));
