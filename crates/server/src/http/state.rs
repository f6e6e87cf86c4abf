//! The state that the handlers of all requests share.

use std::sync::Arc;

use outlay_domain::Outlay;
use outlay_graphql::OutlaySchema;

use super::{live::streams::Streams, rate::Rates, settings::HttpSettings, unsent::Unsent};

/// The shared state of the HTTP layer. Cloning it is cheap.
#[derive(Clone)]
pub struct App(Arc<Parts>);

struct Parts {
    outlay: Arc<Outlay>,
    schema: OutlaySchema,
    rates: Rates,
    settings: HttpSettings,
    streams: Streams,
    unsent: Unsent,
}

impl App {
    /// Builds the GraphQL schema and the limiters for an open system.
    #[must_use]
    pub fn new(outlay: Arc<Outlay>, settings: HttpSettings) -> Self {
        Self(Arc::new(Parts {
            outlay,
            rates: Rates::new(settings.rates),
            schema: OutlaySchema::new(settings.schema.clone()),
            streams: Streams::new(&settings.live),
            unsent: Unsent::new(settings.max_unsent_bytes),
            settings,
        }))
    }

    pub(crate) fn outlay(&self) -> &Arc<Outlay> {
        &self.0.outlay
    }

    pub(crate) fn schema(&self) -> &OutlaySchema {
        &self.0.schema
    }

    pub(crate) fn rates(&self) -> &Rates {
        &self.0.rates
    }

    /// The open WebSocket connections and event streams.
    pub(crate) fn streams(&self) -> &Streams {
        &self.0.streams
    }

    /// The memory of responses that clients have not read yet.
    pub(crate) fn unsent(&self) -> &Unsent {
        &self.0.unsent
    }

    pub(crate) fn settings(&self) -> &HttpSettings {
        &self.0.settings
    }
}
