//! What the plugin does to a request: it answers.

use gibbon_plugin_api::{BodyNeed, ConfigureError, Flow, Handler, Reply, RequestCx, Settings};
use serde_json::Value;

use super::config::{Answer, Config, Trigger};
use super::echo;

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, _: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    Ok(Box::new(RequestTermination(Config::read(config)?)))
}

struct RequestTermination(Config);

impl Handler for RequestTermination {
    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        if self.0.trigger.as_ref().is_some_and(|trigger| !is_triggered(trigger, cx)) {
            return Flow::Continue;
        }
        Flow::respond(match &self.0.answer {
            Answer::Fixed(reply) => reply.clone(),
            Answer::Echo { status, message } => Reply::json(*status, &echo::describe(cx, message.as_deref())),
        })
    }

    fn body_need(&self) -> BodyNeed {
        match self.0.answer {
            Answer::Fixed(_) => BodyNeed::Stream,
            Answer::Echo { .. } => BodyNeed::Buffer,
        }
    }
}

fn is_triggered(trigger: &Trigger, cx: &RequestCx<'_>) -> bool {
    let in_header = trigger.header.as_ref().is_some_and(|name| name.values(&cx.head.headers).next().is_some());
    in_header || cx.query().any(|argument| argument.name == *trigger.argument)
}
