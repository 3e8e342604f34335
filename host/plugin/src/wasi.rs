//! A WASI without a world, for components whose toolchain imports it anyway.
//!
//! No files, environment, arguments or sockets; clocks that stand still; random bytes that are
//! the same in every instance, so that an exchange can be replayed.

use std::time::Duration;

use wasmtime::component::{Linker, ResourceTable};
use wasmtime_wasi::random::Deterministic;
use wasmtime_wasi::{HostMonotonicClock, HostWallClock, WasiCtx, WasiCtxBuilder, WasiView};

/// 2025-01-01 00:00 UTC: a date at which no library thinks itself in the past.
const NOW: Duration = Duration::from_secs(1_735_689_600);
const SEED: [u8; 32] = *b"clasp plugins get no random bits";
const RANDOM_BYTES: u64 = 1 << 20;

/// One instance's WASI, made when it is first asked for.
pub(crate) struct Inert {
    ctx: WasiCtx,
    table: ResourceTable,
}

struct Still;

/// Lets components import WASI 0.2.
pub(crate) fn link<T: WasiView>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)
}

impl Inert {
    pub(crate) fn parts(&mut self) -> (&mut WasiCtx, &mut ResourceTable) {
        (&mut self.ctx, &mut self.table)
    }
}

impl Default for Inert {
    fn default() -> Self {
        let ctx = WasiCtxBuilder::new()
            .wall_clock(Still)
            .monotonic_clock(Still)
            .secure_random(Deterministic::new(SEED.to_vec()))
            .insecure_random(Deterministic::new(SEED.to_vec()))
            .insecure_random_seed(u128::from_le_bytes(*b"clasp plugins ok"))
            .max_random_size(RANDOM_BYTES)
            .allow_tcp(false)
            .allow_udp(false)
            .allow_ip_name_lookup(false)
            .build();
        Self { ctx, table: ResourceTable::new() }
    }
}

impl HostWallClock for Still {
    fn resolution(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn now(&self) -> Duration {
        NOW
    }
}

impl HostMonotonicClock for Still {
    fn resolution(&self) -> u64 {
        1
    }

    fn now(&self) -> u64 {
        0
    }
}
