use std::{fmt, sync::LazyLock, time::Duration};

use async_trait::async_trait;
use customer_api_core::{
    error::StoreError,
    rate_limit::{SlotClaim, SlotStore, Taken},
};

use crate::{
    RedisConnection, RedisOptions,
    script::{Items, Lua, maybe_micros, micros, text},
};

static TAKE: LazyLock<Lua> = LazyLock::new(|| Lua::taking(include_str!("take.lua")));
static COMPLETE: LazyLock<Lua> = LazyLock::new(|| Lua::new(include_str!("complete.lua")));
static RELEASE: LazyLock<Lua> = LazyLock::new(|| Lua::new(include_str!("release.lua")));

/// Slots of quotas in Redis or Valkey, for [`SharedQuota`](customer_api_core::rate_limit::SharedQuota).
///
/// Machines that use the same server, the same key prefix and the same name share a quota.
///
/// Cheap to clone.
#[derive(Clone)]
pub struct RedisQuota(RedisConnection);

impl RedisQuota {
    pub(crate) fn new(connection: RedisConnection) -> Self {
        Self(connection)
    }

    /// Creates slots on the server of this URL, with the default options. Does the same as
    /// [`RedisOptions::connect`] followed by [`RedisConnection::quota`].
    ///
    /// # Errors
    ///
    /// If the URL can't be used.
    pub fn connect(url: &str) -> Result<Self, StoreError> {
        Ok(RedisOptions::default().connect(url)?.quota())
    }
}

#[async_trait]
impl SlotStore for RedisQuota {
    async fn take(&self, claim: &SlotClaim) -> Result<Taken, StoreError> {
        let keys = self.0.prefix().of_quota(claim);
        let values = [
            claim.token(),
            &*text(claim.slots().max(1)),
            &*micros(claim.window()),
            &*micros(claim.hold()),
        ];
        let reply = self.0.run(&TAKE, &keys, &values).await?;
        let waits = Items::of(reply)?.times()?;
        if waits.is_empty() {
            Ok(Taken::Granted)
        } else {
            Ok(Taken::Full(waits))
        }
    }

    async fn complete(&self, claim: &SlotClaim, stop: Option<Duration>) -> Result<(), StoreError> {
        let keys = self.0.prefix().of_quota(claim);
        let values = [
            claim.token(),
            &*micros(claim.window()),
            &*maybe_micros(stop),
        ];
        self.0.run(&COMPLETE, &keys, &values).await?;
        Ok(())
    }

    async fn release(&self, claim: &SlotClaim) -> Result<(), StoreError> {
        let keys = self.0.prefix().of_quota(claim);
        self.0.run(&RELEASE, &keys, &[claim.token()]).await?;
        Ok(())
    }
}

impl fmt::Debug for RedisQuota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RedisQuota").field(&self.0).finish()
    }
}
