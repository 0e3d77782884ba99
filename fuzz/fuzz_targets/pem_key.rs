//! libFuzzer for `gibbon_strangers::pem_key`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gibbon_strangers::pem_key::check(bytes));
