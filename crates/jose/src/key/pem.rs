//! PEM (RFC 7468), read as leniently as people paste it.

use super::KeyError;

/// The kinds of block that hold a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    PublicKey,
    RsaPublicKey,
    Certificate,
    PrivateKey(Form),
}

/// The structures in which private keys come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// RFC 5958.
    Pkcs8,
    /// RFC 8017 appendix A.1.2.
    Pkcs1,
    /// RFC 5915.
    Sec1,
}

/// One block, decoded.
pub(super) struct Block {
    pub(super) label: Label,
    pub(super) der: Vec<u8>,
}

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// The first block that holds a key; blocks of other kinds, such as `EC PARAMETERS`, are stepped over.
pub(super) fn first_key(text: &str) -> Result<Block, KeyError> {
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once(BEGIN) {
        let (name, body) = behind.split_once(DASHES).ok_or_else(|| damaged(""))?;
        let (body, behind) = body.split_once(END).ok_or_else(|| damaged(name))?;
        if !behind.strip_prefix(name).is_some_and(|closing| closing.starts_with(DASHES)) {
            return Err(damaged(name));
        }
        if let Some(label) = label(name)? {
            return Ok(Block { label, der: content(name, body)? });
        }
        rest = behind;
    }
    Err(KeyError::NoPem)
}

fn label(name: &str) -> Result<Option<Label>, KeyError> {
    Ok(Some(match name {
        "PUBLIC KEY" => Label::PublicKey,
        "RSA PUBLIC KEY" => Label::RsaPublicKey,
        "CERTIFICATE" | "X509 CERTIFICATE" => Label::Certificate,
        "PRIVATE KEY" => Label::PrivateKey(Form::Pkcs8),
        "RSA PRIVATE KEY" => Label::PrivateKey(Form::Pkcs1),
        "EC PRIVATE KEY" => Label::PrivateKey(Form::Sec1),
        "ENCRYPTED PRIVATE KEY" => return Err(KeyError::Encrypted),
        _ => return Ok(None),
    }))
}

fn content(name: &str, body: &str) -> Result<Vec<u8>, KeyError> {
    // OpenSSL's old encrypted form has headers in front of the base64 (RFC 1421 section 4.6.1.1).
    if body.contains("Proc-Type:") {
        return Err(KeyError::Encrypted);
    }
    base64_simd::forgiving_decode_to_vec(body.as_bytes()).map_err(|_| damaged(name))
}

fn damaged(name: &str) -> KeyError {
    // The name comes from the text, so only as much of it is repeated as a real one can have.
    KeyError::Pem(name.chars().take(40).filter(|character| !character.is_control()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn der(text: &str) -> Result<(Label, Vec<u8>), KeyError> {
        first_key(text).map(|block| (block.label, block.der))
    }

    #[test]
    fn white_space_and_line_ends_do_no_harm() {
        for text in [
            "-----BEGIN PUBLIC KEY-----\nAAEC\n-----END PUBLIC KEY-----\n",
            "-----BEGIN PUBLIC KEY-----\r\nAAEC\r\n-----END PUBLIC KEY-----\r\n",
            "\n\n  -----BEGIN PUBLIC KEY-----\n\tAA\n  EC \n -----END PUBLIC KEY-----",
            "-----BEGIN PUBLIC KEY----- AAEC -----END PUBLIC KEY-----",
            "Subject: x\n-----BEGIN PUBLIC KEY-----\nAAEC\n-----END PUBLIC KEY-----\nbehind",
        ] {
            assert_eq!(der(text), Ok((Label::PublicKey, vec![0, 1, 2])), "{text:?}");
        }
    }

    #[test]
    fn the_first_block_with_a_key_counts() {
        let two = "-----BEGIN EC PARAMETERS-----\nBggq\n-----END EC PARAMETERS-----\n\
                   -----BEGIN EC PRIVATE KEY-----\nAAEC\n-----END EC PRIVATE KEY-----\n\
                   -----BEGIN PUBLIC KEY-----\nAwQF\n-----END PUBLIC KEY-----\n";
        assert_eq!(der(two), Ok((Label::PrivateKey(Form::Sec1), vec![0, 1, 2])));
    }

    #[test]
    fn what_holds_no_key_is_told_from_what_is_damaged() {
        for text in
            ["", "rubbish", "AAEC", "-----BEGIN", "-----BEGIN DH PARAMETERS-----\nAAEC\n-----END DH PARAMETERS-----"]
        {
            assert_eq!(der(text), Err(KeyError::NoPem), "{text}");
        }
        for text in [
            "-----BEGIN PUBLIC KEY-----\nAAEC",
            "-----BEGIN PUBLIC KEY-----\nAAEC\n-----END RSA PUBLIC KEY-----",
            "-----BEGIN PUBLIC KEY-----\nAAEC\n-----END PUBLIC KEY",
            "-----BEGIN PUBLIC KEY-----\nAA?C\n-----END PUBLIC KEY-----",
        ] {
            assert_eq!(der(text), Err(KeyError::Pem("PUBLIC KEY".to_owned())), "{text}");
        }
    }

    #[test]
    fn encrypted_private_keys_are_named() {
        for text in [
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAEC\n-----END ENCRYPTED PRIVATE KEY-----",
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAEC\n-----END RSA PRIVATE KEY-----",
        ] {
            assert_eq!(der(text), Err(KeyError::Encrypted));
        }
    }
}
