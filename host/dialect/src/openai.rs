//! What OpenAI's two dialects have in common.

pub(crate) mod choice;
pub(crate) mod error;
pub(crate) mod lane;

use clasp_model::Failure;

use crate::json::read::Fault;

/// The failure to answer a fault in `body` with: it names the place as `input[3].content[0].type`,
/// and so does the error's `param` (rule D5).
pub(crate) fn failure(fault: Fault, body: &str) -> Failure {
    let (steps, message) = fault.into_parts(body);
    let mut path = String::new();
    for step in steps {
        if step.bytes().all(|byte| byte.is_ascii_digit()) {
            path.push_str(&format!("[{step}]"));
            continue;
        }
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(&step);
    }
    if path.is_empty() {
        return Failure::invalid(message);
    }
    let mut failure = Failure::invalid(format!("{path}: {message}"));
    failure.detail = Some(error::detail_of(&path));
    failure
}

#[cfg(test)]
mod tests {
    use crate::json::read::{Fault, Reader};

    #[test]
    fn d05_faults_name_their_place() {
        let fault = Fault::missing("type").under(0).under("content").under(3).under("input");
        let failure = super::failure(fault, "");
        assert_eq!(failure.message, "input[3].content[0].type: Field required");
        assert_eq!(
            failure.detail.as_ref().map(|detail| detail.as_str()),
            Some(r#"{"param":"input[3].content[0].type"}"#)
        );
        let body = "{\n]".into();
        let fault = Reader::new(&body).object(|reader, _| reader.skip()).err();
        let failure = fault.map(|fault| super::failure(fault, &body));
        let failure = failure.map(|failure| (failure.message, failure.detail));
        let message = "The request body is not valid JSON: ']' where a member's name in quotes \
                       should be at line 2 column 1";
        assert_eq!(failure, Some((message.to_owned(), None)));
    }
}
