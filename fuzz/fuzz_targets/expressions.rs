//! libFuzzer for `gibbon_strangers::expressions`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gibbon_strangers::expressions::check(bytes));
