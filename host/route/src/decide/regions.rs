//! Where answers may come from.

use clasp_model::policy::Regions;

use super::Fault;
use crate::catalog::Provider;

/// A provider that is in no required region.
pub(super) fn fault(regions: &Regions, provider: &Provider) -> Option<Fault> {
    if regions.require.is_empty() {
        return None;
    }
    match &provider.region {
        Some(region) if regions.require.contains(region) => None,
        Some(region) => Some(Fault::Region(format!(
            "Provider {} is in region {region}; allowed is {}.",
            provider.name,
            regions.require.join(", ")
        ))),
        None => Some(Fault::Region(format!(
            "Provider {} has no region; allowed is {}.",
            provider.name,
            regions.require.join(", ")
        ))),
    }
}

/// The place of a provider among the preferred regions: the lower, the earlier it is tried.
pub(super) fn rank(regions: &Regions, provider: Option<&Provider>) -> usize {
    let region = provider.and_then(|provider| provider.region.as_ref());
    let place = region.and_then(|region| regions.prefer.iter().position(|one| one == region));
    place.unwrap_or(regions.prefer.len())
}
