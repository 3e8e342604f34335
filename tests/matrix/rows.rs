//! The providers of the matrix: what is set for each, and what it does not have.

use clasp_tests::support::clasp::{KEY, Setup};
use clasp_tests::support::upstream::Vendor;

use crate::cells::{Cell, Scenario};
use crate::dialect::{DIALECTS, Dialect};

/// A provider, with one of its models.
#[derive(Debug)]
pub struct Row {
    /// As the table has it.
    pub name: &'static str,
    /// The plugin that speaks to it.
    pub plugin: &'static str,
    model: &'static str,
    /// Variables; `{vendor}` is the scripted provider's address.
    settings: &'static [(&'static str, &'static str)],
    /// It tells what it thinks in several parts.
    pub summaries: bool,
    holes: &'static [&'static Hole],
}

/// What a provider does not have.
#[derive(Debug, PartialEq, Eq)]
pub struct Hole {
    scenario: Scenario,
    dialects: &'static [Dialect],
    pub tested: Tested,
    /// For the reader of the table.
    pub reason: &'static str,
}

/// What is tested instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tested {
    /// A 400 with these words.
    Refusal(&'static str),
    /// An answer without it.
    Silence,
}

const OPEN: Row =
    Row { name: "", plugin: "", model: "", settings: &[], summaries: false, holes: &[] };

const DOES_NOT_THINK: Hole = Hole {
    scenario: Scenario::Reasoning,
    dialects: &DIALECTS,
    tested: Tested::Silence,
    reason: "GPT-4.1 does not reason: the wish is left out, and the answer comes without.",
};

const REFUSES_TO_THINK: Hole = Hole {
    scenario: Scenario::Reasoning,
    dialects: &[Dialect::Responses],
    tested: Tested::Refusal("is not supported with this model"),
    reason: "GPT-4.1 does not reason, and untranslated the client's wish reaches OpenAI: its own \
             400 comes back.",
};

const REFUSES_TO_THINK_IN_CHAT: Hole = Hole {
    dialects: &[Dialect::Chat],
    tested: Tested::Refusal("reasoning_effort"),
    ..REFUSES_TO_THINK
};

const NOT_TOLD_IN_CHAT: Hole = Hole {
    scenario: Scenario::Reasoning,
    dialects: &[Dialect::Chat],
    tested: Tested::Silence,
    reason: "OpenAI's own Chat Completions, where the request goes untranslated, never tell what \
             a model thinks.",
};

const SEES_NOTHING: Hole = Hole {
    scenario: Scenario::Image,
    dialects: &DIALECTS,
    tested: Tested::Refusal("takes no images"),
    reason: "The model takes no images: clasp answers with a 400 that says so.",
};

const ANTHROPIC: Row = Row {
    name: "`anthropic`",
    plugin: "anthropic",
    model: "claude-sonnet-4-5",
    settings: &[
        ("PROVIDER", "anthropic"),
        ("ANTHROPIC_API_KEY", KEY),
        ("CLASP_ANTHROPIC_BASE_URL", "{vendor}/anthropic"),
    ],
    ..OPEN
};

const OPENAI_CHAT: Row = Row {
    name: "`openai`, GPT-4.1: Chat Completions",
    plugin: "openai",
    model: "gpt-4.1",
    settings: &[
        ("PROVIDER", "openai"),
        ("OPENAI_API_KEY", "key-of-openai"),
        ("OPENAI_BASE_URL", "{vendor}/openai/v1"),
    ],
    holes: &[&REFUSES_TO_THINK, &REFUSES_TO_THINK_IN_CHAT, &DOES_NOT_THINK],
    ..OPEN
};

const OPENAI_RESPONSES: Row = Row {
    name: "`openai`, GPT-5: Responses",
    model: "gpt-5",
    summaries: true,
    holes: &[&NOT_TOLD_IN_CHAT],
    ..OPENAI_CHAT
};

const OPENROUTER: Row = Row {
    name: "`openrouter`, Claude",
    plugin: "openrouter",
    model: "anthropic/claude-sonnet-4.5",
    settings: &[
        ("PROVIDER", "openrouter"),
        ("OPENROUTER_API_KEY", "key-of-openrouter"),
        ("OPENROUTER_BASE_URL", "{vendor}/openrouter/api/v1"),
    ],
    ..OPEN
};

const RESPONSES: Row = Row {
    name: "`responses`",
    plugin: "responses",
    model: "open-model-1",
    settings: &[
        ("PROVIDER", "responses"),
        ("RESPONSES_API_KEY", "key-of-responses"),
        ("RESPONSES_BASE_URL", "{vendor}/responses/v1"),
    ],
    summaries: true,
    ..OPEN
};

const VERTEX_GEMINI: Row = Row {
    name: "`vertex`, Gemini",
    plugin: "vertex",
    model: "gemini-3.1-pro-preview",
    settings: &[
        ("PROVIDER", "vertex"),
        ("GOOGLE_ACCESS_TOKEN", "key-of-vertex"),
        ("GOOGLE_CLOUD_PROJECT", "scripted"),
        ("VERTEX_BASE_URL", "{vendor}/vertex"),
    ],
    ..OPEN
};

pub const ROWS: &[Row] = &[
    ANTHROPIC,
    Row {
        name: "`anthropic`, `ANTHROPIC_LANE=off`",
        settings: &[
            ("PROVIDER", "anthropic"),
            ("ANTHROPIC_API_KEY", KEY),
            ("ANTHROPIC_LANE", "off"),
            ("CLASP_ANTHROPIC_BASE_URL", "{vendor}/anthropic"),
        ],
        ..ANTHROPIC
    },
    Row {
        name: "`azure`, GPT-4.1: Chat Completions, dated API",
        plugin: "azure",
        model: "main",
        settings: &[
            ("PROVIDER", "azure"),
            ("AZURE_API_KEY", "key-of-azure"),
            ("AZURE_API_VERSION", "2024-10-21"),
            ("AZURE_DEPLOYMENTS", r#"{"main": "gpt-4.1"}"#),
            ("AZURE_OPENAI_ENDPOINT", "{vendor}/azure"),
        ],
        holes: &[&DOES_NOT_THINK],
        ..OPEN
    },
    Row {
        name: "`azure`, GPT-5: Responses, v1 API",
        plugin: "azure",
        model: "deep",
        settings: &[
            ("PROVIDER", "azure"),
            ("AZURE_API_KEY", "key-of-azure"),
            ("AZURE_DEPLOYMENTS", r#"{"deep": "gpt-5"}"#),
            ("AZURE_OPENAI_ENDPOINT", "{vendor}/azure"),
        ],
        summaries: true,
        ..OPEN
    },
    Row {
        name: "`bedrock`, Claude",
        plugin: "bedrock",
        model: "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        settings: &[
            ("PROVIDER", "bedrock"),
            ("AWS_ACCESS_KEY_ID", "AKIDSCRIPTED"),
            ("AWS_SECRET_ACCESS_KEY", "key-of-bedrock"),
            ("AWS_REGION", "us-east-1"),
            ("BEDROCK_BASE_URL", "{vendor}/bedrock"),
        ],
        ..OPEN
    },
    Row {
        name: "`cohere`",
        plugin: "cohere",
        model: "command-a-plus-05-2026",
        settings: &[
            ("PROVIDER", "cohere"),
            ("COHERE_API_KEY", "key-of-cohere"),
            ("COHERE_BASE_URL", "{vendor}/cohere"),
        ],
        ..OPEN
    },
    Row {
        name: "`custom` (profile)",
        plugin: "compat",
        model: "my-model",
        settings: &[
            ("PROVIDER", "custom"),
            ("CUSTOM_API_KEY", KEY),
            ("CUSTOM_BASE_URL", "{vendor}/v1"),
        ],
        ..OPEN
    },
    Row {
        name: "`deepseek` (profile)",
        plugin: "compat",
        model: "deepseek-v4-pro",
        settings: &[
            ("PROVIDER", "deepseek"),
            ("DEEPSEEK_API_KEY", "key-of-deepseek"),
            ("DEEPSEEK_BASE_URL", "{vendor}/deepseek"),
        ],
        holes: &[&SEES_NOTHING],
        ..OPEN
    },
    Row {
        name: "`gemini`",
        plugin: "gemini",
        model: "gemini-3.1-pro-preview",
        settings: &[
            ("PROVIDER", "gemini"),
            ("GEMINI_API_KEY", "key-of-gemini"),
            ("GEMINI_BASE_URL", "{vendor}/gemini"),
        ],
        ..OPEN
    },
    Row {
        name: "`ollama`",
        plugin: "ollama",
        model: "qwen3-vl:8b",
        settings: &[("PROVIDER", "ollama"), ("OLLAMA_BASE_URL", "{vendor}/ollama")],
        ..OPEN
    },
    Row {
        name: "`minimax` (profile)",
        plugin: "compat",
        model: "MiniMax-M2.7",
        settings: &[
            ("PROVIDER", "minimax"),
            ("MINIMAX_API_KEY", "key-of-minimax"),
            ("MINIMAX_BASE_URL", "{vendor}/minimax/v1"),
        ],
        holes: &[&SEES_NOTHING],
        ..OPEN
    },
    OPENAI_CHAT,
    Row {
        name: "`openai`, GPT-4.1, `OPENAI_LANE=off`",
        settings: &[
            ("PROVIDER", "openai"),
            ("OPENAI_API_KEY", "key-of-openai"),
            ("OPENAI_BASE_URL", "{vendor}/openai/v1"),
            ("OPENAI_LANE", "off"),
        ],
        holes: &[&DOES_NOT_THINK],
        ..OPENAI_CHAT
    },
    OPENAI_RESPONSES,
    Row {
        name: "`openai`, GPT-5, `OPENAI_LANE=off`",
        settings: &[
            ("PROVIDER", "openai"),
            ("OPENAI_API_KEY", "key-of-openai"),
            ("OPENAI_BASE_URL", "{vendor}/openai/v1"),
            ("OPENAI_LANE", "off"),
        ],
        holes: &[],
        ..OPENAI_RESPONSES
    },
    OPENROUTER,
    Row {
        name: "`openrouter`, `OPENROUTER_LANE=off`",
        settings: &[
            ("PROVIDER", "openrouter"),
            ("OPENROUTER_API_KEY", "key-of-openrouter"),
            ("OPENROUTER_BASE_URL", "{vendor}/openrouter/api/v1"),
            ("OPENROUTER_LANE", "off"),
        ],
        ..OPENROUTER
    },
    RESPONSES,
    Row {
        name: "`responses`, `RESPONSES_LANE=off`",
        settings: &[
            ("PROVIDER", "responses"),
            ("RESPONSES_API_KEY", "key-of-responses"),
            ("RESPONSES_BASE_URL", "{vendor}/responses/v1"),
            ("RESPONSES_LANE", "off"),
        ],
        ..RESPONSES
    },
    VERTEX_GEMINI,
    Row { name: "`vertex`, Claude", model: "claude-sonnet-4-5", ..VERTEX_GEMINI },
];

impl Row {
    /// Clasp with this provider, at the scripted one.
    pub fn setup(&self, vendor: &Vendor) -> Setup {
        let address = format!("http://{}", vendor.address());
        let setup = Setup::bare().env("CLASP_MODEL", self.model);
        let set = |setup: Setup, (name, value): &(&str, &str)| {
            setup.env(name, &value.replace("{vendor}", &address))
        };
        self.settings.iter().fold(setup, set)
    }

    /// What it does not have of this cell.
    pub fn hole(&self, cell: Cell) -> Option<&'static Hole> {
        let fits =
            |hole: &&&Hole| hole.scenario == cell.scenario && hole.dialects.contains(&cell.dialect);
        self.holes.iter().find(fits).copied()
    }
}
