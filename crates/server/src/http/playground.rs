//! `GET /graphql` in a browser: GraphiQL, out of this binary. It is built in `web/playground`.

use axum::{
    extract::Path,
    http::header,
    response::{Html, IntoResponse, Response},
};

use super::error::no_such_page;

const PAGE: &str = include_str!("../../assets/playground/index.html");

/// What the page may do: load and call its own server, and nothing else. Monaco writes its styles into the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; \
                      img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

/// An asset's address holds the version of them all, so it is good for as long as a browser can keep it.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// A file that the page loads.
struct Asset {
    name: &'static str,
    media_type: &'static str,
    /// Packed by gzip, which every browser unpacks whether or not it came by TLS.
    packed: &'static [u8],
}

macro_rules! asset {
    ($name:literal, $media_type:literal) => {
        Asset {
            name: $name,
            media_type: $media_type,
            packed: include_bytes!(concat!("../../assets/playground/", $name, ".gz")),
        }
    };
}

const ASSETS: [Asset; 6] = [
    asset!("playground.js", "text/javascript; charset=utf-8"),
    asset!("playground.css", "text/css; charset=utf-8"),
    asset!("worker.js", "text/javascript; charset=utf-8"),
    asset!("codicon.ttf", "font/ttf"),
    asset!("icon.svg", "image/svg+xml"),
    asset!("THIRD-PARTY-LICENSES.txt", "text/plain; charset=utf-8"),
];

pub(super) fn page() -> Response {
    let headers = [
        (header::CACHE_CONTROL, "no-cache"),
        (header::VARY, "Accept"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, Html(PAGE)).into_response()
}

pub(super) async fn asset(Path((version, name)): Path<(String, String)>) -> Response {
    let asset = ASSETS.iter().find(|asset| asset.name == name);
    // The page of another version gets none of this one's files, which might not fit it.
    let Some(asset) = asset.filter(|_| version == self::version()) else {
        return no_such_page().await.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, asset.media_type),
        (header::CONTENT_ENCODING, "gzip"),
        (header::CACHE_CONTROL, FOREVER),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, asset.packed).into_response()
}

/// The version that the page names in the addresses of its assets.
fn version() -> &'static str {
    let rest = PAGE.split_once("/graphql/assets/").map(|(_, rest)| rest);
    let version = rest.and_then(|rest| rest.split_once('/'));
    version.map_or("", |(version, _)| version)
}

#[cfg(test)]
mod tests {
    use axum::extract::Path;

    use super::{ASSETS, PAGE, asset, version};

    async fn status(version: &str, name: &str) -> u16 {
        let path = Path((version.to_owned(), name.to_owned()));
        asset(path).await.status().as_u16()
    }

    #[tokio::test]
    async fn every_file_that_the_page_names_is_there() {
        let mut names = PAGE.split("/graphql/assets/").skip(1);
        assert!(names.clone().count() > 0);
        assert!(names.all(|rest| {
            let path = rest.split('"').next().unwrap_or_default();
            let name = path.strip_prefix(version()).unwrap_or_default();
            ASSETS
                .iter()
                .any(|asset| name == format!("/{}", asset.name))
        }));
        assert_eq!(status(version(), "worker.js").await, 200);
    }

    #[tokio::test]
    async fn other_files_and_versions_are_not() {
        assert_eq!(status(version(), "index.html").await, 404);
        assert_eq!(status("0", "worker.js").await, 404);
        assert_eq!(status("", "worker.js").await, 404);
    }

    #[test]
    fn all_are_packed_by_gzip() {
        for asset in ASSETS {
            assert!(asset.packed.starts_with(&[0x1f, 0x8b]), "{}", asset.name);
        }
    }
}
