//! libFuzzer for `gibbon_strangers::hmac_parameters`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gibbon_strangers::hmac_parameters::check(bytes));
