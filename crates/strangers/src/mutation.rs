//! Inputs that are nearly right: examples with some of their bytes changed.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any};
use proptest::sample::{Index, select};

use crate::Inputs;

/// What is done to an example.
#[derive(Debug, Clone)]
enum Change {
    /// One byte becomes another.
    Set(Index, u8),
    /// A byte comes in.
    Insert(Index, u8),
    /// A word comes in.
    Word(Index, &'static [u8]),
    /// Some bytes go.
    Delete(Index, usize),
    /// Some bytes come twice.
    Repeat(Index, usize),
}

/// The examples with up to six changes, some of which put one of `words` in.
pub fn of(examples: Vec<Vec<u8>>, words: &'static [&'static [u8]]) -> Inputs {
    changed(select(examples), words)
}

/// Whatever `inputs` draws, with up to six changes.
pub fn changed(inputs: impl Strategy<Value = Vec<u8>> + 'static, words: &'static [&'static [u8]]) -> Inputs {
    (inputs, vec(change(words), 0..6))
        .prop_map(|(mut bytes, changes)| {
            changes.iter().for_each(|change| change.apply(&mut bytes));
            bytes
        })
        .boxed()
}

fn change(words: &'static [&'static [u8]]) -> impl Strategy<Value = Change> {
    let byte = proptest::prop_oneof![any::<u8>(), select(b"\r\n\0 \t:;,/%.\"\\+-0{}[]".as_slice())];
    let word = if words.is_empty() { Just(b"".as_slice()).boxed() } else { select(words).boxed() };
    proptest::prop_oneof![
        (any::<Index>(), byte.clone()).prop_map(|(place, byte)| Change::Set(place, byte)),
        (any::<Index>(), byte).prop_map(|(place, byte)| Change::Insert(place, byte)),
        (any::<Index>(), word).prop_map(|(place, word)| Change::Word(place, word)),
        (any::<Index>(), 1..20_usize).prop_map(|(place, length)| Change::Delete(place, length)),
        (any::<Index>(), 1..40_usize).prop_map(|(place, length)| Change::Repeat(place, length)),
    ]
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match *self {
            Self::Set(place, byte) if !bytes.is_empty() => {
                let place = place.index(bytes.len());
                bytes[place] = byte;
            }
            Self::Set(..) => {}
            Self::Insert(place, byte) => bytes.insert(place.index(bytes.len() + 1), byte),
            Self::Word(place, word) => {
                let place = place.index(bytes.len() + 1);
                bytes.splice(place..place, word.iter().copied());
            }
            Self::Delete(place, length) => {
                let place = place.index(bytes.len() + 1);
                bytes.drain(place..(place + length).min(bytes.len()));
            }
            Self::Repeat(place, length) => {
                let place = place.index(bytes.len() + 1);
                let again = bytes[place..(place + length).min(bytes.len())].to_vec();
                bytes.splice(place..place, again);
            }
        }
    }
}
