//! Users, sessions and tokens.

mod guess;
mod refresh;
mod sign_in;
mod sign_out;
mod sign_up;
mod switch;
pub mod token;

use outlay_tests::{Client, PASSWORD, sign_up, unique};
use serde_json::{Value, json};

/// Both tokens of a session.
const SESSION: &str = "session { accessToken refreshToken expiresAt }";

/// Asks who the caller is; the answer is refused when the token is.
const VIEWER: &str = "{ viewer { user { email } organization { slug } } }";

/// A user who has just signed up, and the address.
async fn new_user(client: &Client) -> (Client, String) {
    let email = format!("{}@users.example", unique("u"));
    (sign_up(client, &email, "Una User").await, email)
}

/// A session of this user, by password.
async fn sign_in(client: &Client, email: &str, organization: Option<&str>) -> Value {
    let input = json!({ "email": email, "password": PASSWORD, "organization": organization });
    client.must("signIn", input, SESSION).await["session"].clone()
}

/// A client with the access token of a session.
fn bearer(client: &Client, session: &Value) -> Client {
    client.with_token(session["accessToken"].as_str().expect("an access token"))
}

/// Whether the server takes the client's token.
async fn is_let_in(client: &Client) -> bool {
    let answer = client.run(VIEWER, json!({})).await;
    if answer.errors().is_empty() {
        return true;
    }
    assert_eq!(answer.errors(), ["UNAUTHENTICATED"], "{}", answer.body);
    false
}
