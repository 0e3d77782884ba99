//! libFuzzer for `gibbon_strangers::proxy_protocol`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gibbon_strangers::proxy_protocol::check(bytes));
