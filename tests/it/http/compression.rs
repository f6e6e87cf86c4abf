//! Large answers are compressed for clients that say they can read that.

use outlay_tests::server;

use super::get;

#[tokio::test]
async fn a_large_answer_is_compressed_on_request() {
    let client = server().await.client();
    let large = [("query", "{ __schema { types { name description } } }")];
    for encoding in ["gzip", "br"] {
        let got = get(&client, &large, &[("accept-encoding", encoding)]).await;
        assert_eq!(
            (got.status, got.header("content-encoding")),
            (200, encoding)
        );
    }
    let plain = get(&client, &large, &[]).await;
    assert_eq!(plain.header("content-encoding"), "");
    let small = [("query", "{ __typename }")];
    let small = get(&client, &small, &[("accept-encoding", "gzip")]).await;
    assert_eq!(small.header("content-encoding"), "");
}
