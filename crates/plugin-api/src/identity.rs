//! Who a request is from, as far as plugins have found out.

use std::sync::Arc;

use gibbon_entities::Consumer;

use crate::credential::Credential;

/// The consumer and the credential of a request.
#[derive(Debug, Default, Clone)]
pub struct Identity {
    /// The consumer; an anonymous one as well.
    pub consumer: Option<Arc<Consumer>>,
    /// What proved it; `None` for an anonymous consumer. Its presence is what "authenticated" means.
    pub credential: Option<Credential>,
    /// The groups that an authentication plugin has found for the request, where it knows of groups.
    pub groups: Option<Arc<[Box<str>]>>,
}
