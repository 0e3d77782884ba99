//! The paths of the Admin API.

use gibbon_plugin_api::AdminPath;

use super::{issuers, mint};

/// See the module.
pub static ADMIN_PATHS: [AdminPath; 2] = [
    AdminPath {
        plugin: "jwt",
        template: "/jwt/keys",
        methods: &["GET", "HEAD", "OPTIONS"],
        operations: &[(
            "GET",
            "The keys of issuers, and of credentials with several, that this node knows, and when each was last of use.",
        )],
        on_every_node: &[],
        answer: issuers::report,
    },
    AdminPath {
        plugin: "jwt",
        template: "/jwt/mint",
        methods: &["OPTIONS", "POST"],
        operations: &[("POST", "Mint a token of a credential that is marked `development_only`.")],
        on_every_node: &[],
        answer: mint::answer,
    },
];
