//! One instance's store: what it may still use, and what it did wrong.
//!
//! Every call into a plugin goes through [`Sandbox::enter`] and [`Sandbox::leave`], which set its
//! limits and turn whatever goes wrong into a [`Fault`].

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clasp_model::Blob;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wasmtime::component::ResourceTable;
use wasmtime::{ResourceLimiter, Store, Trap, UpdateDeadline};
use wasmtime_wasi::{WasiCtxView, WasiView};

use crate::Limits;
use crate::engine::{Clock, Engine, Running, TICK};
use crate::fault::Fault;
use crate::wasi::Inert;

/// A store and whether it may still be called.
pub(crate) struct Sandbox {
    /// The store, for the calls themselves.
    pub(crate) store: Store<Guest>,
    clock: Arc<Clock>,
    dead: bool,
}

/// What the host keeps for one instance.
pub(crate) struct Guest {
    pub(crate) plugin: Arc<str>,
    pub(crate) limits: Arc<Limits>,
    /// The request's payloads; a blob's id is its place.
    pub(crate) blobs: Vec<Blob>,
    pub(crate) log_lines: u32,
    /// What went wrong, as far as the host sees it before the guest traps.
    pub(crate) fault: Option<Fault>,
    budget: Budget,
    ticks: u32,
    memory_bytes: usize,
    table_elements: usize,
    wasi: Option<Box<Inert>>,
    /// None for a call that its thread waits for: who has the turn may need that thread.
    turns: Option<Arc<Semaphore>>,
    /// The turn of a call that takes long.
    turn: Option<Turn>,
}

/// A place among the calls that take long; while it is empty, the call waits for its turn.
#[derive(Clone, Default)]
struct Turn(Arc<Mutex<Option<OwnedSemaphorePermit>>>);

/// How much a call may use.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Budget {
    /// Computing time.
    pub(crate) time: Duration,
    /// Linear memory of the instance.
    pub(crate) memory_bytes: usize,
    /// What it may return.
    pub(crate) output_bytes: usize,
    /// Whether the component could sleep, so that the clock on the wall counts as well.
    pub(crate) may_sleep: bool,
}

/// A call under way.
pub(crate) struct Pass {
    budget: Budget,
    _running: Running,
}

impl Sandbox {
    pub(crate) fn new(engine: &Engine, plugin: &Arc<str>) -> Self {
        let guest = Guest {
            plugin: Arc::clone(plugin),
            limits: Arc::clone(engine.limits()),
            blobs: Vec::new(),
            log_lines: 0,
            fault: None,
            budget: Budget::default(),
            ticks: 0,
            memory_bytes: 0,
            table_elements: 0,
            wasi: None,
            turns: Some(Arc::clone(engine.turns())),
            turn: None,
        };
        let mut store = Store::new(engine.wasm(), guest);
        store.limiter(|guest| guest);
        store.epoch_deadline_callback(|mut context| Ok(context.data_mut().tick()));
        Self { store, clock: Arc::clone(engine.clock()), dead: false }
    }

    /// For a call that a thread blocks on: it takes no turns.
    pub(crate) fn blocking(mut self) -> Self {
        self.store.data_mut().turns = None;
        self
    }

    /// Begins a call.
    pub(crate) fn enter(&mut self, budget: Budget) -> Result<Pass, Fault> {
        if self.dead {
            return Err(Fault::Dead);
        }
        // Cleared when the call is left: one that is dropped half-way leaves a guest in mid-call.
        self.dead = true;
        let ticks = budget.time.as_nanos().div_ceil(TICK.as_nanos()).max(1);
        let guest = self.store.data_mut();
        guest.budget = budget;
        guest.ticks = u32::try_from(ticks).unwrap_or(u32::MAX);
        guest.fault = None;
        self.store.set_epoch_deadline(1);
        self.store.set_hostcall_fuel(budget.output_bytes);
        Ok(Pass { budget, _running: self.clock.enter() })
    }

    /// Ends a call.
    pub(crate) fn leave<T>(
        &mut self,
        pass: Pass,
        result: Option<wasmtime::Result<T>>,
    ) -> Result<T, Fault> {
        self.store.data_mut().turn = None;
        let error = match result {
            Some(Ok(value)) => {
                self.dead = false;
                return Ok(value);
            }
            None => return Err(Fault::Slept(pass.budget.time)),
            Some(Err(error)) => error,
        };
        if let Some(fault) = self.store.data_mut().fault.take() {
            return Err(fault);
        }
        let root = error.root_cause().to_string();
        Err(match error.downcast_ref::<Trap>() {
            Some(Trap::UnreachableCodeReached) => Fault::Trap("it panicked or aborted".into()),
            Some(trap) => Fault::Trap(trap.to_string()),
            // The error has no public type.
            None if root.contains("fuel allocated for hostcalls") => {
                Fault::Output(pass.budget.output_bytes)
            }
            None => Fault::Unreadable(root),
        })
    }
}

impl Pass {
    /// Runs the call; none when it slept for longer than its time.
    pub(crate) async fn run<T>(&self, call: impl Future<Output = T>) -> Option<T> {
        if self.budget.may_sleep {
            // Computing counts as well, so this is generous.
            let limit = self.budget.time.saturating_mul(4);
            tokio::time::timeout(limit, call).await.ok()
        } else {
            Some(call.await)
        }
    }
}

impl Guest {
    fn tick(&mut self) -> UpdateDeadline {
        self.ticks = self.ticks.saturating_sub(1);
        if self.ticks == 0 {
            self.fault = Some(Fault::Time(self.budget.time));
            return UpdateDeadline::Interrupt;
        }
        let Some(turns) = self.turns.clone() else { return UpdateDeadline::Yield(1) };
        let turn = self.turn.get_or_insert_default().clone();
        turn.set(None);
        UpdateDeadline::YieldCustom(
            1,
            Box::pin(async move {
                // The runtime looks after its sockets before it goes on here.
                tokio::task::yield_now().await;
                turn.set(turns.acquire_owned().await.ok());
            }),
        )
    }
}

impl Turn {
    fn set(&self, permit: Option<OwnedSemaphorePermit>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = permit;
    }
}

impl ResourceLimiter for Guest {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let total = self.memory_bytes.saturating_add(desired.saturating_sub(current));
        if total > self.budget.memory_bytes {
            // Kept in case the guest gives up over it, as most do.
            self.fault = Some(Fault::Memory(self.budget.memory_bytes));
            return Ok(false);
        }
        self.memory_bytes = total;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let total = self.table_elements.saturating_add(desired.saturating_sub(current));
        if total > self.limits.table_elements {
            self.fault = Some(Fault::Table(self.limits.table_elements));
            return Ok(false);
        }
        self.table_elements = total;
        Ok(true)
    }
}

impl WasiView for Guest {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let inert = self.wasi.get_or_insert_default();
        let (ctx, table): (_, &mut ResourceTable) = inert.parts();
        WasiCtxView { ctx, table }
    }
}
