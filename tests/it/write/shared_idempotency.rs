//! Idempotency keys of what is written outside any organization, or ends the right to ask again.

use futures::future::join_all;
use outlay_tests::{Answer, Client, Org, PASSWORD, ask, second_server, server, sign_up, unique};
use serde_json::{Value, json};

const USER: &str = "user { id email } session { accessToken }";
const ORGANIZATION: &str = "organization { id slug } session { accessToken }";
const JOINED: &str = "member { id email } session { accessToken }";
const LEFT: &str = "leftId";
const SIGNED_OUT: &str = "signedOut";

fn address() -> String {
    format!("{}@users.example", unique("u"))
}

fn new_user(email: &str, name: &str, key: &str) -> Value {
    json!({ "email": email, "password": PASSWORD, "displayName": name, "idempotencyKey": key })
}

fn organization(slug: &str, key: &str) -> Value {
    json!({ "name": "New Ltd", "slug": slug, "baseCurrency": "EUR", "idempotencyKey": key })
}

fn newcomer(token: &str, key: &str) -> Value {
    json!({ "token": token, "displayName": "Nora New", "password": PASSWORD, "idempotencyKey": key })
}

/// The token of an invitation to this address.
async fn invite(org: &Org, email: &str) -> String {
    let input = json!({ "email": email, "role": "MEMBER" });
    let invited = org
        .owner
        .must("inviteMember", input, "invitation { link }")
        .await;
    let link = invited["invitation"]["link"].as_str().expect("a link");
    link.rsplit('/').next().expect("a token").to_owned()
}

/// The same client with the session of a payload.
fn signed_in(client: &Client, payload: &Value) -> Client {
    let token = payload["session"]["accessToken"].as_str();
    client.with_token(token.expect("a token"))
}

/// Whose session it is.
async fn viewer(client: &Client) -> Value {
    let document = "{ viewer { user { email } organization { slug } } }";
    client.run(document, json!({})).await.data("viewer")
}

/// A user's client, here and on another server.
async fn on_two_servers(client: &Client) -> [Client; 2] {
    let there = client.at(&second_server().await.url);
    [client.clone(), there]
}

/// Sends the same ten times at once to two servers; the answers, of which the first's `noun` is everybody's.
async fn ten_at_once(client: &Client, field: &str, input: &Value, selection: &str) -> Vec<Answer> {
    let clients = on_two_servers(client).await;
    let attempts = (0..10).map(|n| clients[n % 2].mutate(field, input.clone(), selection));
    let answers = join_all(attempts).await;
    for answer in &answers {
        assert_eq!(answer.codes(), Vec::<String>::new(), "{}", answer.body);
    }
    answers
}

/// That an answer is this conflict, and holds nothing else.
fn refused(answer: &Answer, field: &str, about: &str) {
    let payload = answer.data(field);
    let error = &payload["errors"][0];
    assert_eq!(
        (&error["code"], &error["field"]),
        (&json!("CONFLICT"), &json!(about)),
        "{}",
        answer.body
    );
    let others = payload.as_object().expect("a payload").iter();
    for (name, value) in others.filter(|(name, _)| *name != "errors") {
        assert_eq!(*value, Value::Null, "{name}");
    }
}

#[tokio::test]
async fn a_sign_up_that_comes_again_is_the_same_user_with_a_new_session() {
    let clients = on_two_servers(&server().await.client()).await;
    let email = address();
    let mut tokens = Vec::new();
    let mut ids = Vec::new();
    for client in [&clients[0], &clients[1], &clients[0]] {
        let made = client
            .must("signUp", new_user(&email, "Una", "k"), USER)
            .await;
        let session = signed_in(client, &made);
        assert_eq!(viewer(&session).await["user"]["email"], email.as_str());
        ids.push(made["user"]["id"].clone());
        tokens.push(session.token);
    }
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    tokens.sort();
    tokens.dedup();
    assert_eq!(tokens.len(), 3, "each session is one of its own");
    // The key is of this address alone.
    let other = address();
    let made = clients[0]
        .must("signUp", new_user(&other, "Una", "k"), USER)
        .await;
    assert_ne!(made["user"]["id"], ids[0]);
}

#[tokio::test]
async fn a_sign_up_is_not_repeated_by_another_key_input_or_password() {
    let client = server().await.client();
    let email = address();
    client
        .must("signUp", new_user(&email, "Una", "k"), USER)
        .await;
    let mut wrong = new_user(&email, "Una", "k");
    wrong["password"] = json!("not the password");
    let mut without = new_user(&email, "Una", "k");
    without["idempotencyKey"] = Value::Null;
    let taken = client.mutate("signUp", without, USER).await;
    refused(&taken, "signUp", "email");
    // Whoever does not know the password learns nothing of the key.
    for input in [wrong.clone(), new_user(&email, "Una", "another"), {
        wrong["displayName"] = json!("Other");
        wrong
    }] {
        let answer = client.mutate("signUp", input, USER).await;
        assert_eq!(answer.body, taken.body);
    }
    let answer = client
        .mutate("signUp", new_user(&email, "Other", "k"), USER)
        .await;
    refused(&answer, "signUp", "idempotencyKey");
}

#[tokio::test]
async fn of_ten_sign_ups_at_once_with_one_key_one_makes_the_user_and_all_are_in() {
    let client = server().await.client();
    let email = address();
    let answers = ten_at_once(&client, "signUp", &new_user(&email, "Una", "k"), USER).await;
    for answer in &answers {
        assert_eq!(answer.data("signUp.user"), answers[0].data("signUp.user"));
        let session = signed_in(&client, &answer.data("signUp"));
        assert_eq!(viewer(&session).await["user"]["email"], email.as_str());
    }
}

#[tokio::test]
async fn a_new_organization_that_is_asked_for_again_is_the_same_one() {
    let client = server().await.client();
    let person = sign_up(&client, &address(), "Olive").await;
    let slug = unique("org");
    let answers = ten_at_once(
        &person,
        "createOrganization",
        &organization(&slug, "k"),
        ORGANIZATION,
    )
    .await;
    let again = person
        .mutate("createOrganization", organization(&slug, "k"), ORGANIZATION)
        .await;
    for answer in answers.iter().chain([&again]) {
        let payload = answer.data("createOrganization");
        assert_eq!(
            payload["organization"],
            again.data("createOrganization.organization")
        );
        let owner = signed_in(&client, &payload);
        assert_eq!(viewer(&owner).await["organization"]["slug"], slug.as_str());
    }
    let schemas: i64 = ask(&format!(
        "SELECT count(*) FROM outlay.organization WHERE slug = '{slug}'"
    ))
    .await;
    assert_eq!(schemas, 1);
    let another = organization(&unique("org"), "k");
    let answer = person
        .mutate("createOrganization", another.clone(), ORGANIZATION)
        .await;
    refused(&answer, "createOrganization", "idempotencyKey");
    // The key of another user is another key.
    let colleague = sign_up(&client, &address(), "Otto").await;
    let answer = colleague
        .mutate("createOrganization", organization(&slug, "k"), ORGANIZATION)
        .await;
    refused(&answer, "createOrganization", "slug");
    // What failed has used no key.
    colleague
        .must("createOrganization", another, ORGANIZATION)
        .await;
}

#[tokio::test]
async fn who_has_left_a_new_organization_is_let_in_by_no_key() {
    let org = Org::new().await;
    let person = sign_up(&org.owner.anonymous(), &address(), "Olive").await;
    let input = organization(&unique("org"), "k");
    let made = person
        .must("createOrganization", input.clone(), ORGANIZATION)
        .await;
    let owner = signed_in(&person, &made);
    let email = address();
    let invited = owner
        .must(
            "inviteMember",
            json!({ "email": email, "role": "OWNER" }),
            "invitation { link }",
        )
        .await;
    let link = invited["invitation"]["link"].as_str().expect("a link");
    let token = link.rsplit('/').next().expect("a token");
    person
        .anonymous()
        .must("acceptInvitation", newcomer(token, "k"), JOINED)
        .await;
    owner.must("leaveOrganization", json!({}), LEFT).await;
    let answer = person
        .mutate("createOrganization", input, ORGANIZATION)
        .await;
    assert_eq!(answer.errors(), ["NOT_FOUND"], "{}", answer.body);
}

#[tokio::test]
async fn an_invitation_that_is_accepted_again_is_the_same_member() {
    let org = Org::new().await;
    let (client, email) = (org.owner.anonymous(), address());
    let input = newcomer(&invite(&org, &email).await, "k");
    let answers = ten_at_once(&client, "acceptInvitation", &input, JOINED).await;
    let again = client
        .mutate("acceptInvitation", input.clone(), JOINED)
        .await;
    for answer in answers.iter().chain([&again]) {
        let payload = answer.data("acceptInvitation");
        assert_eq!(payload["member"], again.data("acceptInvitation.member"));
        let member = signed_in(&client, &payload);
        assert_eq!(viewer(&member).await["user"]["email"], email.as_str());
    }
    let joined = "action = 'member.accept_invitation'";
    assert_eq!(org.count("audit_event", joined).await, 1);

    for (field, value, about) in [
        ("idempotencyKey", json!("another"), "token"),
        ("idempotencyKey", Value::Null, "token"),
        ("displayName", json!("Nora Other"), "idempotencyKey"),
    ] {
        let mut input = input.clone();
        input[field] = value;
        let answer = client.mutate("acceptInvitation", input, JOINED).await;
        refused(&answer, "acceptInvitation", about);
    }
    let mut wrong = input.clone();
    wrong["password"] = json!("not the password");
    let answer = client.mutate("acceptInvitation", wrong, JOINED).await;
    assert_eq!(answer.codes(), ["INVALID"]);
    assert_eq!(answer.data("acceptInvitation.errors.0.field"), "password");
    assert_eq!(answer.data("acceptInvitation.session"), Value::Null);

    // The same person's key for another organization's invitation is a key used for another input.
    let other = Org::new().await;
    let elsewhere = newcomer(&invite(&other, &email).await, "k");
    let answer = client.mutate("acceptInvitation", elsewhere, JOINED).await;
    refused(&answer, "acceptInvitation", "idempotencyKey");
    assert_eq!(other.count("member", "true").await, 1);
}

#[tokio::test]
async fn who_left_by_a_key_is_told_so_again() {
    let org = Org::new().await;
    let (member, stranger) = (org.member("MEMBER").await, org.member("MEMBER").await);
    let input = json!({ "idempotencyKey": "k" });
    let answers = ten_at_once(&member, "leaveOrganization", &input, LEFT).await;
    let again = member
        .mutate("leaveOrganization", input.clone(), LEFT)
        .await;
    for answer in answers.iter().chain([&again]) {
        let left = answer.data("leaveOrganization.leftId");
        assert!(left.is_string(), "{}", answer.body);
        assert_eq!(left, again.data("leaveOrganization.leftId"));
    }
    assert_eq!(org.count("audit_event", "action = 'member.leave'").await, 1);
    for other in [json!({ "idempotencyKey": "another" }), json!({})] {
        let answer = member.mutate("leaveOrganization", other, LEFT).await;
        assert_eq!(answer.errors(), ["UNAUTHENTICATED"], "{}", answer.body);
    }
    // The key of another member is another key: this one had not left yet.
    let left = stranger.must("leaveOrganization", input, LEFT).await;
    assert_ne!(left["leftId"], again.data("leaveOrganization.leftId"));
    assert_eq!(org.count("audit_event", "action = 'member.leave'").await, 2);
}

#[tokio::test]
async fn who_signed_out_by_a_key_is_told_so_again() {
    let client = server().await.client();
    let email = address();
    let user = sign_up(&client, &email, "Una").await;
    let credentials = json!({ "email": email, "password": PASSWORD });
    let other = client
        .must("signIn", credentials, "session { accessToken }")
        .await;
    let other = signed_in(&client, &other);
    let input = json!({ "idempotencyKey": "k" });
    let answers =
        join_all((0..10).map(|_| user.mutate("signOut", input.clone(), SIGNED_OUT))).await;
    let there = user.at(&second_server().await.url);
    let again = there.mutate("signOut", input.clone(), SIGNED_OUT).await;
    for answer in answers.iter().chain([&again]) {
        let done = json!({ "signedOut": true, "errors": [] });
        assert_eq!(answer.data("signOut"), done, "{}", answer.body);
    }
    for wrong in [json!({ "idempotencyKey": "another" }), json!({})] {
        let answer = user.mutate("signOut", wrong, SIGNED_OUT).await;
        assert_eq!(answer.errors(), ["UNAUTHENTICATED"], "{}", answer.body);
    }
    assert_eq!(viewer(&user).await, Value::Null, "the session has ended");
    // The key is of that session alone: the user's other one goes on until it signs out itself.
    assert_eq!(viewer(&other).await["user"]["email"], email.as_str());
    other.must("signOut", input, SIGNED_OUT).await;
    assert_eq!(viewer(&other).await, Value::Null);
}

#[tokio::test]
async fn a_key_that_is_none_is_refused() {
    let org = Org::new().await;
    for (field, mut input, selection) in [
        ("signUp", new_user(&address(), "Una", ""), USER),
        (
            "createOrganization",
            organization(&unique("org"), ""),
            ORGANIZATION,
        ),
        ("acceptInvitation", newcomer("token", ""), JOINED),
        ("leaveOrganization", json!({}), LEFT),
        ("signOut", json!({}), SIGNED_OUT),
    ] {
        for key in [String::new(), "x".repeat(101)] {
            input["idempotencyKey"] = json!(key);
            let answer = org.owner.mutate(field, input.clone(), selection).await;
            assert_eq!(answer.codes(), ["INVALID"], "{field}");
            let about = answer.data(&format!("{field}.errors.0.field"));
            assert_eq!(about, "idempotencyKey", "{field}");
        }
    }
}
