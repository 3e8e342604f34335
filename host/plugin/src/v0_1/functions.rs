//! The functions of one exchange, looked up once per component. Rule: their types were checked by
//! the trial instantiation, so an instance on the way of a request checks none of them again.
#![expect(unsafe_code, reason = "a component's types are the same in all its instances")]

use wasmtime::Store;
use wasmtime::component::{
    ComponentExportIndex, Func, Instance, InstancePre, ResourceAny, TypedFunc,
};

use super::bindings::clasp::provider::types::{
    Failure, HeaderParam, HttpResponse, Request, Target,
};
use super::bindings::exports::clasp::provider::translate::{Begun, Event, Frame, Framing};
use crate::sandbox::Guest;

/// Where the functions are in a component.
pub(super) struct Functions {
    begin: ComponentExportIndex,
    constructor: ComponentExportIndex,
    accept: ComponentExportIndex,
    feed: ComponentExportIndex,
    end: ComponentExportIndex,
    reject: ComponentExportIndex,
}

/// Of an instance that reads an answer.
#[derive(Clone, Copy)]
pub(super) struct Reader {
    accept: Func,
    feed: Func,
    end: Func,
    reject: Func,
}

/// An instance whose types were checked, as those of all instances are after the trial.
#[derive(Clone, Copy)]
pub(super) struct Trusted(Instance);

impl Trusted {
    /// Instantiates a component that passed its trial.
    pub(super) async fn new(
        pre: &InstancePre<Guest>,
        store: &mut Store<Guest>,
    ) -> wasmtime::Result<Self> {
        pre.instantiate_async(store).await.map(Self)
    }
}

macro_rules! typed {
    ($func:expr, ($($params:ty),*), $results:ty) => {
        // SAFETY: the trial checked this function for these very types.
        unsafe { TypedFunc::<($($params,)*), ($results,)>::new_unchecked($func) }
    };
}

impl Functions {
    /// Looks up the functions of the interface `translate`.
    pub(super) fn new(pre: &InstancePre<Guest>) -> wasmtime::Result<Self> {
        let component = pre.component();
        let interface = component
            .component_type()
            .exports(component.engine())
            .map(|(name, _)| name.to_owned())
            .find(|name| name.starts_with("clasp:provider/translate"));
        let missing = || wasmtime::Error::msg("the interface `translate` is not exported");
        let interface = interface.ok_or_else(missing)?;
        let (_, interface) = component.get_export(None, &interface).ok_or_else(missing)?;
        let find = |name: &str| {
            let missing = || wasmtime::Error::msg(format!("no function `{name}` in `translate`"));
            component.get_export_index(Some(&interface), name).ok_or_else(missing)
        };
        Ok(Self {
            begin: find("begin")?,
            constructor: find("[constructor]exchange")?,
            accept: find("[method]exchange.accept")?,
            feed: find("[method]exchange.feed")?,
            end: find("[method]exchange.end")?,
            reject: find("[method]exchange.reject")?,
        })
    }

    pub(super) async fn begin(
        &self,
        store: &mut Store<Guest>,
        instance: Trusted,
        target: Target<'_>,
        request: Request<'_>,
    ) -> wasmtime::Result<Result<Begun, Failure>> {
        let func = find(store, instance, &self.begin)?;
        let func = typed!(func, (Target<'_>, Request<'_>), Result<Begun, Failure>);
        func.call_async(store, (target, request)).await.map(|(begun,)| begun)
    }

    pub(super) async fn construct(
        &self,
        store: &mut Store<Guest>,
        instance: Trusted,
        target: Target<'_>,
        state: &[u8],
    ) -> wasmtime::Result<(Reader, ResourceAny)> {
        let reader = Reader {
            accept: find(store, instance, &self.accept)?,
            feed: find(store, instance, &self.feed)?,
            end: find(store, instance, &self.end)?,
            reject: find(store, instance, &self.reject)?,
        };
        let func = find(store, instance, &self.constructor)?;
        let func = typed!(func, (Target<'_>, &[u8]), ResourceAny);
        let (resource,) = func.call_async(store, (target, state)).await?;
        Ok((reader, resource))
    }
}

impl Reader {
    pub(super) async fn accept(
        &self,
        store: &mut Store<Guest>,
        resource: ResourceAny,
        status: u16,
        headers: &[HeaderParam<'_>],
    ) -> wasmtime::Result<Framing> {
        let func = typed!(self.accept, (ResourceAny, u16, &[HeaderParam<'_>]), Framing);
        func.call_async(store, (resource, status, headers)).await.map(|(framing,)| framing)
    }

    pub(super) async fn feed(
        &self,
        store: &mut Store<Guest>,
        resource: ResourceAny,
        frames: &[Frame<'_>],
    ) -> wasmtime::Result<Vec<Event>> {
        let func = typed!(self.feed, (ResourceAny, &[Frame<'_>]), Vec<Event>);
        func.call_async(store, (resource, frames)).await.map(|(events,)| events)
    }

    pub(super) async fn end(
        &self,
        store: &mut Store<Guest>,
        resource: ResourceAny,
    ) -> wasmtime::Result<Vec<Event>> {
        let func = typed!(self.end, (ResourceAny), Vec<Event>);
        func.call_async(store, (resource,)).await.map(|(events,)| events)
    }

    pub(super) async fn reject(
        &self,
        store: &mut Store<Guest>,
        resource: ResourceAny,
        response: HttpResponse<'_>,
    ) -> wasmtime::Result<Failure> {
        let func = typed!(self.reject, (ResourceAny, HttpResponse<'_>), Failure);
        func.call_async(store, (resource, response)).await.map(|(failure,)| failure)
    }
}

fn find(
    store: &mut Store<Guest>,
    instance: Trusted,
    index: &ComponentExportIndex,
) -> wasmtime::Result<Func> {
    let missing = || wasmtime::Error::msg("a function that the trial saw is gone");
    instance.0.get_func(store, index).ok_or_else(missing)
}
