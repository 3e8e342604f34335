//! The store against one in memory that has all entries apart.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{DAY, NOW, limits, place};
use crate::items::{item_size, response_size, size};
use crate::{Entry, Error, Store, Usage};

const LIMIT: u64 = 6000;

#[derive(Clone, Debug)]
enum Step {
    Put { id: u8, entry: Entry },
    Delete { id: u8, owner: bool },
    Sweep,
    Reopen,
    Later(u64),
}

#[derive(Default)]
struct Model(BTreeMap<String, Entry>);

impl Model {
    fn bytes(&self) -> u64 {
        let mut items = BTreeSet::new();
        for entry in self.0.values() {
            for length in 1..=entry.items.len() {
                items.insert((&entry.owner, &entry.items[..length]));
            }
        }
        let items = items.iter().map(|(_, items)| item_size(items[items.len() - 1].len()));
        let responses = self
            .0
            .iter()
            .map(|(id, entry)| response_size(id.len(), entry.owner.len(), entry.response.len()));
        items.sum::<u64>() + responses.sum::<u64>()
    }

    fn put(&mut self, id: &str, entry: &Entry) -> bool {
        if size(id, entry) > LIMIT {
            return false;
        }
        self.0.insert(id.to_owned(), entry.clone());
        while self.bytes() > LIMIT {
            let others = self.0.iter().filter(|(other, _)| *other != id);
            let oldest = others.min_by_key(|(id, entry)| (entry.created, (*id).clone()));
            let oldest = oldest.map(|(id, _)| id.clone()).unwrap();
            self.0.remove(&oldest);
        }
        self.0.retain(|other, old| other == id || !is_over(old.created, entry.created));
        true
    }
}

fn is_over(created: u64, now: u64) -> bool {
    now.saturating_sub(created) > 30 * DAY
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let item = prop_oneof![
        Just("{}".to_owned()),
        "[ab]{1,3}",
        (200_usize..900).prop_map(|length| "x".repeat(length)),
    ];
    let owner = any::<bool>().prop_map(name);
    let entry = (owner, 0..40 * DAY, 0_usize..400, prop::collection::vec(item, 0..5)).prop_map(
        |(owner, age, response, items)| Entry {
            owner,
            created: NOW + 40 * DAY - age,
            response: "r".repeat(response).into(),
            items: items.into_iter().map(Into::into).collect(),
        },
    );
    let step = prop_oneof![
        8 => (0_u8..6, entry).prop_map(|(id, entry)| Step::Put { id, entry }),
        3 => (0_u8..6, any::<bool>()).prop_map(|(id, owner)| Step::Delete { id, owner }),
        1 => Just(Step::Sweep),
        1 => Just(Step::Reopen),
        2 => (0..20 * DAY).prop_map(Step::Later),
    ];
    prop::collection::vec(step, 1..24)
}

fn name(owner: bool) -> String {
    if owner { "b".to_owned() } else { String::new() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_store_does_as_one_in_memory(steps in steps()) {
        let (_directory, path) = place();
        let mut store = Store::open(&path, limits(LIMIT)).unwrap();
        let mut model = Model::default();
        let mut now = NOW + 40 * DAY;
        for step in steps {
            match step {
                Step::Put { id, entry } => {
                    let id = format!("resp_{id}");
                    let fits = model.put(&id, &entry);
                    match store.put(&id, &entry) {
                        Ok(()) => prop_assert!(fits),
                        Err(Error::TooLarge { .. }) => prop_assert!(!fits),
                        Err(error) => panic!("{error}"),
                    }
                }
                Step::Delete { id, owner } => {
                    let (id, owner) = (format!("resp_{id}"), name(owner));
                    let mine = model.0.get(&id).is_some_and(|entry| entry.owner == owner);
                    let gone = mine.then(|| model.0.remove(&id)).flatten();
                    let expected = gone.is_some_and(|entry| !is_over(entry.created, now));
                    prop_assert_eq!(store.delete(&owner, &id, now).unwrap(), expected);
                }
                Step::Sweep => {
                    let before = model.0.len();
                    model.0.retain(|_, entry| !is_over(entry.created, now));
                    prop_assert_eq!(store.sweep(now).unwrap(), before - model.0.len());
                }
                Step::Reopen => {
                    drop(store);
                    store = Store::open(&path, limits(LIMIT)).unwrap();
                }
                Step::Later(seconds) => now += seconds,
            }
            let usage = Usage { entries: model.0.len() as u64, bytes: model.bytes() };
            prop_assert_eq!(store.usage().unwrap(), usage);
            prop_assert!(usage.bytes <= LIMIT);
            for id in 0..6 {
                let id = format!("resp_{id}");
                for owner in [name(false), name(true)] {
                    let entry = model.0.get(&id).filter(|entry| entry.owner == owner);
                    let entry = entry.filter(|entry| !is_over(entry.created, now));
                    let got = store.get(&owner, &id, now).unwrap();
                    prop_assert_eq!(got.as_ref(), entry);
                }
            }
        }
    }
}
