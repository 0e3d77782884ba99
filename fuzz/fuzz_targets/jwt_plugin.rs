//! libFuzzer for `gibbon_strangers::jwt_plugin`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gibbon_strangers::jwt_plugin::check(bytes));
