//! What the ports of one kind show clients, and what they ask them for.

use super::pem::{self, Pem, PemPair};
use crate::key::{Key, Kind};
use crate::reader::Reader;
use crate::switch::choose;

/// Certificates of the ports of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PortTls {
    /// What clients are shown; a certificate of the gateway's own making where there is none.
    pub certificates: Vec<PemPair>,
    /// What they are asked for.
    pub clients: ClientCertificates,
}

/// Whether clients have to show a certificate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ClientCertificates {
    /// They are not asked for one.
    #[default]
    Unwanted,
    /// One that is shown has to come from these authorities.
    Optional(Pem),
    /// There has to be one, from these authorities.
    Required(Pem),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verify {
    On,
    Off,
    Optional,
}

/// The keys of the ports of one kind.
pub(crate) struct PortTlsKeys {
    pub(crate) certificates: Key<Vec<Pem>>,
    pub(crate) keys: Key<Vec<Pem>>,
    pub(crate) verify: Key<Verify>,
    pub(crate) authorities: Key<Vec<Pem>>,
}

const VERIFY_KIND: Kind = Kind::Choice("`on`, `off` or `optional`");

fn verify(text: &str) -> Result<Verify, String> {
    choose(text, &[("on", Verify::On), ("off", Verify::Off), ("optional", Verify::Optional)])
}

pub(crate) const PROXY: PortTlsKeys = PortTlsKeys {
    certificates: Key::new(
        "ssl_cert",
        "",
        Kind::List,
        pem::of_certificate,
        "The certificates that clients of the proxy are shown when none of the Admin API's `certificates` is for the name \
         that they ask for: files, PEM, or PEM in base64, with commas between; several are for clients that know keys of \
         one kind only (RSA, ECDSA). When it is not given, the gateway makes one, in the folder `ssl` below the prefix.",
    ),
    keys: Key::new(
        "ssl_cert_key",
        "",
        Kind::List,
        pem::of_key,
        "The private keys of `ssl_cert`, in the same order.",
    )
    .secret(),
    verify: Key::new(
        "ssl_verify_client",
        "off",
        VERIFY_KIND,
        verify,
        "Whether clients of the proxy have to show a certificate (`on`), or may (`optional`): one of the authorities of \
         `ssl_client_certificate`. It is `on` as soon as those are given.",
    )
    .also(&["nginx_proxy_ssl_verify_client"]),
    authorities: Key::new(
        "ssl_client_certificate",
        "",
        Kind::Path,
        pem::of_certificate,
        "The authorities that vouch for clients of the proxy: a file with certificates, or PEM.",
    )
    .also(&["nginx_proxy_ssl_client_certificate"]),
};

pub(crate) const ADMIN: PortTlsKeys = PortTlsKeys {
    certificates: Key::new(
        "admin_ssl_cert",
        "",
        Kind::List,
        pem::of_certificate,
        "The certificates of the Admin API's ports with `ssl`, as in `ssl_cert`.",
    ),
    keys: Key::new("admin_ssl_cert_key", "", Kind::List, pem::of_key, "The private keys of `admin_ssl_cert`.").secret(),
    verify: Key::new(
        "admin_ssl_verify_client",
        "off",
        VERIFY_KIND,
        verify,
        "Whether clients of the Admin API's ports with `ssl` have to show a certificate of the authorities of \
         `admin_ssl_client_certificate`. It is `on` as soon as those are given.",
    )
    .also(&["nginx_admin_ssl_verify_client"]),
    authorities: Key::new(
        "admin_ssl_client_certificate",
        "",
        Kind::Path,
        pem::of_certificate,
        "The authorities that vouch for clients of the Admin API: a file with certificates, or PEM.",
    )
    .also(&["nginx_admin_ssl_client_certificate"]),
};

pub(crate) const MANAGER: PortTlsKeys = PortTlsKeys {
    certificates: Key::new(
        "admin_gui_ssl_cert",
        "",
        Kind::List,
        pem::of_certificate,
        "The certificates of the manager's ports with `ssl`, as in `ssl_cert`.",
    ),
    keys: Key::new("admin_gui_ssl_cert_key", "", Kind::List, pem::of_key, "The private keys of `admin_gui_ssl_cert`.")
        .secret(),
    verify: Key::new(
        "admin_gui_ssl_verify_client",
        "off",
        VERIFY_KIND,
        verify,
        "Whether clients of the manager's ports with `ssl` have to show a certificate of the authorities of \
         `admin_gui_ssl_client_certificate`. It is `on` as soon as those are given.",
    ),
    authorities: Key::new(
        "admin_gui_ssl_client_certificate",
        "",
        Kind::Path,
        pem::of_certificate,
        "The authorities that vouch for clients of the manager: a file with certificates, or PEM.",
    ),
};

pub(crate) const STATUS: PortTlsKeys = PortTlsKeys {
    certificates: Key::new(
        "status_ssl_cert",
        "",
        Kind::List,
        pem::of_certificate,
        "The certificates of the Status API's ports with `ssl`, as in `ssl_cert`.",
    ),
    keys: Key::new("status_ssl_cert_key", "", Kind::List, pem::of_key, "The private keys of `status_ssl_cert`.")
        .secret(),
    verify: Key::new(
        "status_ssl_verify_client",
        "off",
        VERIFY_KIND,
        verify,
        "Whether clients of the Status API's ports with `ssl` have to show a certificate of the authorities of \
         `status_ssl_client_certificate`. It is `on` as soon as those are given.",
    )
    .also(&["nginx_status_ssl_verify_client"]),
    authorities: Key::new(
        "status_ssl_client_certificate",
        "",
        Kind::Path,
        pem::of_certificate,
        "The authorities that vouch for clients of the Status API: a file with certificates, or PEM.",
    )
    .also(&["nginx_status_ssl_client_certificate"]),
};

pub(crate) fn read(reader: &mut Reader, of: &PortTlsKeys) -> PortTls {
    let certificates = pem::pairs(reader, &of.certificates, &of.keys);
    let authorities = reader.read(&of.authorities).into_iter().next();
    let usual = if authorities.is_some() { Verify::On } else { Verify::Off };
    let clients = match (reader.read_given(&of.verify).unwrap_or(usual), authorities) {
        (Verify::Off, _) => ClientCertificates::Unwanted,
        (Verify::On, Some(authorities)) => ClientCertificates::Required(authorities),
        (Verify::Optional, Some(authorities)) => ClientCertificates::Optional(authorities),
        (Verify::On | Verify::Optional, None) => {
            let reason = format!("`{}` has to name the authorities", of.authorities.doc.name);
            reader.refuse(&of.verify, reason);
            ClientCertificates::Unwanted
        }
    };
    PortTls { certificates, clients }
}
