//! The system prompt.
//!
//! Rule: it goes on as the client wrote it (C14), but for one line that a client adds for its own
//! vendor's billing and that differs from conversation to conversation: it would spoil every other
//! provider's prompt cache (C11).

use clasp_model::{ByteString, Text};

use super::content;
use crate::json::read::{Fault, Read, Reader};

/// How the text begins that is left out.
const BILLING_HEADER: &str = "x-anthropic-billing-header:";

pub(super) fn prompt(reader: &mut Reader<'_>) -> Read<Vec<Text>> {
    let mut system = reader.text_or_parts(
        |text| Some(Text { text, ..Text::default() }),
        |reader| {
            let kind = reader.peek("type")?.ok_or_else(|| Fault::missing("type"))?;
            if kind != "text" {
                let message = format!("Input should be 'text', not {:?}", &*kind);
                return Err(Fault::new(message).under("type"));
            }
            content::text(reader)
        },
    )?;
    system.retain_mut(|block| {
        block.text = without_billing_header(std::mem::take(&mut block.text));
        !block.text.is_empty()
    });
    Ok(system)
}

fn without_billing_header(text: ByteString) -> ByteString {
    if !text.starts_with(BILLING_HEADER) {
        return text;
    }
    let rest = text.split_once('\n').map_or("", |(_, rest)| rest);
    text.slice_ref(rest)
}
