//! One provider: GitHub, or any that speaks OpenID Connect.
//!
//! Of OpenID Connect the code flow is used with the user-info endpoint: who somebody is comes from the provider itself over
//! TLS, so that no signature of a token passed on by the browser has to be trusted.

use crate::api::call::is_name;
use crate::api::problem::Problem;
use oauth2::basic::BasicClient;
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, Scope, TokenResponse, TokenUrl,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::time::Duration;
use ureq::tls::{RootCerts, TlsConfig};
use url::Url;

/// How long a provider may take for an answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Bytes of an answer at most.
const ANSWER_MAX: u64 = 256 << 10;

/// Which protocol a provider speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProviderKind {
    /// GitHub: accounts are known by their number.
    GitHub {
        /// Where people log in, `https://github.com` unless it is one of their own.
        web: Url,
        /// Where its API is, `https://api.github.com` likewise.
        api: Url,
    },
    /// OpenID Connect: accounts are known by their subject.
    OpenId {
        /// The issuer, below which its description is.
        issuer: Url,
    },
}

/// A provider of log-ins.
#[derive(Clone, PartialEq, Eq)]
pub struct Provider {
    /// Its name: in the address of the log-in, and before the colon of an account's `external`.
    pub name: String,
    /// What it speaks.
    pub kind: ProviderKind,
    /// What it calls this server.
    pub client_id: String,
    /// What it knows this server by.
    pub client_secret: String,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider").field("name", &self.name).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// Where its endpoints are.
pub struct Endpoints {
    authorize: String,
    token: String,
    user: String,
}

/// The client for asking providers.
pub fn http() -> ureq::Agent {
    // The machine's own certificates: a provider within a company has one that no public authority gave.
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    let config = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).max_redirects(0).tls_config(tls);
    config.http_status_as_error(false).user_agent("kymograph").build().into()
}

impl Provider {
    /// Whether it can be one.
    ///
    /// # Errors
    /// In a line that says what is wrong.
    pub fn check(&self) -> Result<(), String> {
        if !is_name(&self.name) {
            return Err("its name is none: letters, digits, '-', '_' and '.'".to_owned());
        }
        if self.client_id.is_empty() || self.client_secret.is_empty() {
            return Err("client_id and client_secret are needed".to_owned());
        }
        match &self.kind {
            ProviderKind::GitHub { web, api } => secret_way(web.as_str()).and(secret_way(api.as_str())),
            ProviderKind::OpenId { issuer } => secret_way(issuer.as_str()),
        }
    }

    /// Its endpoints; those of OpenID Connect are asked for.
    ///
    /// # Errors
    /// When it cannot be reached, or describes itself as another one.
    pub fn endpoints(&self, http: &ureq::Agent) -> Result<Endpoints, String> {
        match &self.kind {
            ProviderKind::GitHub { web, api } => {
                let (web, api) = (web.as_str().trim_end_matches('/'), api.as_str().trim_end_matches('/'));
                Ok(Endpoints {
                    authorize: format!("{web}/login/oauth/authorize"),
                    token: format!("{web}/login/oauth/access_token"),
                    user: format!("{api}/user"),
                })
            }
            ProviderKind::OpenId { issuer } => {
                #[derive(Deserialize)]
                struct Description {
                    issuer: String,
                    authorization_endpoint: String,
                    token_endpoint: String,
                    userinfo_endpoint: String,
                }
                let own = issuer.as_str().trim_end_matches('/');
                let found: Description = get(http, &format!("{own}/.well-known/openid-configuration"), None)?;
                if found.issuer.trim_end_matches('/') != own {
                    return Err("it describes itself as another issuer".to_owned());
                }
                let endpoints = Endpoints {
                    authorize: found.authorization_endpoint,
                    token: found.token_endpoint,
                    user: found.userinfo_endpoint,
                };
                for url in [&endpoints.authorize, &endpoints.token, &endpoints.user] {
                    secret_way(url)?;
                }
                Ok(endpoints)
            }
        }
    }

    /// Where a browser is sent to log in.
    ///
    /// # Errors
    /// When an address is none.
    pub fn authorize_url(
        &self,
        endpoints: &Endpoints,
        redirect: &str,
        state: &CsrfToken,
        challenge: PkceCodeChallenge,
    ) -> Result<String, Problem> {
        let client = BasicClient::new(ClientId::new(self.client_id.clone()))
            .set_auth_uri(AuthUrl::new(endpoints.authorize.clone()).map_err(Problem::unavailable)?)
            .set_redirect_uri(RedirectUrl::new(redirect.to_owned()).map_err(Problem::internal)?);
        let state = state.clone();
        let mut request = client.authorize_url(move || state).set_pkce_challenge(challenge);
        // GitHub says who somebody is without any scope; others say it to those who ask for openid.
        if matches!(self.kind, ProviderKind::OpenId { .. }) {
            request = request.add_scope(Scope::new("openid".to_owned()));
        }
        Ok(request.url().0.into())
    }

    /// How this server says who it is: as GitHub documents it, and as OpenID Connect has it by default.
    const fn auth_type(&self) -> AuthType {
        match self.kind {
            ProviderKind::GitHub { .. } => AuthType::RequestBody,
            ProviderKind::OpenId { .. } => AuthType::BasicAuth,
        }
    }

    /// Who logged in, as an account's `external`.
    ///
    /// # Errors
    /// When the provider does not confirm the code, or does not say who it is.
    pub fn identity(
        &self,
        http: &ureq::Agent,
        endpoints: &Endpoints,
        code: &str,
        verifier: PkceCodeVerifier,
        redirect: &str,
    ) -> Result<String, String> {
        let text = |error: url::ParseError| error.to_string();
        let client = BasicClient::new(ClientId::new(self.client_id.clone()))
            .set_client_secret(ClientSecret::new(self.client_secret.clone()))
            .set_token_uri(TokenUrl::new(endpoints.token.clone()).map_err(text)?)
            .set_redirect_uri(RedirectUrl::new(redirect.to_owned()).map_err(text)?)
            .set_auth_type(self.auth_type());
        let token = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .set_pkce_verifier(verifier)
            .request(&|request: oauth2::HttpRequest| send(http, request))
            .map_err(|error| format!("the code was not taken: {error}"))?;
        let subject = match &self.kind {
            ProviderKind::GitHub { .. } => {
                #[derive(Deserialize)]
                struct User {
                    id: u64,
                }
                get::<User>(http, &endpoints.user, Some(token.access_token().secret()))?.id.to_string()
            }
            ProviderKind::OpenId { .. } => {
                #[derive(Deserialize)]
                struct User {
                    sub: String,
                }
                get::<User>(http, &endpoints.user, Some(token.access_token().secret()))?.sub
            }
        };
        let external = format!("{}:{subject}", self.name);
        crate::api::check_external(&external)?;
        Ok(external)
    }
}

/// Whether secrets may go to an address: by TLS, or to this machine itself.
fn secret_way(address: &str) -> Result<(), String> {
    let url = Url::parse(address).map_err(|error| format!("an address is none: {error}"))?;
    let own = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    if url.scheme() == "https" || (url.scheme() == "http" && own) {
        Ok(())
    } else {
        Err("its addresses must begin with https://".to_owned())
    }
}

fn get<T: DeserializeOwned>(http: &ureq::Agent, url: &str, token: Option<&str>) -> Result<T, String> {
    let mut request = http.get(url).header("accept", "application/json");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let mut response = request.call().map_err(|error| format!("it cannot be reached: {error}"))?;
    if response.status() != 200 {
        return Err(format!("it answered {}", response.status()));
    }
    let body = response.body_mut().with_config().limit(ANSWER_MAX).read_to_vec();
    let body = body.map_err(|error| format!("its answer broke off: {error}"))?;
    serde_json::from_slice(&body).map_err(|error| format!("its answer cannot be read: {error}"))
}

/// Sends what the library asks for.
fn send(http: &ureq::Agent, request: oauth2::HttpRequest) -> Result<oauth2::HttpResponse, ureq::Error> {
    let mut response = http.run(request)?;
    let body = response.body_mut().with_config().limit(ANSWER_MAX).read_to_vec()?;
    let (parts, _) = response.into_parts();
    Ok(axum::http::Response::from_parts(parts, body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_by_tls_alone() {
        for good in ["https://sso.example.org/x", "http://127.0.0.1:1/", "http://localhost:1/", "http://[::1]:1/"] {
            assert_eq!(secret_way(good), Ok(()), "{good}");
        }
        for bad in ["http://sso.example.org/", "http://127.0.0.1.example.org/", "ftp://127.0.0.1/", "x", "file:///x"] {
            assert!(secret_way(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_provider_never_shows_its_secret() {
        let kind = ProviderKind::OpenId { issuer: Url::parse("https://sso.example.org").unwrap() };
        let provider =
            Provider { name: "sso".to_owned(), kind, client_id: "id".to_owned(), client_secret: "hush".to_owned() };
        assert!(!format!("{provider:?}").contains("hush"));
    }
}
