use clasp_model::ByteString;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{error, items, value};
use crate::responses::page;

fn list(items: &[ByteString], query: &[(&str, &str)]) -> Value {
    value(&page(items, query.iter().copied()).unwrap())
}

fn said(number: usize) -> Value {
    json!({"id": format!("msg_{number}"), "type": "message", "status": "completed", "role": "user",
           "content": [{"type": "input_text", "text": "hi"}]})
}

fn id(list: &Value, index: usize) -> &str {
    list["data"][index]["id"].as_str().unwrap()
}

#[test]
fn a_list_of_one() {
    let one = items(&[json!({"role": "user", "content": "hi \"you\""})]);
    let got = list(&one, &[]);
    let id = id(&got, 0);
    assert!(id.starts_with("msg_clasp_") && id.len() == 42, "{id}");
    let item = json!({"id": id, "type": "message", "status": "completed", "role": "user",
                      "content": [{"type": "input_text", "text": "hi \"you\""}]});
    let expected = json!({"object": "list", "data": [item], "first_id": id, "last_id": id,
                          "has_more": false});
    assert_eq!(got, expected);
    let none = json!({"object": "list", "data": [], "first_id": null, "last_id": null,
                      "has_more": false});
    assert_eq!(list(&[], &[]), none);
}

#[test]
fn items_as_lists_show_them() {
    let whole = [
        said(1),
        json!({"id": "rs_1", "type": "reasoning", "summary": []}),
        json!({"id": "fc_1", "type": "function_call", "status": "incomplete", "call_id": "c",
               "name": "n", "arguments": "{}"}),
        json!({"id": "at_1", "type": "additional_tools", "role": "developer", "tools": []}),
    ];
    let got = list(&items(&whole), &[("order", "asc"), ("include[]", "reasoning"), ("x", "y")]);
    assert_eq!(got["data"], Value::from(whole.to_vec()));
    for (item, prefix, shown) in [
        (
            json!({"role": "assistant", "content": "yes", "id": null, "status": null}),
            "msg_",
            json!({"type": "message", "status": "completed", "role": "assistant", "content": [
                {"type": "output_text", "text": "yes", "annotations": [], "logprobs": []}]}),
        ),
        (
            json!({"type": "function_call_output", "call_id": "c", "output": "content"}),
            "fco_",
            json!({"type": "function_call_output", "status": "completed", "call_id": "c",
                   "output": "content"}),
        ),
        (
            json!({"type": "reasoning", "summary": [], "encrypted_content": "e"}),
            "rs_",
            json!({"type": "reasoning", "summary": [], "encrypted_content": "e"}),
        ),
        (
            json!({"type": "shell_call_output", "id": "", "call_id": "c", "output": []}),
            "item_",
            json!({"type": "shell_call_output", "status": "completed", "call_id": "c",
                   "output": []}),
        ),
    ] {
        let mut got = list(&items(&[item]), &[])["data"][0].take();
        let id = got.as_object_mut().unwrap().remove("id").unwrap();
        assert!(id.as_str().unwrap().starts_with(prefix), "{id}");
        assert_eq!(got, shown);
    }
}

#[test]
fn the_newest_come_first() {
    let items = items(&(0..30).map(said).collect::<Vec<_>>());
    let first = list(&items, &[]);
    assert_eq!((id(&first, 0), id(&first, 19)), ("msg_29", "msg_10"));
    assert_eq!((&first["first_id"], &first["last_id"]), (&json!("msg_29"), &json!("msg_10")));
    assert_eq!((first["data"].as_array().unwrap().len(), &first["has_more"]), (20, &json!(true)));
    let second = list(&items, &[("after", "msg_10")]);
    assert_eq!((id(&second, 0), id(&second, 9)), ("msg_9", "msg_0"));
    assert_eq!(second["has_more"], false);
    assert_eq!(list(&items, &[("after", "msg_0"), ("order", "desc")])["data"], json!([]));
    let upwards = list(&items, &[("order", "asc"), ("limit", "2"), ("after", "msg_3")]);
    assert_eq!((id(&upwards, 0), id(&upwards, 1)), ("msg_4", "msg_5"));
}

#[test]
fn made_ids_stay_and_are_no_two_alike() {
    let hi = json!({"role": "user", "content": "hi"});
    let turn = items(&[hi.clone(), hi.clone(), said(1), said(1)]);
    let next = items(&[hi.clone(), hi.clone(), said(1), said(1), hi]);
    let (turn, next) = (list(&turn, &[("order", "asc")]), list(&next, &[("order", "asc")]));
    for index in 0..4 {
        assert_eq!(id(&turn, index), id(&next, index));
    }
    let mut ids: Vec<&str> = (0..5).map(|index| id(&next, index)).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), id(&next, 2)), (5, "msg_1"));
}

#[test]
fn d05_a_query_that_is_wrong() {
    let items = items(&[said(1)]);
    for (name, text, told) in [
        ("limit", "0", "from 1 to 100, not \"0\""),
        ("limit", "101", "from 1 to 100"),
        ("limit", "many", "a whole number"),
        ("order", "up", "'asc' or 'desc', not \"up\""),
        ("after", "msg_2", "no item with the id \"msg_2\""),
        ("before", "msg_1", "turn `order`"),
    ] {
        let failure = page(&items, [(name, text)]).unwrap_err();
        let (status, error) = error(&failure);
        assert_eq!((status, &error["param"]), (400, &json!(name)));
        let message = error["message"].as_str().unwrap();
        assert!(message.starts_with(name) && message.contains(told), "{message}");
    }
}

proptest! {
    /// Page by page there is each item, once and in order.
    #[test]
    fn all_pages_are_the_whole(
        kinds in prop::collection::vec(0_u8..4, 0..40),
        limit in 1_usize..=20,
        ascending in any::<bool>(),
    ) {
        let made = |(number, kind): (usize, &u8)| match kind {
            0 => json!({"role": "user", "content": "hi", "number": number}),
            // The same twice.
            1 => json!({"type": "reasoning", "summary": []}),
            2 => said(number),
            _ => said(0),
        };
        let all: Vec<Value> = kinds.iter().enumerate().map(made).collect();
        let items = items(&all);
        let order = if ascending { "asc" } else { "desc" };
        let limit = limit.to_string();
        let mut got = Vec::new();
        loop {
            let last = got.last().map(|item: &Value| item["id"].as_str().unwrap().to_owned());
            let mut query = vec![("order", order), ("limit", &limit)];
            query.extend(last.as_deref().map(|last| ("after", last)));
            let page = list(&items, &query);
            got.extend(page["data"].as_array().unwrap().iter().cloned());
            if page["has_more"] == false {
                break;
            }
        }
        if !ascending {
            got.reverse();
        }
        prop_assert_eq!(got.len(), all.len());
        for (got, item) in got.iter().zip(&all) {
            prop_assert_eq!(&got["number"], &item["number"]);
            prop_assert_eq!(got.get("summary"), item.get("summary"));
        }
    }
}
