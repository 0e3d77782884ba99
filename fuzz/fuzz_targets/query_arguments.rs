//! libFuzzer for `gibbon_strangers::query_arguments`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gibbon_strangers::query_arguments::check(bytes));
