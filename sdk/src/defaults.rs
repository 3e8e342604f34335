//! `Default` for the contract's longer records, so that authors name only what they set.
#![expect(clippy::derivable_impls, reason = "the types are generated")]

use crate::types::{
    Abilities, ContextSize, Dialect, Failure, FailureKind, Manifest, Model, Request, Retry, Target,
    ToolCallDelta, Usage,
};

impl Default for Manifest {
    fn default() -> Self {
        Self {
            id: String::new(),
            name: String::new(),
            version: String::from("0.1.0"),
            description: String::new(),
            homepage: None,
            license: None,
            default_base_url: None,
            hosts: Vec::new(),
            secrets: Vec::new(),
            auth: Vec::new(),
            native: Vec::new(),
            config_schema: String::from(r#"{"type":"object","additionalProperties":false}"#),
        }
    }
}

impl Default for Target {
    fn default() -> Self {
        Self {
            base_url: String::new(),
            model: String::new(),
            context_window: None,
            max_output_tokens: None,
            abilities: None,
            config: String::from("{}"),
        }
    }
}

impl Default for Request {
    fn default() -> Self {
        Self {
            dialect: Dialect::AnthropicMessages,
            headers: Vec::new(),
            system: Vec::new(),
            messages: Vec::new(),
            tools: Vec::new(),
            tool_choice: None,
            parallel_tools: None,
            max_output_tokens: None,
            temperature: None,
            top_p: None,
            top_k: None,
            stop_sequences: Vec::new(),
            reasoning: None,
            output_schema: None,
            user: None,
            session: None,
            stream: false,
            extra: Vec::new(),
        }
    }
}

impl Default for ToolCallDelta {
    fn default() -> Self {
        Self { slot: 0, id: None, name: None, arguments: String::new(), state: None }
    }
}

impl Default for Usage {
    fn default() -> Self {
        Self { input: None, cache_read: None, cache_write: None, output: None, reasoning: None }
    }
}

impl Default for Model {
    fn default() -> Self {
        Self {
            id: String::new(),
            name: None,
            context_window: None,
            max_output_tokens: None,
            tokenizer: None,
            abilities: None,
            price: None,
            extra: Vec::new(),
        }
    }
}

impl Default for ContextSize {
    fn default() -> Self {
        Self { tokens: None, limit: None }
    }
}

impl Default for Failure {
    fn default() -> Self {
        Self {
            kind: FailureKind::ProviderError,
            context: None,
            message: String::new(),
            retry: Retry::Again,
            code: None,
            detail: None,
        }
    }
}

impl Default for Abilities {
    fn default() -> Self {
        Self::empty()
    }
}
