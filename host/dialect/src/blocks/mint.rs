//! Ids for calls that have none: unlike any other, yet the same whenever an answer is replayed.

use std::collections::HashSet;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Letters and digits after the prefix.
const LENGTH: usize = 24;

#[derive(Debug)]
pub(super) struct Mint {
    prefix: &'static str,
    state: u64,
}

impl Mint {
    pub(super) fn new(seed: &str, prefix: &'static str) -> Self {
        // FNV-1a.
        let state = seed.bytes().fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        });
        Self { prefix, state }
    }

    /// The id itself if no call has it, else a new one.
    pub(super) fn unique(&mut self, id: Option<String>, taken: &mut HashSet<String>) -> String {
        let mut id = id.unwrap_or_else(|| self.next());
        while !taken.insert(id.clone()) {
            id = self.next();
        }
        id
    }

    fn next(&mut self) -> String {
        let mut id = String::with_capacity(self.prefix.len() + LENGTH);
        id.push_str(self.prefix);
        let mut bits = 0;
        for index in 0..LENGTH {
            if index % 8 == 0 {
                bits = self.bits();
            }
            let digit = (bits % DIGITS.len() as u64) as usize;
            id.push(DIGITS.get(digit).copied().map_or('0', char::from));
            bits /= DIGITS.len() as u64;
        }
        id
    }

    /// SplitMix64.
    fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }
}
