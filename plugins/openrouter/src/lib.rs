//! OpenRouter: the models of many vendors behind one API.
//!
//! The work is the SDK's OpenAI-compatible base; here stands what each vendor's models take
//! ([`family`]), the operator's settings ([`settings`]), what an error of a vendor says
//! ([`errors`]), and the list of models ([`models`]).
//!
//! <https://openrouter.ai/docs>

mod errors;
mod family;
mod models;
mod settings;

use clasp_plugin::{
    Auth, Begun, Dialect, Event, Exchange, Failure, Field, Frame, Framing, Header, HttpRequest,
    HttpResponse, Manifest, Model, Native, Provider, Request, Secret, Target, Template, chat,
    names,
};

use self::settings::Settings;

/// The provider `openrouter`.
#[derive(Debug)]
pub struct OpenRouter;

/// Reads one answer.
#[derive(Debug)]
pub struct Answer(chat::Answer);

impl Provider for OpenRouter {
    type State = chat::State;
    type Exchange = Answer;

    fn manifest() -> Manifest {
        Manifest {
            id: "openrouter".into(),
            name: "OpenRouter".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            description: "The models of many vendors behind one API".into(),
            homepage: Some("https://openrouter.ai/docs".into()),
            license: Some(env!("CARGO_PKG_LICENSE").into()),
            default_base_url: Some("https://openrouter.ai/api/v1".into()),
            hosts: vec!["openrouter.ai".into()],
            secrets: vec![Secret {
                name: "api-key".into(),
                description: "An API key of openrouter.ai".into(),
                env: vec!["OPENROUTER_API_KEY".into()],
                required: true,
            }],
            auth: vec![Auth::Header(Template {
                name: "authorization".into(),
                value: "Bearer {api-key}".into(),
            })],
            native: vec![Native { dialect: Dialect::OpenaiChat, path: "/chat/completions".into() }],
            config_schema: include_str!("../settings.schema.json").into(),
        }
    }

    fn begin(target: &Target, request: &Request) -> Result<Begun<chat::State>, Failure> {
        let settings = Settings::read(target)?;
        let mut given = settings.members(request);
        if let Some(session) = &request.session {
            let value = serde_json::Value::from(names::short_id(session, 128)).to_string();
            given.push(Field { name: "session_id".into(), value });
        }
        let profile = family::profile(&target.model);
        let mut begun = chat::begin_with(&profile, target, request, &given)?;
        begun.http.headers.extend(settings.headers());
        Ok(begun)
    }

    fn exchange(target: Target, state: chat::State) -> Answer {
        Answer(chat::Answer::new(&family::profile(&target.model), state))
    }

    fn list_models(_: &Target) -> Option<HttpRequest> {
        Some(chat::list_models())
    }

    fn parse_models(response: &HttpResponse) -> Result<Vec<Model>, Failure> {
        models::parse(response)
    }
}

impl Exchange for Answer {
    fn accept(&mut self, status: u16, headers: &[Header]) -> Framing {
        self.0.accept(status, headers)
    }

    fn feed(&mut self, frame: &Frame, events: &mut Vec<Event>) {
        let before = events.len();
        self.0.feed(frame, events);
        for event in events.iter_mut().skip(before) {
            if let Event::Failed(failure) = event {
                *failure = errors::explained(failure.clone());
            }
        }
    }

    fn end(&mut self, events: &mut Vec<Event>) {
        self.0.end(events);
    }

    fn reject(&mut self, response: &HttpResponse) -> Failure {
        errors::explained(self.0.reject(response))
    }
}

clasp_plugin::export!(OpenRouter);

#[cfg(test)]
mod tests {
    #[test]
    fn cases() {
        clasp_plugin::cases::run::<super::OpenRouter>(env!("CARGO_MANIFEST_DIR"));
    }
}
