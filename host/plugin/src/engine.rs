//! The wasmtime engine, its pool of instances, and the clock that keeps plugins from running on.
//!
//! A full pool is a queue, never an error: whoever instantiates holds a permit, and the pool has
//! room for all permits. A plugin that computes yields at every tick of the clock, so it never
//! holds a worker thread, and traps when its time is used up. Calls that take longer than a tick
//! go on in turns, on half of the processors, so that the others stay with those that do not.

use std::num::NonZero;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::Thread;
use std::time::Duration;

use clasp_model::{Failure, FailureKind, Source};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wasmtime::{
    Config, Enabled, EngineWeak, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig,
};

use crate::Limits;

/// How often a computing plugin yields; its computing time is counted in these.
pub(crate) const TICK: Duration = Duration::from_millis(5);

/// Ticks without a call after which the clock stops until the next one.
const IDLE_TICKS: u32 = 200;

/// Core instances of one component: its own modules, and the shims that join them.
const CORE_INSTANCES: u32 = 32;
const MEMORIES: u32 = 2;
const TABLES: u32 = 8;

/// Memory of a freed slot that is cleared in place instead of being given back: it makes the next
/// instance cheap, and costs this much for every slot that was used lately.
const KEPT_MEMORY_BYTES: usize = 64 << 10;
const WARM_SLOTS: u32 = 32;

/// The engine with its clock and its queues.
#[derive(Debug)]
pub(crate) struct Engine {
    wasm: wasmtime::Engine,
    limits: Arc<Limits>,
    clock: Arc<Clock>,
    begins: Arc<Semaphore>,
    exchanges: Arc<Semaphore>,
    turns: Arc<Semaphore>,
}

/// Which queue a call waits in.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Phase {
    /// Short calls: `begin`, lists, counts, `describe`.
    Begin,
    /// An answer being read: as long as the vendor takes.
    Exchange,
}

/// Ticks while calls run.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    running: AtomicUsize,
    calls: AtomicU64,
    parked: AtomicBool,
    thread: OnceLock<Thread>,
}

/// A call that runs: while there is one, the clock ticks.
#[derive(Debug)]
pub(crate) struct Running(Arc<Clock>);

impl Engine {
    pub(crate) fn new(limits: Arc<Limits>) -> wasmtime::Result<Self> {
        let wasm = build(&limits)?;
        let clock = Arc::new(Clock::default());
        clock.start(wasm.weak())?;
        let begins = Arc::new(Semaphore::new(limits.begins as usize));
        let exchanges = Arc::new(Semaphore::new(limits.exchanges as usize));
        let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
        let turns = Arc::new(Semaphore::new((processors / 2).max(1)));
        Ok(Self { wasm, limits, clock, begins, exchanges, turns })
    }

    pub(crate) fn wasm(&self) -> &wasmtime::Engine {
        &self.wasm
    }

    pub(crate) fn limits(&self) -> &Arc<Limits> {
        &self.limits
    }

    pub(crate) fn clock(&self) -> &Arc<Clock> {
        &self.clock
    }

    /// The turns of calls that take long.
    pub(crate) fn turns(&self) -> &Arc<Semaphore> {
        &self.turns
    }

    /// Waits for room for one instance.
    pub(crate) async fn room(&self, phase: Phase) -> Result<OwnedSemaphorePermit, Failure> {
        let (queue, what) = match phase {
            Phase::Begin => (&self.begins, "translating requests"),
            Phase::Exchange => (&self.exchanges, "reading answers"),
        };
        if let Ok(permit) = Arc::clone(queue).try_acquire_owned() {
            return Ok(permit);
        }
        match tokio::time::timeout(self.limits.wait, Arc::clone(queue).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) | Err(_) => Err(Failure::new(
                FailureKind::Overloaded,
                Source::Host,
                format!(
                    "clasp is busy: all plugin instances for {what} are in use, and none came \
                     free within {:?}",
                    self.limits.wait
                ),
            )),
        }
    }

    /// As [`Self::room`], for as long as it takes, outside of a runtime's timers.
    pub(crate) async fn room_to_load(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.begins).acquire_owned().await.ok()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.clock.wake();
    }
}

impl Clock {
    /// Starts the thread that ticks until the engine is gone.
    fn start(self: &Arc<Self>, engine: EngineWeak) -> wasmtime::Result<()> {
        let clock = Arc::clone(self);
        let thread = std::thread::Builder::new()
            .name("plugin-clock".into())
            .stack_size(64 << 10)
            .spawn(move || clock.run(&engine))
            .map_err(wasmtime::Error::new)?;
        _ = self.thread.set(thread.thread().clone());
        Ok(())
    }

    fn run(&self, engine: &EngineWeak) {
        let mut seen = 0;
        let mut idle = 0;
        loop {
            std::thread::sleep(TICK);
            match engine.upgrade() {
                Some(engine) => engine.increment_epoch(),
                None => return,
            }
            let calls = self.calls.load(Ordering::Relaxed);
            let busy = calls != seen || self.running.load(Ordering::SeqCst) > 0;
            seen = calls;
            idle = if busy { 0 } else { idle + 1 };
            if idle > IDLE_TICKS {
                self.parked.store(true, Ordering::SeqCst);
                // A call that began before it could see `parked` is seen here.
                if self.running.load(Ordering::SeqCst) == 0 && engine.upgrade().is_some() {
                    std::thread::park_timeout(Duration::from_secs(60));
                }
                self.parked.store(false, Ordering::SeqCst);
                idle = 0;
            }
        }
    }

    /// Says that a call runs.
    pub(crate) fn enter(self: &Arc<Self>) -> Running {
        self.running.fetch_add(1, Ordering::SeqCst);
        self.calls.fetch_add(1, Ordering::Relaxed);
        if self.parked.load(Ordering::SeqCst) {
            self.wake();
        }
        Running(Arc::clone(self))
    }

    fn wake(&self) {
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Builds the engine: with memory reserved so that bounds checks cost nothing, else (little
/// address space) with checks, else without a pool.
fn build(limits: &Limits) -> wasmtime::Result<wasmtime::Engine> {
    let roomy = wasmtime::Engine::new(&config(limits, true));
    let Err(error) = roomy else { return roomy };
    tracing::warn!(%error, "little address space: plugins run with checked memory accesses");
    let tight = wasmtime::Engine::new(&config(limits, false));
    let Err(error) = tight else { return tight };
    tracing::warn!(%error, "no pool of plugin instances: they are allocated one by one");
    let mut config = config(limits, false);
    config.allocation_strategy(InstanceAllocationStrategy::OnDemand);
    wasmtime::Engine::new(&config)
}

fn config(limits: &Limits, roomy: bool) -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .concurrency_support(false)
        .epoch_interruption(true)
        .cranelift_opt_level(OptLevel::Speed)
        .generate_address_map(false)
        .native_unwind_info(false)
        .wasm_backtrace_max_frames(None)
        .max_wasm_stack(512 << 10)
        .async_stack_size(1 << 20)
        .memory_init_cow(true)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool(limits)));
    if !roomy {
        config.memory_reservation(memory_bytes(limits) as u64).memory_guard_size(64 << 10);
    }
    config
}

fn pool(limits: &Limits) -> PoolingAllocationConfig {
    let components = limits.begins.saturating_add(limits.exchanges);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(components)
        .max_core_instances_per_component(CORE_INSTANCES)
        .total_core_instances(components.saturating_mul(CORE_INSTANCES))
        .max_memories_per_component(MEMORIES)
        .total_memories(components.saturating_mul(MEMORIES))
        .max_tables_per_component(TABLES)
        .total_tables(components.saturating_mul(TABLES))
        .total_stacks(components)
        .max_memory_size(memory_bytes(limits))
        .table_elements(limits.table_elements)
        .linear_memory_keep_resident(KEPT_MEMORY_BYTES)
        .table_keep_resident(16 << 10)
        .async_stack_keep_resident(0)
        .max_unused_warm_slots(WARM_SLOTS)
        .pagemap_scan(Enabled::Auto);
    pool
}

fn memory_bytes(limits: &Limits) -> usize {
    limits.memory_bytes.max(limits.begin_memory_bytes)
}
