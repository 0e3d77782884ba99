use super::{KongKey, key};

pub(super) const KEYS: &[KongKey] = &[
    key("admin_gui_error_log", "logs/admin_gui_error.log", "Where messages of the manager go."),
    key("admin_gui_csp_header", "off", "Whether pages of the manager come with a Content-Security-Policy."),
    key("status_error_log", "logs/status_error.log", "Where messages of the Status API go."),
    key("error_template_html", "", "A file with the page of an error in HTML."),
    key("error_template_json", "", "A file with the body of an error in JSON."),
    key("error_template_plain", "", "A file with the text of an error."),
    key("error_template_xml", "", "A file with the body of an error in XML."),
    key("proxy_server", "", "A proxy for requests that the gateway makes itself."),
    key("proxy_server_ssl_verify", "on", "Whether the certificate of that proxy is verified."),
    key("client_body_buffer_size", "8k", "How much of a body is kept in memory before it goes to a file."),
    key("nginx_http_client_body_buffer_size", "8k", "The same, as nginx names it."),
    key("nginx_admin_client_body_buffer_size", "10m", "The same for the Admin API."),
    key("dns_no_sync", "off", "Whether each of several who ask for one name at a time makes a query of its own."),
    key("new_dns_client", "off", "Which of Kong's two resolvers is used."),
    key("resolver_mem_cache_size", "5m", "How much memory Kong's workers share for names."),
];
