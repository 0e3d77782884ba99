//! TLS before an origin that speaks none.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;

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
        let folder = tempfile::tempdir().expect("a folder is to be had");
        let certificate = folder.path().join("certificate.pem");
        std::fs::write(&certificate, made.cert.pem()).expect("the certificate is written");
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime is to be had");
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let names = Arc::default();
        let behind = SocketAddr::from((Ipv4Addr::LOCALHOST, origin.port()));
        runtime.spawn(accept(listener, acceptor(&made), behind, Arc::clone(&names)));
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

fn acceptor(made: &CertifiedKey<rcgen::KeyPair>) -> TlsAcceptor {
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the versions are known")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
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
