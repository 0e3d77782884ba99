use super::{KongKey, key};

pub(super) const KEYS: &[KongKey] = &[
    key("cluster_listen", "0.0.0.0:8005", "The addresses on which a control plane awaits data planes."),
    key("cluster_control_plane", "127.0.0.1:8005", "The control plane of a data plane."),
    key(
        "cluster_mtls",
        "shared",
        "How the two know each other: by one certificate (`shared`) or by an authority (`pki`).",
    ),
    key("cluster_cert", "", "The certificate with which they speak."),
    key("cluster_cert_key", "", "Its key."),
    key("cluster_ca_cert", "", "The authority of those certificates."),
    key("cluster_server_name", "", "The name under which a data plane looks for the control plane's certificate."),
    key("cluster_data_plane_purge_delay", "1209600", "Seconds after which a silent data plane is forgotten."),
    key("cluster_ocsp", "off", "Whether certificates of data planes are checked by OCSP."),
    key("cluster_max_payload", "16777216", "Bytes of a configuration on its way to a data plane."),
    key("cluster_use_proxy", "off", "Whether a data plane uses `proxy_server` to reach the control plane."),
    key("cluster_dp_labels", "", "Labels that a data plane gives itself."),
    key("cluster_rpc", "off", "Whether control and data planes call each other."),
    key("cluster_rpc_sync", "off", "Whether only changes of a configuration are sent."),
    key("cluster_cjson", "off", "Which library reads and writes JSON between them."),
    key("kic", "off", "Whether the Kubernetes ingress controller steers the gateway."),
];
