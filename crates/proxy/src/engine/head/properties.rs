//! What holds for all bytes that a stranger may send.

use proptest::prelude::*;

use super::*;

const LIMITS: HeadLimits = HeadLimits { bytes: 4096, fields: 100 };

fn outcome(input: &[u8]) -> Result<Option<(Box<RequestHead>, usize)>, BadHead> {
    read(input, LIMITS)
}

/// The head as it would be written again.
fn written(head: &RequestHead) -> Vec<u8> {
    let mut out = format!("{} {} HTTP/1.1\r\n", head.method, head.raw_target()).into_bytes();
    for (name, value) in head.headers.iter() {
        crate::engine::write::field(&mut out, name, value);
    }
    out.extend_from_slice(b"\r\n");
    out
}

/// Heads that are right, and those that are a byte away from it.
fn nearly_a_head() -> impl Strategy<Value = Vec<u8>> {
    let line = "(GET|POST|X-Y) (/[a-z0-9%?/]{0,8}|\\*|http://h/x) HTTP/1\\.[01]\r\n";
    let field = "[A-Za-z-]{1,6}: ?[ -~\t]{0,8}\r\n";
    let text =
        (line, prop::collection::vec(field, 0..5)).prop_map(|(line, fields)| format!("{line}{}\r\n", fields.concat()));
    (text, any::<prop::sample::Index>(), any::<Option<u8>>()).prop_map(|(text, place, byte)| {
        let mut bytes = text.into_bytes();
        if let Some(byte) = byte {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        bytes
    })
}

/// What is told apart of a head.
fn parts(head: &RequestHead, length: usize) -> (Vec<u8>, bool, Vec<u8>, usize) {
    let mut lines = Vec::new();
    head.headers.write(&mut lines, gibbon_plugin_api::KnownNames::NONE);
    (written(head), head.version == Version::HTTP_11, lines, length)
}

proptest! {
    #[test]
    fn what_is_read_in_one_pass_is_what_the_other_reader_reads(input in nearly_a_head(), most in 0_usize..6) {
        let Some(usual) = read_usual(&input, most) else { return Ok(()) };
        match (usual, read_any(&input, most)) {
            (Ok((usual, length)), Ok(Some((any, its_length)))) => {
                prop_assert_eq!(parts(&usual, length), parts(&any, its_length));
            }
            (Err(usual), Err(any)) => prop_assert_eq!(usual, any),
            (usual, any) => prop_assert!(false, "{usual:?} and {any:?}"),
        }
    }

    #[test]
    fn a_clean_head_is_read_in_one_pass(input in "(GET|POST) /[a-z]{0,9} HTTP/1\\.1\r\n([A-Za-z-]{1,20}: [a-z\u{e4}]{0,30}\r\n){0,9}\r\n") {
        prop_assert!(read_usual(input.as_bytes(), 10).is_some_and(|usual| usual.is_ok()));
    }

    #[test]
    fn any_bytes_are_a_head_or_the_beginning_of_one_or_refused(input in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = outcome(&input);
    }

    #[test]
    fn what_is_taken_reads_the_same_when_it_is_written_again(input in nearly_a_head()) {
        let Ok(Some((head, length))) = outcome(&input) else { return Ok(()) };
        prop_assert!(length <= input.len());
        let again = written(&head);
        let (other, all) = outcome(&again).unwrap().unwrap();
        prop_assert_eq!(all, again.len());
        prop_assert_eq!(other.raw_target(), head.raw_target());
        prop_assert_eq!(other.headers.iter().collect::<Vec<_>>(), head.headers.iter().collect::<Vec<_>>());
    }

    #[test]
    fn only_what_is_clean_in_every_line_is_taken(input in nearly_a_head(), lf in any::<Option<prop::sample::Index>>()) {
        // One of the line ends loses its CR, and perhaps another byte stands in its place.
        let ends: Vec<usize> = memchr::memmem::find_iter(&input, b"\r\n").collect();
        let mut bytes = input.clone();
        if let Some(lf) = lf.filter(|_| !ends.is_empty()) {
            bytes.remove(ends[lf.index(ends.len())]);
        }
        if let Ok(Some((_, length))) = outcome(&bytes) {
            let clean = |end: usize| end > 0 && bytes[end - 1] == b'\r';
            prop_assert!(memchr::memchr_iter(b'\n', &bytes[..length]).all(clean));
        }
    }

    #[test]
    fn no_field_holds_what_ends_a_line(input in nearly_a_head()) {
        let Ok(Some((head, _))) = outcome(&input) else { return Ok(()) };
        for (name, value) in head.headers.iter() {
            prop_assert!(crate::engine::write::is_value(value));
            prop_assert!(!name.is_empty() && name.iter().all(u8::is_ascii_graphic) && !name.contains(&b':'));
        }
    }

    #[test]
    fn a_head_that_is_cut_is_waited_for(input in nearly_a_head(), cut in any::<prop::sample::Index>()) {
        let Ok(Some((_, length))) = outcome(&input) else { return Ok(()) };
        let part = &input[..cut.index(length)];
        prop_assert!(matches!(outcome(part), Ok(None)), "{:?}", String::from_utf8_lossy(part));
    }
}
