//! Stores of tokens that each do one thing wrong.

use std::{
    fmt,
    ops::Deref,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use customer_api_core::{
    error::StoreError,
    session::{FailedLogin, LocalTokens, LoginTurn, Offer, StoredToken, TokenStore, Wanted},
};

/// The one thing that a store does differently. The tokens in memory do everything else.
#[async_trait]
pub(super) trait Odd: fmt::Debug + Send + Sync + 'static {
    fn tokens(&self) -> &LocalTokens;

    async fn ask(&self, turn: &LoginTurn, wanted: Wanted) -> Result<Offer, StoreError> {
        self.tokens().ask(turn, wanted).await
    }
    async fn keep(&self, turn: &LoginTurn, token: &StoredToken) -> Result<(), StoreError> {
        self.tokens().keep(turn, token).await
    }
    async fn fail(&self, turn: &LoginTurn, failure: &FailedLogin) -> Result<(), StoreError> {
        self.tokens().fail(turn, failure).await
    }
    async fn refuse(
        &self,
        account: &str,
        generation: u64,
        failure: &FailedLogin,
    ) -> Result<(), StoreError> {
        self.tokens().refuse(account, generation, failure).await
    }
}

/// The store with that difference.
#[derive(Clone, Debug, Default)]
pub(super) struct Store<T>(T);

impl<T> Deref for Store<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

#[async_trait]
impl<T: Odd> TokenStore for Store<T> {
    async fn ask(&self, turn: &LoginTurn, wanted: Wanted) -> Result<Offer, StoreError> {
        self.0.ask(turn, wanted).await
    }
    async fn keep(&self, turn: &LoginTurn, token: &StoredToken) -> Result<(), StoreError> {
        self.0.keep(turn, token).await
    }
    async fn fail(&self, turn: &LoginTurn, failure: &FailedLogin) -> Result<(), StoreError> {
        self.0.fail(turn, failure).await
    }
    async fn refuse(
        &self,
        account: &str,
        generation: u64,
        failure: &FailedLogin,
    ) -> Result<(), StoreError> {
        self.0.refuse(account, generation, failure).await
    }
}

/// A store that can be switched off.
#[derive(Clone, Debug, Default)]
pub(super) struct Shaky {
    tokens: LocalTokens,
    pub(super) is_down: Arc<AtomicBool>,
}

impl Shaky {
    fn reach(&self) -> Result<(), StoreError> {
        match self.is_down.load(Ordering::SeqCst) {
            true => Err(StoreError::new("the store is down")),
            false => Ok(()),
        }
    }
}

#[async_trait]
impl Odd for Shaky {
    fn tokens(&self) -> &LocalTokens {
        &self.tokens
    }
    async fn ask(&self, turn: &LoginTurn, wanted: Wanted) -> Result<Offer, StoreError> {
        self.reach()?;
        self.tokens.ask(turn, wanted).await
    }
    async fn keep(&self, turn: &LoginTurn, token: &StoredToken) -> Result<(), StoreError> {
        self.reach()?;
        self.tokens.keep(turn, token).await
    }
    async fn fail(&self, turn: &LoginTurn, failure: &FailedLogin) -> Result<(), StoreError> {
        self.reach()?;
        self.tokens.fail(turn, failure).await
    }
    async fn refuse(
        &self,
        account: &str,
        generation: u64,
        failure: &FailedLogin,
    ) -> Result<(), StoreError> {
        self.reach()?;
        self.tokens.refuse(account, generation, failure).await
    }
}

/// A store that delays its responses by this time, after it has done its work.
#[derive(Clone, Debug, Default)]
pub(super) struct Late {
    tokens: LocalTokens,
    pub(super) by: Arc<Mutex<Duration>>,
}

impl Late {
    async fn wait(&self) {
        let by = *self.by.lock().unwrap();
        tokio::time::sleep(by).await;
    }
}

#[async_trait]
impl Odd for Late {
    fn tokens(&self) -> &LocalTokens {
        &self.tokens
    }
    async fn ask(&self, turn: &LoginTurn, wanted: Wanted) -> Result<Offer, StoreError> {
        let offer = self.tokens.ask(turn, wanted).await;
        self.wait().await;
        offer
    }
}

/// A store that returns a token that cannot be opened, until there is another one.
#[derive(Clone, Debug, Default)]
pub(super) struct Damaged {
    tokens: LocalTokens,
    pub(super) is_mended: Arc<AtomicBool>,
}

#[async_trait]
impl Odd for Damaged {
    fn tokens(&self) -> &LocalTokens {
        &self.tokens
    }
    async fn ask(&self, turn: &LoginTurn, wanted: Wanted) -> Result<Offer, StoreError> {
        if !self.is_mended.load(Ordering::SeqCst) && wanted == Wanted::Any {
            let token = StoredToken {
                generation: 1,
                sealed: b"garbage".to_vec(),
                expires_in: None,
                renew_in: None,
            };
            return Ok(Offer::Token(token, Default::default()));
        }
        self.tokens.ask(turn, wanted).await
    }
    async fn keep(&self, turn: &LoginTurn, token: &StoredToken) -> Result<(), StoreError> {
        self.is_mended.store(true, Ordering::SeqCst);
        self.tokens.keep(turn, token).await
    }
}

/// A store that can be restored to a copy of the last token that was kept.
#[derive(Clone, Debug, Default)]
pub(super) struct Restored {
    tokens: LocalTokens,
    pub(super) last: Arc<Mutex<Option<StoredToken>>>,
    pub(super) copy: Arc<Mutex<Option<StoredToken>>>,
    pub(super) is_restored: Arc<AtomicBool>,
}

impl Restored {
    pub(super) fn copy(&self) {
        *self.copy.lock().unwrap() = self.last.lock().unwrap().clone();
    }

    pub(super) fn restore(&self) {
        self.is_restored.store(true, Ordering::SeqCst);
    }
}

#[async_trait]
impl Odd for Restored {
    fn tokens(&self) -> &LocalTokens {
        &self.tokens
    }
    async fn ask(&self, turn: &LoginTurn, wanted: Wanted) -> Result<Offer, StoreError> {
        if self.is_restored.load(Ordering::SeqCst) {
            let old = self.copy.lock().unwrap().clone();
            if let Some(old) = old.filter(|old| wanted != Wanted::Instead(old.generation)) {
                return Ok(Offer::Token(old, Default::default()));
            }
            self.is_restored.store(false, Ordering::SeqCst);
            let generation = self.last.lock().unwrap().as_ref().unwrap().generation;
            return self.tokens.ask(turn, Wanted::Instead(generation)).await;
        }
        self.tokens.ask(turn, wanted).await
    }
    async fn keep(&self, turn: &LoginTurn, token: &StoredToken) -> Result<(), StoreError> {
        *self.last.lock().unwrap() = Some(token.clone());
        self.tokens.keep(turn, token).await
    }
}

/// A store that does not respond for two seconds, and then fails.
#[derive(Clone, Debug, Default)]
pub(super) struct Silent {
    tokens: LocalTokens,
}

#[async_trait]
impl Odd for Silent {
    fn tokens(&self) -> &LocalTokens {
        &self.tokens
    }
    async fn ask(&self, _: &LoginTurn, _: Wanted) -> Result<Offer, StoreError> {
        tokio::time::sleep(Duration::from_secs(2)).await;
        Err(StoreError::new("the store took too long"))
    }
}

/// A store that hears nothing from a process that dies.
#[derive(Clone, Debug, Default)]
pub(super) struct Mute {
    tokens: LocalTokens,
    pub(super) is_mute: Arc<AtomicBool>,
}

#[async_trait]
impl Odd for Mute {
    fn tokens(&self) -> &LocalTokens {
        &self.tokens
    }
    async fn fail(&self, turn: &LoginTurn, failure: &FailedLogin) -> Result<(), StoreError> {
        match self.is_mute.load(Ordering::SeqCst) {
            true => Ok(()),
            false => self.tokens.fail(turn, failure).await,
        }
    }
}
