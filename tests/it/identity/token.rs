//! Access tokens: what they say, who can check them, and which are refused.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey, pkcs8::DecodePrivateKey};
use futures::future::{join, select};
use outlay_tests::{Client, Org, Server, ask, connect, new_database, server};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::Executor;

use super::{VIEWER, is_let_in, new_user};

/// A token's header, claims and signature, and the text that was signed.
fn parse(token: &str) -> (Value, Value, Signature, String) {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts[..] else {
        panic!("{token} is no JWT")
    };
    let json =
        |part: &str| serde_json::from_slice(&BASE64.decode(part).expect("base64")).expect("JSON");
    let bytes = BASE64.decode(signature).expect("base64");
    let signature = Signature::from_slice(&bytes).expect("64 bytes");
    (
        json(header),
        json(claims),
        signature,
        token.rsplit_once('.').expect("a dot").0.to_owned(),
    )
}

fn sign(header: &Value, claims: &Value, key: &SigningKey) -> String {
    let text = format!(
        "{}.{}",
        BASE64.encode(header.to_string()),
        BASE64.encode(claims.to_string())
    );
    let signature = key.sign(text.as_bytes()).to_bytes();
    format!("{text}.{}", BASE64.encode(signature))
}

async fn jwks(client: &Client) -> Vec<Value> {
    let response = client
        .request(Method::GET, "/.well-known/jwks.json")
        .send()
        .await
        .expect("an answer");
    let keys: Value = response.json().await.expect("JSON");
    keys["keys"].as_array().expect("keys").clone()
}

/// The install's own private key, which nobody but the operator can read.
async fn own_key() -> SigningKey {
    let der: Vec<u8> =
        ask("SELECT private_key FROM outlay.signing_key ORDER BY created_at LIMIT 1").await;
    SigningKey::from_pkcs8_der(&der).expect("a key")
}

/// The client with a token of the same session that ends in so many seconds.
pub async fn ending(client: &Client, seconds: i64) -> Client {
    let (header, mut claims, ..) = parse(client.token.as_deref().expect("a token"));
    let now: i64 = ask("SELECT extract(epoch FROM now())::bigint").await;
    claims["exp"] = json!(now + seconds);
    client.with_token(&sign(&header, &claims, &own_key().await))
}

#[tokio::test]
async fn anybody_can_check_a_token_by_the_published_keys() {
    let org = Org::new().await;
    let (header, claims, signature, text) = parse(org.owner.token.as_deref().expect("a token"));
    assert_eq!(header["alg"], "EdDSA");
    let keys = jwks(&org.owner.anonymous()).await;
    let key = keys
        .iter()
        .find(|key| key["kid"] == header["kid"])
        .expect("the key of the token");
    assert_eq!(
        (&key["kty"], &key["crv"]),
        (&json!("OKP"), &json!("Ed25519"))
    );
    assert!(
        keys.iter().all(|key| key.get("d").is_none()),
        "no private key is published"
    );
    let bytes = BASE64
        .decode(key["x"].as_str().expect("x"))
        .expect("base64");
    let key = VerifyingKey::from_bytes(&bytes.try_into().expect("32 bytes")).expect("a key");
    key.verify_strict(text.as_bytes(), &signature)
        .expect("the signature is that key's");
    let organization: String = ask(&format!(
        "SELECT id::text FROM outlay.organization WHERE slug = '{}'",
        org.slug
    ))
    .await;
    assert_eq!(claims["org"], organization);
    assert!(claims["exp"].as_i64() > claims["iat"].as_i64());
}

#[tokio::test]
async fn a_token_says_nothing_about_a_person() {
    let org = Org::new().await;
    let (_, claims, ..) = parse(org.owner.token.as_deref().expect("a token"));
    let mut names: Vec<&String> = claims.as_object().expect("an object").keys().collect();
    names.sort();
    assert_eq!(names, ["exp", "iat", "iss", "org", "sid", "sub"]);
}

#[tokio::test]
async fn only_a_living_token_that_our_key_signed_is_taken() {
    let org = Org::new().await;
    let token = org.owner.token.clone().expect("a token");
    let (header, claims, ..) = parse(&token);
    let own = own_key().await;
    let with = |mut value: Value, name: &str, new: Value| {
        value[name] = new;
        value
    };
    assert!(
        is_let_in(&org.owner.with_token(&sign(&header, &claims, &own))).await,
        "the forger's tool works"
    );

    let foreign = SigningKey::from_bytes(&[7; 32]);
    let now = claims["iat"].as_i64().expect("a time");
    let (head, rest) = token.split_once('.').expect("a dot");
    let (body, signature) = rest.split_once('.').expect("a dot");
    let other = Org::new().await;
    let (_, other_claims, ..) = parse(other.owner.token.as_deref().expect("a token"));
    let none =
        BASE64.encode(json!({ "alg": "none", "typ": "JWT", "kid": header["kid"] }).to_string());
    let swapped =
        BASE64.encode(with(claims.clone(), "org", other_claims["org"].clone()).to_string());
    let refused = [
        (
            "expired",
            sign(&header, &with(claims.clone(), "exp", json!(now - 1)), &own),
        ),
        (
            "without an end",
            sign(&header, &with(claims.clone(), "exp", Value::Null), &own),
        ),
        (
            "of another issuer",
            sign(&header, &with(claims.clone(), "iss", json!("else")), &own),
        ),
        ("of another key", sign(&header, &claims, &foreign)),
        (
            "of an unknown key",
            sign(&with(header.clone(), "kid", json!("x")), &claims, &foreign),
        ),
        (
            "of no key",
            sign(&with(header.clone(), "kid", Value::Null), &claims, &own),
        ),
        ("unsigned", format!("{none}.{body}.")),
        (
            "unsigned with a signature",
            format!("{none}.{body}.{signature}"),
        ),
        (
            "HS256 by the public key",
            sign(&with(header.clone(), "alg", json!("HS256")), &claims, &own),
        ),
        ("with other claims", format!("{head}.{swapped}.{signature}")),
        ("cut short", token[..token.len() - 4].to_owned()),
        ("garbage", "x.y.z".to_owned()),
        ("of one part", "x".to_owned()),
        ("very long", "x".repeat(10_000)),
    ];
    for (what, token) in refused {
        assert!(
            !is_let_in(&org.owner.with_token(&token)).await,
            "a token that is {what}"
        );
    }
}

#[tokio::test]
async fn a_token_of_ours_for_another_organization_is_no_way_in() {
    let (org, other) = (Org::new().await, Org::new().await);
    let (header, mut claims, ..) = parse(org.owner.token.as_deref().expect("a token"));
    let (_, others, ..) = parse(other.owner.token.as_deref().expect("a token"));
    claims["org"] = others["org"].clone();
    let forged = sign(&header, &claims, &own_key().await);
    assert!(
        !is_let_in(&org.owner.with_token(&forged)).await,
        "membership is looked up, not believed"
    );
}

#[tokio::test]
async fn a_header_that_is_no_bearer_is_nobody() {
    let client = server().await.client();
    for value in ["", "Bearer", "Bearer ", "Basic dTpw", "Bearer a b", "token"] {
        let answer = client
            .with_header("authorization", value)
            .run(VIEWER, json!({}))
            .await;
        assert_eq!(answer.errors(), ["UNAUTHENTICATED"], "{value:?}");
    }
}

#[tokio::test]
async fn servers_that_start_at_once_on_a_new_database_take_the_tokens_of_each_other() {
    let database = new_database().await;
    // All is there but a key, and each who makes one waits for its turn.
    Server::start(&database, &[]).await.stop().await;
    let mut owner = connect(&database).await;
    let turns = "DELETE FROM outlay.signing_key; CREATE SEQUENCE public.turn;
        CREATE FUNCTION public.wait() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_advisory_xact_lock(nextval('public.turn')); RETURN NEW; END $$;
        CREATE TRIGGER wait BEFORE INSERT ON outlay.signing_key FOR EACH ROW EXECUTE FUNCTION public.wait();
        SELECT pg_advisory_lock(1), pg_advisory_lock(2)";
    owner.execute(turns).await.expect("two turns");
    let [one, other] = [0, 1].map(|_| Box::pin(Server::start(&database, &[])));
    let first = select(one, other);
    let begin = async {
        let waiting = "SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'";
        while sqlx::query_scalar::<_, i64>(waiting)
            .fetch_one(&mut owner)
            .await
            .expect("a count")
            < 2
        {}
        owner
            .execute("SELECT pg_advisory_unlock(1)")
            .await
            .expect("a turn");
    };
    let (first, ()) = join(first, begin).await;
    owner
        .execute("SELECT pg_advisory_unlock(2)")
        .await
        .expect("a turn");
    let (one, other) = first.factor_first();
    let other = other.await;
    for (maker, taker) in [(&one, &other), (&other, &one)] {
        let (user, _) = new_user(&maker.client()).await;
        assert!(is_let_in(&user.at(&taker.url)).await);
    }
}
