//! A context that was too long for a target.

use std::collections::VecDeque;

use clasp_model::{Failure, Request};
use clasp_route::Choice;

use super::Attempts;
use crate::catalog::Chosen;
use crate::explain::Step;

/// Tenths of a window that a shortened request may fill, as counted here.
const SPARE: u64 = 9;

/// Where else a request goes that was too long for a target, each way once.
#[derive(Default)]
pub(super) struct Larger {
    asked: bool,
    trimmed: bool,
}

impl Larger {
    /// Puts what may take the request first among what is left.
    pub(super) async fn after(
        &mut self,
        attempts: &Attempts<'_>,
        failed: &Chosen,
        tried: &[Choice],
        failure: &Failure,
        left: &mut VecDeque<(Chosen, Option<Request>)>,
    ) {
        let Attempts { app, catalog, asked, decided, trace, .. } = attempts;
        let Ok((request, _)) = asked.request() else { return };
        if !std::mem::replace(&mut self.asked, true) {
            let query = asked.query(catalog, Some(request));
            let told = failure.context.unwrap_or_default();
            let larger = catalog.larger(app, &query, &decided.plan, tried, told).await;
            left.retain(|(chosen, _)| larger.iter().all(|other| other.name != chosen.name));
            for chosen in larger.into_iter().rev() {
                left.push_front((chosen, None));
            }
        }
        let trims = catalog.config().routing.overflow.trim;
        if !trims || !left.is_empty() || std::mem::replace(&mut self.trimmed, true) {
            return;
        }
        let told = failure.context.unwrap_or_default();
        let window = told.limit.or(failed.target.context_window.map(u64::from));
        let Some(window) = window else { return };
        // Clients ask for as much as any model gives: that much need not be kept free.
        let output = u64::from(request.max_output_tokens.unwrap_or(0)).min(window / 4);
        let room = window.saturating_sub(output);
        // The provider's count goes by its own tokens.
        let own = clasp_tokens::estimate(request);
        let room = match told.tokens {
            Some(theirs) => (u128::from(room) * u128::from(own) / u128::from(theirs.max(1))) as u64,
            None => room,
        };
        let budget = room.saturating_mul(SPARE) / 10;
        if let Some(trimmed) = clasp_route::trim(request, budget, &clasp_tokens::estimate) {
            trace.add(Step::Trimmed { left_out: trimmed.left_out });
            left.push_front((failed.clone(), Some(trimmed.request)));
        }
    }
}
