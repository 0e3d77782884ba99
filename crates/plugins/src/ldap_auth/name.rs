//! Names of users as parts of distinguished names (RFC 4514).

/// The distinguished name of a user: one attribute below a base, both as they are configured. Whatever the user's name
/// holds stays the value of that one attribute.
pub(super) fn distinguished(attribute: &str, user: &str, base: &str) -> String {
    let mut name = String::with_capacity(attribute.len() + user.len() + base.len() + 2);
    name.push_str(attribute);
    name.push('=');
    escape(user, &mut name);
    name.push(',');
    name.push_str(base);
    name
}

/// Section 2.4, with the form `\` and two hexadecimal digits for all that has to be escaped.
fn escape(value: &str, into: &mut String) {
    let last = value.len().saturating_sub(1);
    for (place, character) in value.char_indices() {
        let ends = place == 0 || place == last;
        let is_special = match character {
            '"' | '+' | ',' | ';' | '<' | '=' | '>' | '\\' => true,
            ' ' => ends,
            '#' => place == 0,
            // Only NUL has to be; of the others nobody needs to find out how a server reads them.
            _ => character.is_ascii_control(),
        };
        if is_special {
            into.push_str(&format!("\\{:02x}", u32::from(character)));
        } else {
            into.push(character);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(value: &str) -> String {
        let mut text = String::new();
        escape(value, &mut text);
        text
    }

    #[test]
    fn a_user_is_one_attribute_below_the_base() {
        assert_eq!(distinguished("uid", "ann", "ou=people,dc=x"), "uid=ann,ou=people,dc=x");
        assert_eq!(distinguished("cn", "Jo Do", "dc=x"), "cn=Jo Do,dc=x");
    }

    #[test]
    fn no_name_of_a_user_reaches_beyond_its_attribute() {
        for (value, expected) in [
            ("admin,ou=x", "admin\\2cou\\3dx"),
            ("a+cn=b", "a\\2bcn\\3db"),
            ("\\2c", "\\5c2c"),
            ("a;b<c>d\"e", "a\\3bb\\3cc\\3ed\\22e"),
            ("#a#", "\\23a#"),
            (" a b ", "\\20a b\\20"),
            (" ", "\\20"),
            ("a\0b\nc\u{7f}", "a\\00b\\0ac\\7f"),
            ("ünïcode", "ünïcode"),
            ("ü", "ü"),
            ("*)(uid=*", "*)(uid\\3d*"),
        ] {
            assert_eq!(escaped(value), expected, "{value:?}");
        }
    }
}
