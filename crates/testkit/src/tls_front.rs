//! TLS before an origin that speaks none.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rcgen::generate_simple_self_signed;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;

use crate::authority::{Authority, Issued};
use crate::origin::Origin;

/// A port that speaks TLS with a certificate of its own making, and passes everything on to an origin.
pub struct TlsFront {
    port: u16,
    names: Arc<Mutex<Vec<Option<String>>>>,
    certificate: PathBuf,
    _folder: TempDir,
    _runtime: Runtime,
}

impl TlsFront {
    /// Stands before `origin` with a certificate for `name`.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn before(origin: &Origin, name: &str) -> Self {
        let made = generate_simple_self_signed([name.to_owned()]).expect("a certificate is made");
        let issued = Issued { cert: made.cert.pem(), key: made.signing_key.serialize_pem() };
        Self::start(origin.port(), &issued, WebPkiClientVerifier::no_client_auth())
    }

    /// Stands before `origin` with this certificate.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn with(origin: &Origin, issued: &Issued) -> Self {
        Self::start(origin.port(), issued, WebPkiClientVerifier::no_client_auth())
    }

    /// Stands before whatever listens on this port of this machine.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn before_port(behind: u16, issued: &Issued) -> Self {
        Self::start(behind, issued, WebPkiClientVerifier::no_client_auth())
    }

    /// The same, for those only who show a certificate of this authority.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn asking(origin: &Origin, issued: &Issued, clients: &Authority) -> Self {
        Self::start(origin.port(), issued, clients.verifier())
    }

    fn start(behind: u16, issued: &Issued, clients: Arc<dyn ClientCertVerifier>) -> Self {
        let folder = tempfile::tempdir().expect("a folder is to be had");
        let certificate = folder.path().join("certificate.pem");
        std::fs::write(&certificate, &issued.cert).expect("the certificate is written");
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime is to be had");
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let names = Arc::default();
        let behind = SocketAddr::from((Ipv4Addr::LOCALHOST, behind));
        runtime.spawn(accept(listener, acceptor(issued, clients), behind, Arc::clone(&names)));
        Self { port, names, certificate, _folder: folder, _runtime: runtime }
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The file with its certificate, for those who trust it.
    pub fn certificate(&self) -> &str {
        self.certificate.to_str().expect("the path is UTF-8")
    }

    /// The names that handshakes have asked for.
    pub fn names(&self) -> Vec<Option<String>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn acceptor(issued: &Issued, clients: Arc<dyn ClientCertVerifier>) -> TlsAcceptor {
    let key = PrivateKeyDer::from_pem_slice(issued.key.as_bytes()).expect("it is PEM");
    let chain = CertificateDer::pem_slice_iter(issued.cert.as_bytes()).map(|cert| cert.expect("it is PEM"));
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the versions are known")
        .with_client_cert_verifier(clients)
        .with_single_cert(chain.collect(), key)
        .expect("the key fits");
    TlsAcceptor::from(Arc::new(config))
}

async fn accept(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    behind: SocketAddr,
    names: Arc<Mutex<Vec<Option<String>>>>,
) {
    while let Ok((client, _)) = listener.accept().await {
        let (acceptor, names) = (acceptor.clone(), Arc::clone(&names));
        tokio::spawn(async move {
            let Ok(mut client) = acceptor.accept(client).await else { return };
            let name = client.get_ref().1.server_name().map(str::to_owned);
            names.lock().unwrap_or_else(PoisonError::into_inner).push(name);
            let Ok(mut origin) = TcpStream::connect(behind).await else { return };
            let _ = tokio::io::copy_bidirectional(&mut client, &mut origin).await;
        });
    }
}
