//! Token counts as OpenAI tells them: the input with what the cache held.

use clasp_model::Usage;

use crate::json::read::{Kind, Read, Reader};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts(Usage);

impl Counts {
    /// Takes every count that a `usage` object gives, in the names of either dialect.
    pub(crate) fn read(&mut self, reader: &mut Reader<'_>) -> Read<()> {
        let usage = &mut self.0;
        members(reader, |reader, name| match name {
            "prompt_tokens" | "input_tokens" => count(reader, &mut usage.input),
            "completion_tokens" | "output_tokens" => count(reader, &mut usage.output),
            "prompt_tokens_details" | "input_tokens_details" => {
                members(reader, |reader, name| match name {
                    "cached_tokens" => count(reader, &mut usage.cache_read),
                    "cache_write_tokens" => count(reader, &mut usage.cache_write),
                    _ => reader.skip(),
                })
            }
            "completion_tokens_details" | "output_tokens_details" => {
                members(reader, |reader, name| match name {
                    "reasoning_tokens" => count(reader, &mut usage.reasoning),
                    _ => reader.skip(),
                })
            }
            _ => reader.skip(),
        })
    }

    pub(crate) fn usage(self) -> Usage {
        self.0
    }
}

fn members(
    reader: &mut Reader<'_>,
    member: impl FnMut(&mut Reader<'_>, &str) -> Read<()>,
) -> Read<()> {
    match reader.kind()? {
        Kind::Object => reader.object(member),
        _ => reader.skip(),
    }
}

fn count(reader: &mut Reader<'_>, count: &mut Option<u64>) -> Read<()> {
    if let Ok(told) = reader.raw()?.as_str().parse() {
        *count = Some(told);
    }
    Ok(())
}
