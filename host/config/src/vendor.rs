//! What vendors are known by besides their provider's name: the one table of exceptions.
//!
//! Whatever is not in it follows from the name: `NAME_API_KEY`, `NAME_BASE_URL`, `NAME_<SETTING>`.
//! No plugin gets another vendor's variable by asking for it (rule D7).

use crate::provider::prefix;

/// The exceptions of one vendor.
#[derive(Debug)]
pub(crate) struct Vendor {
    /// The id of its plugin.
    id: &'static str,
    /// What people call it as well.
    called: &'static [&'static str],
    /// Beginnings of other variables that are its own.
    known_by: &'static [&'static str],
    /// All variables of its base URL, in order; empty: `NAME_BASE_URL`.
    addresses: &'static [&'static str],
    /// Other variables of its settings, by the setting in upper case.
    settings: &'static [(&'static str, &'static [&'static str])],
    /// Ends of base URLs that its plugin writes itself.
    endings: &'static [&'static str],
    /// The machine's accounts with clouds (`AWS_…`, `GOOGLE_…`, `AZURE_…`, their files and
    /// metadata servers) are its own.
    accounts: bool,
}

const PLAIN: Vendor = Vendor {
    id: "",
    called: &[],
    known_by: &[],
    addresses: &[],
    settings: &[],
    endings: &[],
    accounts: false,
};

const VENDORS: &[Vendor] = &[
    Vendor {
        id: "anthropic",
        called: &["claude"],
        // `ANTHROPIC_BASE_URL` points clients at clasp: reading it would make a loop.
        addresses: &["CLASP_ANTHROPIC_BASE_URL"],
        ..PLAIN
    },
    Vendor {
        id: "azure",
        called: &["azure-openai", "openai-azure", "azureopenai"],
        addresses: &["AZURE_OPENAI_ENDPOINT", "AZURE_BASE_URL"],
        settings: &[
            ("DEPLOYMENT", &["AZURE_DEPLOYMENT_NAME", "AZURE_OPENAI_DEPLOYMENT"]),
            ("DEPLOYMENT_NAME", &["AZURE_OPENAI_DEPLOYMENT"]),
            ("API_VERSION", &["AZURE_OPENAI_API_VERSION"]),
        ],
        endings: &["/openai/v1", "/openai"],
        accounts: true,
        ..PLAIN
    },
    Vendor {
        id: "bedrock",
        called: &["aws", "amazon", "aws-bedrock", "amazon-bedrock"],
        known_by: &["AWS_"],
        settings: &[("REGION", &["AWS_REGION", "AWS_DEFAULT_REGION"])],
        accounts: true,
        ..PLAIN
    },
    Vendor { id: "cohere", known_by: &["CO_API_KEY"], ..PLAIN },
    Vendor {
        id: "gemini",
        called: &["google", "googleai", "google-ai-studio"],
        known_by: &["GOOGLE_API_KEY"],
        endings: &["/openai"],
        accounts: true,
        ..PLAIN
    },
    Vendor {
        id: "glm",
        called: &["zai", "z-ai", "zhipu", "bigmodel"],
        known_by: &["ZAI_", "ZHIPU"],
        ..PLAIN
    },
    Vendor { id: "grok", called: &["xai", "x-ai"], known_by: &["XAI_"], ..PLAIN },
    Vendor { id: "kimi", called: &["moonshot", "moonshotai"], known_by: &["MOONSHOT_"], ..PLAIN },
    Vendor {
        id: "ollama",
        addresses: &["OLLAMA_BASE_URL", "OLLAMA_HOST"],
        endings: &["/api", "/v1"],
        ..PLAIN
    },
    Vendor {
        id: "qwen",
        called: &["alibaba", "dashscope", "tongyi"],
        known_by: &["DASHSCOPE_"],
        ..PLAIN
    },
    Vendor {
        id: "responses",
        known_by: &["OPENAI_"],
        addresses: &["RESPONSES_BASE_URL", "OPENAI_BASE_URL"],
        ..PLAIN
    },
    Vendor {
        id: "vertex",
        called: &["vertexai", "vertex-ai", "google-vertex", "gcp"],
        known_by: &["GOOGLE_"],
        settings: &[
            ("PROJECT", VERTEX_PROJECT),
            ("PROJECT_ID", VERTEX_PROJECT),
            ("LOCATION", VERTEX_LOCATION),
            ("REGION", VERTEX_LOCATION),
        ],
        accounts: true,
        ..PLAIN
    },
];

const VERTEX_PROJECT: &[&str] =
    &["GOOGLE_CLOUD_PROJECT", "VERTEX_PROJECT", "VERTEX_PROJECT_ID", "GCLOUD_PROJECT"];
const VERTEX_LOCATION: &[&str] =
    &["GOOGLE_CLOUD_LOCATION", "VERTEX_LOCATION", "VERTEX_REGION", "GOOGLE_CLOUD_REGION"];

/// The exceptions for a provider; those of a vendor hold only under the vendor's own name.
pub(crate) fn of(name: &str) -> &'static Vendor {
    VENDORS.iter().find(|vendor| vendor.id == name).unwrap_or(&PLAIN)
}

/// Whether there are exceptions for a provider of this name.
pub(crate) fn is_known(name: &str) -> bool {
    VENDORS.iter().any(|vendor| vendor.id == name)
}

/// The id of the vendor that people call `name`.
pub(crate) fn called(name: &str) -> Option<&'static str> {
    VENDORS.iter().find(|vendor| vendor.called.contains(&name)).map(|vendor| vendor.id)
}

impl Vendor {
    /// The variables that may hold the base URL of the provider `name`, in order.
    pub(crate) fn addresses(&self, name: &str) -> Vec<String> {
        match self.addresses {
            [] => vec![format!("{}_BASE_URL", prefix(name))],
            listed => listed.iter().map(|variable| (*variable).to_owned()).collect(),
        }
    }

    /// Whether the provider `name` may ask for a variable.
    pub(crate) fn may_read(&self, name: &str, variable: &str) -> bool {
        let rest = variable.strip_prefix(prefix(name).as_str());
        rest.is_some_and(|rest| rest.starts_with('_'))
            || self.known_by.iter().any(|known| variable.starts_with(known))
    }

    /// Other variables of a setting.
    pub(crate) fn setting(&self, setting: &str) -> &'static [&'static str] {
        let found = self.settings.iter().find(|(name, _)| *name == setting);
        found.map_or(&[], |(_, variables)| variables)
    }

    /// Ends of base URLs that the plugin writes itself.
    pub(crate) fn endings(&self) -> &'static [&'static str] {
        self.endings
    }

    /// Whether the machine's accounts with clouds are its own.
    pub(crate) fn has_accounts(&self) -> bool {
        self.accounts
    }
}
