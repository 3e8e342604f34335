use clasp_model::{FunctionTool, Json};

use super::function;

fn types(description: &str, schema: &str) -> (String, bool) {
    function(&FunctionTool {
        name: "f".into(),
        description: Some(description.to_owned().into()),
        parameters: Json::from_checked(schema.to_owned().into()),
        strict: None,
        cache: None,
        extra: Vec::new(),
    })
}

/// The example of OpenAI's article on the format.
#[test]
fn a_function_is_a_type() {
    let (text, bare) = types(
        "Gets the current weather.",
        r#"{"type":"object","properties":{
            "location":{"type":"string","description":"The city"},
            "format":{"type":"string","enum":["celsius","fahrenheit"],"default":"celsius"}},
            "required":["location"]}"#,
    );
    let wanted = "// Gets the current weather.\ntype f = (_: {\n// The city\nlocation: string,\n\
                  format?: \"celsius\" | \"fahrenheit\", // default: celsius\n}) => any;\n\n";
    assert_eq!(text, wanted);
    assert!(!bare);
    assert_eq!(types("", r#"{"type":"object"}"#), ("type f = () => any;\n\n".to_owned(), true));
}

#[test]
fn kinds_of_parameters() {
    let (text, _) = types(
        "",
        r##"{"$defs":{"point":{"type":"object","properties":{"x":{"type":"integer"}}}},
            "properties":{"a":{"type":"array","items":{"$ref":"#/$defs/point"}},
            "b":{"anyOf":[{"type":"string"},{"type":"null"}]},"c":{"type":["number","null"]},
            "d":{},"e":{"const":1},"f":{"type":"array"},"g":true}}"##,
    );
    let wanted = "type f = (_: {\na?: {\nx?: number,\n}[],\nb?: string | null,\nc?: number | null,\n\
                  d?: any,\ne?: 1,\nf?: any[],\ng?: any,\n}) => any;\n\n";
    assert_eq!(text, wanted);
}

#[test]
fn schemas_do_not_grow_without_bound() {
    let mut schema = String::from(r##"{"properties":{"a":{"$ref":"#/$defs/d0"}},"$defs":{"##);
    for level in 0..40 {
        let next = format!(r##"{{"$ref":"#/$defs/d{}"}}"##, level + 1);
        schema += &format!(r#""d{level}":{{"anyOf":[{next},{next},{next}]}},"#);
    }
    schema += r##""d40":{"$ref":"#/$defs/d40"}}}"##;
    let (text, _) = types("", &schema);
    assert!(text.len() < 8 * schema.len(), "{}", text.len());

    let mut schema = String::from(r#"{"type":"string"}"#);
    for _ in 0..40 {
        schema = format!(r#"{{"type":["object","object"],"properties":{{"a":{schema}}}}}"#);
    }
    let (text, _) = types("", &schema);
    assert!(text.len() < 8 * schema.len(), "{}", text.len());
    assert_eq!(types("d", "no JSON").0, "// d\ntype f = no JSON");
}
