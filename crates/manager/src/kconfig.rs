//! `/kconfig.js`: where a manager that was made for Kong finds the Admin API.

use gibbon_conf::{Conf, Listener};

/// The script. All values are text, as in Kong's; what can stand in them has been checked with the settings.
pub(crate) fn script(conf: &Conf) -> String {
    let port = |of_tls: bool| {
        let found = conf.admin.listeners.iter().find(|listener: &&Listener| listener.tls == of_tls);
        found.map_or_else(String::new, |listener| listener.address.port().to_string())
    };
    let path = if conf.manager.path.is_empty() { "/" } else { &conf.manager.path };
    let values = [
        ("ADMIN_GUI_PATH", path.to_owned()),
        ("ADMIN_API_URL", conf.manager.api_url.clone()),
        ("ADMIN_API_PORT", port(false)),
        ("ADMIN_API_SSL_PORT", port(true)),
        ("ANONYMOUS_REPORTS", "false".to_owned()),
    ];
    let lines = values.map(|(name, value)| format!("  '{name}': '{value}'"));
    format!("window.K_CONFIG = {{\n{}\n}}\n", lines.join(",\n"))
}
