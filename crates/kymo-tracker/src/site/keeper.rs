//! Keeps the folder as new as the store.

use crate::{Event, ServeOptions};
use kymo_site::{Generation, Options, PublishError, Source, publish};
use std::path::Path;
use std::sync::{Arc, Mutex, TryLockError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The store is not asked more often than this.
const ASKED_AGAIN: Duration = Duration::from_secs(1);

/// The source, the folder, and what is known of both.
pub struct Keeper {
    source: Arc<dyn Source>,
    options: ServeOptions,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    published: Option<Generation>,
    asked: Option<Instant>,
}

impl Keeper {
    pub fn new(source: Arc<dyn Source>, options: ServeOptions) -> Self {
        Self { source, options, known: Mutex::default() }
    }

    /// The folder that is served.
    pub fn folder(&self) -> &Path {
        &self.options.folder
    }

    /// Whether the store can be read.
    pub fn has_store(&self) -> bool {
        self.source.generation().is_ok()
    }

    pub fn announce(&self, event: &Event) {
        (self.options.announce)(event);
    }

    /// Publishes before anything is served.
    pub fn publish_first(&self) -> Result<(), PublishError> {
        let generation = self.source.generation()?;
        self.publish()?;
        if let Ok(mut known) = self.known.lock() {
            *known = Known { published: Some(generation), asked: Some(Instant::now()) };
        }
        Ok(())
    }

    /// Publishes what is new, if anything is. What fails is announced, and the old site is served on.
    pub fn refresh(&self) {
        let mut known = match self.known.try_lock() {
            Ok(known) => known,
            // Somebody else is at it.
            Err(TryLockError::WouldBlock) => return,
            Err(TryLockError::Poisoned(known)) => known.into_inner(),
        };
        if known.asked.is_some_and(|asked| asked.elapsed() < ASKED_AGAIN) {
            return;
        }
        let outcome = self.source.generation().map_err(PublishError::from).and_then(|generation| {
            if known.published != Some(generation) {
                self.publish()?;
                known.published = Some(generation);
            }
            Ok(())
        });
        known.asked = Some(Instant::now());
        if let Err(error) = outcome {
            self.announce(&Event::NotPublished(error.to_string()));
        }
    }

    fn publish(&self) -> Result<(), PublishError> {
        let now_unix_s = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let options = Options { now_unix_s, ..self.options.publish.clone() };
        let published = publish(&*self.source, self.folder(), &options)?;
        self.announce(&Event::Published(published));
        Ok(())
    }
}
