//! The commands that change tables. Each waits for its turn first, and then looks again: somebody else may have done
//! the work in the meantime.

use super::super::Failure;
use super::{MigrationsError, Session};
use gibbon_store::{Lock, Migrations, Progress, Repeat, SchemaState, StoreError};

impl Session {
    pub(super) async fn bootstrap(&self, tables: &mut dyn Migrations) -> Result<(), Failure> {
        self.lock(tables).await?;
        match self.state(tables).await? {
            SchemaState::Bootstrapped(_) if self.repeat == Repeat::Nothing => {
                self.report.line("Database already bootstrapped");
                return Ok(());
            }
            SchemaState::Bootstrapped(_) => self.take_away(tables).await?,
            SchemaState::Empty => {}
        }
        self.report.line("Bootstrapping database...");
        self.check(tables.bootstrap().await)?;
        self.report.taken(&self.progress(tables).await?.executed, &[]);
        self.report.line("Database is up-to-date");
        Ok(())
    }

    pub(super) async fn up(&self, tables: &mut dyn Migrations) -> Result<(), Failure> {
        self.lock(tables).await?;
        let SchemaState::Bootstrapped(before) = self.state(tables).await? else {
            return Err(MigrationsError::NeedsBootstrapping.into());
        };
        if self.repeat == Repeat::Nothing && !before.pending.is_empty() {
            return Err(MigrationsError::Pending.into());
        }
        if self.repeat == Repeat::Nothing && before.new.is_empty() {
            self.report.line("Database is already up-to-date");
            return Ok(());
        }
        self.check(tables.up(self.repeat).await)?;
        let after = self.progress(tables).await?;
        let executed = self.touched(&before, &after.executed);
        self.report.taken(&executed, &after.pending);
        if !after.pending.is_empty() {
            self.report.line("\nDatabase has pending migrations; run 'gibbon migrations finish' when ready");
        }
        Ok(())
    }

    pub(super) async fn finish(&self, tables: &mut dyn Migrations) -> Result<(), Failure> {
        self.lock(tables).await?;
        let SchemaState::Bootstrapped(before) = self.state(tables).await? else {
            return Err(MigrationsError::NothingToFinish.into());
        };
        if self.repeat == Repeat::Nothing && before.pending.is_empty() {
            self.report.line("No pending migrations to finish");
        } else {
            self.check(tables.finish(self.repeat).await)?;
            let after = self.progress(tables).await?;
            self.report.taken(&self.touched(&before, &after.executed), &[]);
        }
        if !before.new.is_empty() {
            self.report.line("\nNew migrations available; run 'gibbon migrations up' to proceed");
        }
        Ok(())
    }

    pub(super) async fn reset(&self, tables: &mut dyn Migrations) -> Result<(), Failure> {
        self.lock(tables).await?;
        if self.state(tables).await? == SchemaState::Empty {
            self.report.line("Database not bootstrapped, nothing to reset");
            return Err(Failure::Said);
        }
        self.take_away(tables).await
    }

    async fn take_away(&self, tables: &mut dyn Migrations) -> Result<(), Failure> {
        self.report.line("Resetting database...");
        self.check(tables.reset().await)?;
        self.report.line("Database successfully reset");
        Ok(())
    }

    async fn lock(&self, tables: &mut dyn Migrations) -> Result<(), Failure> {
        match self.check(tables.lock(self.patience).await)? {
            Lock::Held => Ok(()),
            Lock::Elsewhere => Err(MigrationsError::Locked.into()),
        }
    }

    async fn progress(&self, tables: &mut dyn Migrations) -> Result<Progress, Failure> {
        match self.state(tables).await? {
            SchemaState::Bootstrapped(progress) => Ok(progress),
            SchemaState::Empty => Ok(Progress::default()),
        }
    }

    /// The steps that were done now: all of them if what was done is done again.
    fn touched<'a>(&self, before: &Progress, executed: &[&'a str]) -> Vec<&'a str> {
        let old = |step: &&&str| self.repeat == Repeat::Nothing && before.executed.contains(*step);
        executed.iter().filter(|step| !old(step)).copied().collect()
    }

    fn check<T>(&self, result: Result<T, StoreError>) -> Result<T, Failure> {
        result.map_err(|error| self.failure(error))
    }
}
