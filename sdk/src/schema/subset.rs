//! What each vendor takes of JSON Schema, as data for the converter (rule C4).

/// What a vendor takes of JSON Schema.
#[derive(Clone, Copy, Debug)]
pub struct Subset {
    /// Words that a schema may hold; `None`: every one, and only the top is converted.
    pub(super) words: Option<&'static [&'static str]>,
    /// Words at the top, where they are fewer.
    pub(super) top: Option<&'static [&'static str]>,
    /// The schema is that of a tool's arguments: its top is an object without alternatives.
    pub(super) arguments: bool,
    /// `type` may be a list.
    pub(super) type_lists: bool,
    /// Each schema has one type, only that type's words, and `nullable` for the type `null`.
    pub(super) typed: bool,
    /// Nothing may stand beside `anyOf`.
    pub(super) lone_unions: bool,
    /// An object without properties has no `properties`, and `required` names only those there are.
    pub(super) filled: bool,
    /// Values that `enum` may hold.
    pub(super) enums: Enums,
    /// Whether a `format` is taken for a type (`""`: no single one).
    pub(super) format: fn(&str, &str) -> bool,
    /// Whether a `pattern` is taken.
    pub(super) pattern: fn(&str) -> bool,
}

/// Values that `enum` may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Enums {
    /// Strings with at least one character.
    Strings,
    /// Strings and numbers.
    Scalars,
    /// Any values.
    All,
}

impl Subset {
    /// Gemini's own schemas: `functionDeclarations[].parameters`, on Vertex AI too. With
    /// [`for_output`](Self::for_output), `generationConfig.responseSchema`.
    ///
    /// <https://ai.google.dev/api/caching#Schema> and
    /// <https://cloud.google.com/vertex-ai/docs/reference/rest/v1/Schema>, as of 2026-11-21. Beyond
    /// what they say, both refuse: formats of strings other than `enum` and `date-time`, empty
    /// strings in `enum`, words of another type, arrays without `items`, objects with empty
    /// `properties`, unknown names in `required`; Vertex AI also schemas without a type, and
    /// anything beside `anyOf`.
    pub const GEMINI: Self = Self {
        words: Some(&[
            "type",
            "format",
            "title",
            "description",
            "nullable",
            "enum",
            "items",
            "minItems",
            "maxItems",
            "properties",
            "required",
            "propertyOrdering",
            "minProperties",
            "maxProperties",
            "minimum",
            "maximum",
            "minLength",
            "maxLength",
            "pattern",
            "example",
            "anyOf",
            "default",
        ]),
        top: None,
        arguments: true,
        type_lists: false,
        typed: true,
        lone_unions: true,
        filled: true,
        enums: Enums::Strings,
        format: |kind, format| match kind {
            "string" => matches!(format, "enum" | "date-time"),
            "number" => matches!(format, "float" | "double"),
            "integer" => matches!(format, "int32" | "int64"),
            _ => false,
        },
        pattern: |_| true,
    };

    /// Gemini's JSON Schema: `functionDeclarations[].parametersJsonSchema`, and with
    /// [`for_output`](Self::for_output), `generationConfig.responseJsonSchema`.
    ///
    /// <https://ai.google.dev/api/generate-content#GenerationConfig>, as of 2026-11-21. The page
    /// names `$ref` too, within limits (none beside other words, recursion only in properties that
    /// are not required); references are inlined instead.
    pub const GEMINI_JSON: Self = Self {
        words: Some(&[
            "type",
            "format",
            "title",
            "description",
            "enum",
            "items",
            "prefixItems",
            "minItems",
            "maxItems",
            "minimum",
            "maximum",
            "anyOf",
            "oneOf",
            "properties",
            "additionalProperties",
            "required",
            "propertyOrdering",
        ]),
        type_lists: true,
        typed: false,
        lone_unions: false,
        filled: false,
        enums: Enums::Scalars,
        format: |_, _| true,
        ..Self::GEMINI
    };

    /// OpenAI's function `parameters` without `strict`, and whoever takes the same: Mistral,
    /// Bedrock except Amazon's own models. All words, but the top is an object with `properties`
    /// and without `anyOf`, `oneOf`, `allOf`, `enum`, `not`.
    ///
    /// <https://platform.openai.com/docs/guides/function-calling>,
    /// <https://docs.mistral.ai/capabilities/function_calling>,
    /// <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolInputSchema.html>,
    /// as of 2026-11-21.
    pub const OPENAI: Self = Self {
        words: None,
        type_lists: true,
        typed: false,
        lone_unions: false,
        filled: false,
        enums: Enums::All,
        format: |_, _| true,
        ..Self::GEMINI
    };

    /// Amazon Nova on Bedrock, `toolSpec.inputSchema.json`: the top holds `type`, `properties` and
    /// `required` alone, so definitions are inlined.
    ///
    /// <https://docs.aws.amazon.com/nova/latest/userguide/prompting-tool-troubleshooting.html>, as
    /// of 2026-11-21.
    pub const NOVA: Self = Self {
        words: Some(&[
            "type",
            "format",
            "title",
            "description",
            "enum",
            "items",
            "prefixItems",
            "minItems",
            "maxItems",
            "uniqueItems",
            "properties",
            "required",
            "additionalProperties",
            "minProperties",
            "maxProperties",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "multipleOf",
            "minLength",
            "maxLength",
            "pattern",
            "anyOf",
            "oneOf",
            "default",
            "examples",
        ]),
        top: Some(&["type", "properties", "required"]),
        ..Self::OPENAI
    };

    /// Ollama's `tools[].function.parameters`: what its server reads and hands to the template.
    ///
    /// <https://github.com/ollama/ollama/blob/main/api/types.go> (`ToolFunctionParameters`,
    /// `ToolProperty`), as of 2026-11-21.
    pub const OLLAMA: Self = Self {
        words: Some(&["type", "description", "enum", "items", "anyOf", "properties", "required"]),
        format: |_, _| false,
        ..Self::OPENAI
    };

    /// Cohere with `strict_tools`, or as a `response_format`. An object without a required property
    /// is refused too; only the caller can leave `strict_tools` out then.
    ///
    /// <https://docs.cohere.com/docs/structured-outputs#unsupported-schema-features>, as of
    /// 2026-11-21.
    pub const COHERE: Self = Self {
        words: Some(&[
            "type",
            "format",
            "title",
            "description",
            "enum",
            "items",
            "properties",
            "required",
            "pattern",
            "default",
        ]),
        type_lists: false,
        format: |_, format| matches!(format, "date-time" | "uuid" | "date" | "time"),
        pattern: |pattern| !["^", "$", "?=", "?!"].iter().any(|sign| pattern.contains(sign)),
        ..Self::OPENAI
    };

    /// The same for an answer's structure, whose top may be of any kind.
    #[must_use]
    pub const fn for_output(self) -> Self {
        Self { arguments: false, top: None, ..self }
    }

    /// Whether a word is taken.
    pub(super) fn takes(&self, word: &str) -> bool {
        self.words.is_none_or(|words| words.contains(&word))
    }
}
