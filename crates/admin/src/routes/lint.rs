//! `GET /lint`: what is configured and surely not meant.

use std::cmp::Reverse;

use gibbon_lint::{Finding, KEYS};
use gibbon_store::{Filter, PageRequest};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::api::AdminApi;
use crate::error::ApiError;

/// How many findings are shown; the worst come first.
const MOST: usize = 1000;

/// How many keys are read at once.
const PAGE: usize = 1000;

pub(crate) async fn show(api: &AdminApi) -> Result<Answer, ApiError> {
    let snapshot = api.configuration.snapshot();
    // A hundred thousand routes take a moment: nothing to hold up other requests with.
    let looking = tokio::task::spawn_blocking(move || gibbon_lint::all(&snapshot));
    let mut findings = looking.await.map_err(|error| ApiError::Internal(error.to_string()))?;
    findings.extend(of_keys(api).await?);
    findings.sort_by_key(|finding| (Reverse(finding.severity), finding.code, finding.kind, finding.id));
    let total = findings.len();
    let shown: Vec<Value> = findings.iter().take(MOST).map(Finding::to_json).collect();
    Ok(Answer::ok(json!({ "data": shown, "total": total })))
}

/// Of keys only the records say how they are.
async fn of_keys(api: &AdminApi) -> Result<Vec<Finding>, ApiError> {
    let mut findings = Vec::new();
    if api.configuration.definitions().get(KEYS).is_none() {
        return Ok(findings);
    }
    let mut after = None;
    loop {
        let request = PageRequest { size: PAGE, after };
        let page = api.configuration.store().page(KEYS, &Filter::default(), request).await?;
        findings.extend(page.records.iter().flat_map(|record| gibbon_lint::of_record(KEYS, record)));
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(findings),
        }
    }
}
