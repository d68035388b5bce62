//! Secrets that all server processes of one database share. The schema draws them; they never leave the exchange.

use sea_orm::{ConnectionTrait, DbErr, Statement};

use super::Database;

impl Database {
    /// The secret from which page tokens are signed.
    pub async fn page_secret(&self) -> Result<Vec<u8>, DbErr> {
        let sql = "SELECT value FROM secrets WHERE name = 'page_tokens'";
        let statement = Statement::from_string(self.backend(), sql);
        let row = self.reader().query_one_raw(statement).await?;
        row.ok_or_else(|| DbErr::RecordNotFound("the secret of page tokens".to_owned()))?
            .try_get("", "value")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Purpose;

    #[tokio::test]
    async fn a_database_keeps_its_own_secret() {
        let folder = tempfile::tempdir().unwrap();
        let url = |name| format!("sqlite://{}/{name}.db", folder.path().display());
        let one = Database::open(&url("one"), Purpose::Serve).await.unwrap();
        let other = Database::open(&url("other"), Purpose::Serve).await.unwrap();
        let secret = one.page_secret().await.unwrap();
        assert_eq!(secret.len(), 32);
        assert_eq!(one.page_secret().await.unwrap(), secret);
        assert_ne!(other.page_secret().await.unwrap(), secret);
    }
}
