//! What was let through lately, so that no time of `per` lets more through than it may.
//!
//! Amounts of about the same time share a slot, a sixtieth of `per` wide, and count until the
//! last of them is older than `per`: never too short, and too long by a slot at most.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Slots in a time of `per`. That and a slot is the longest that an amount counts, so who asks
/// all the time still gets 60 of 61 parts.
const SLOTS: u128 = 60;

/// The latest slots, oldest first; none without an amount.
#[derive(Clone, Debug)]
pub(super) struct Window {
    /// Where slots are counted from.
    start: Instant,
    slots: VecDeque<Slot>,
}

#[derive(Clone, Debug)]
struct Slot {
    /// The time of its latest amount.
    last: Instant,
    amount: u64,
}

impl Window {
    pub(super) fn new(start: Instant) -> Self {
        Self { start, slots: VecDeque::new() }
    }

    /// Forgets what is as old as `per`.
    pub(super) fn forget(&mut self, per: Duration, now: Instant) {
        while self.slots.front().is_some_and(|slot| slot.is_over(per, now)) {
            self.slots.pop_front();
        }
    }

    /// How long until no more than `most` counts; nothing is as old as `per`.
    pub(super) fn wait(&self, most: u64, per: Duration, now: Instant) -> Duration {
        let mut sum = self.slots.iter().fold(0_u128, |sum, slot| sum + u128::from(slot.amount));
        let mut wait = Duration::ZERO;
        for slot in &self.slots {
            if sum <= u128::from(most) {
                break;
            }
            sum -= u128::from(slot.amount);
            wait = per.saturating_sub(now.saturating_duration_since(slot.last));
        }
        wait
    }

    /// Counts `amount`, whose time is not before any other's.
    pub(super) fn add(&mut self, amount: u64, per: Duration, now: Instant) {
        if amount == 0 {
            return;
        }
        let width = per.as_micros().div_ceil(SLOTS).max(1);
        let number = |at: Instant| at.saturating_duration_since(self.start).as_micros() / width;
        match self.slots.back_mut() {
            Some(slot) if number(slot.last) == number(now) => {
                slot.last = now;
                slot.amount = slot.amount.saturating_add(amount);
            }
            _ => self.slots.push_back(Slot { last: now, amount }),
        }
    }

    /// Takes `amount` out of the newest, or all that there is.
    pub(super) fn give_back(&mut self, mut amount: u64) {
        while amount > 0
            && let Some(slot) = self.slots.back_mut()
        {
            let part = amount.min(slot.amount);
            slot.amount -= part;
            amount -= part;
            if slot.amount == 0 {
                self.slots.pop_back();
            }
        }
    }

    /// Whether nothing counts any more.
    pub(super) fn is_over(&self, per: Duration, now: Instant) -> bool {
        self.slots.back().is_none_or(|slot| slot.is_over(per, now))
    }

    /// The amounts and their times, oldest first.
    pub(super) fn amounts(&self) -> Vec<(Instant, u64)> {
        self.slots.iter().map(|slot| (slot.last, slot.amount)).collect()
    }
}

impl Slot {
    fn is_over(&self, per: Duration, now: Instant) -> bool {
        now.saturating_duration_since(self.last) >= per
    }
}
