//! The certificate that the gateway makes itself where it was given none: clients cannot verify it, but nobody who only
//! listens learns anything.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rcgen::{CertificateParams, DnType, KeyPair};

use crate::error::TlsError;
use crate::identity::Identity;

const CERTIFICATE: &str = "gibbon-default.crt";
const KEY: &str = "gibbon-default.key";

/// The certificate in this folder, which is made where it is not there yet: clients that have learnt to trust it shall
/// not be asked again after a restart.
///
/// # Errors
/// Where what lies in the folder cannot be used, or nothing can be put there.
pub fn own(folder: &Path) -> Result<Identity, TlsError> {
    let failed = |source| TlsError::Io { what: "the gateway's own certificate", source };
    if let Some((certificate, key)) = kept(folder).map_err(failed)? {
        return Identity::from_pem([(certificate.as_str(), key.as_str())]);
    }
    let (certificate, key) = made()?;
    fs::create_dir_all(folder).map_err(failed)?;
    write(&folder.join(KEY), &key).map_err(failed)?;
    write(&folder.join(CERTIFICATE), &certificate).map_err(failed)?;
    Identity::from_pem([(certificate.as_str(), key.as_str())])
}

fn kept(folder: &Path) -> io::Result<Option<(String, String)>> {
    let read = |name| match fs::read_to_string(folder.join(name)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        other => other.map(Some),
    };
    Ok(read(CERTIFICATE)?.zip(read(KEY)?))
}

/// Nobody sees half of a file.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let unfinished = path.with_extension("unfinished");
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    file.write_all(text.as_bytes())?;
    fs::rename(unfinished, path)
}

/// A certificate and its key, as PEM.
pub(crate) fn made() -> Result<(String, String), TlsError> {
    let mut params = CertificateParams::new(["localhost".to_owned()])?;
    params.distinguished_name.push(DnType::CommonName, "localhost");
    let key = KeyPair::generate()?;
    Ok((params.self_signed(&key)?.pem(), key.serialize_pem()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn it_is_made_once_and_its_key_is_for_the_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let ssl = folder.path().join("ssl");
        own(&ssl).unwrap();
        let first = fs::read_to_string(ssl.join(CERTIFICATE)).unwrap();
        own(&ssl).unwrap();
        assert_eq!(fs::read_to_string(ssl.join(CERTIFICATE)).unwrap(), first);
        let mode = fs::metadata(ssl.join(KEY)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn what_cannot_be_used_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        own(folder.path()).unwrap();
        fs::write(folder.path().join(KEY), "damaged").unwrap();
        assert!(matches!(own(folder.path()), Err(TlsError::NoKey)));
    }
}
