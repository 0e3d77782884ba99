//! Which characters a class and a set have.

/// Whether `byte` is of the class that stands behind a `%`; what is no class is itself.
pub(super) fn is_of(byte: u8, class: u8) -> bool {
    let found = match class.to_ascii_lowercase() {
        b'a' => byte.is_ascii_alphabetic(),
        b'c' => byte.is_ascii_control(),
        b'd' => byte.is_ascii_digit(),
        b'g' => byte.is_ascii_graphic(),
        b'l' => byte.is_ascii_lowercase(),
        b'p' => byte.is_ascii_punctuation(),
        b's' => byte == b' ' || (9..=13).contains(&byte),
        b'u' => byte.is_ascii_uppercase(),
        b'w' => byte.is_ascii_alphanumeric(),
        b'x' => byte.is_ascii_hexdigit(),
        b'z' => byte == 0,
        _ => return class == byte,
    };
    found != class.is_ascii_uppercase()
}

/// Whether `byte` is in the set: what stands between `[` and its `]`.
pub(super) fn is_in(byte: u8, set: &[u8]) -> bool {
    let (negated, mut rest) = match set {
        [b'^', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let mut found = false;
    loop {
        let (one, behind): (bool, &[u8]) = match rest {
            [] => break,
            [b'%', class, behind @ ..] => (is_of(byte, *class), behind),
            [low, b'-', high, behind @ ..] => ((*low..=*high).contains(&byte), behind),
            [other, behind @ ..] => (*other == byte, behind),
        };
        found |= one;
        rest = behind;
    }
    found != negated
}
