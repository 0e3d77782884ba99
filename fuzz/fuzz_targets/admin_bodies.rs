//! libFuzzer for `gibbon_strangers::admin_bodies`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gibbon_strangers::admin_bodies::check(bytes));
