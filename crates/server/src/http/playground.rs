//! `GET /graphql` in a browser: GraphiQL, embedded in this binary. `web/playground` builds it.

use axum::{
    extract::Path,
    http::header,
    response::{Html, IntoResponse, Response},
};

use super::error::page_not_found;

const PAGE: &str = include_str!("../../assets/playground/index.html");

/// The page may only load from and call its own server. Monaco adds inline styles to the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; \
                      img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

/// The URL of an asset contains the version of all assets, so that a browser may cache it forever.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// A file that the page loads.
struct Asset {
    name: &'static str,
    media_type: &'static str,
    /// Compressed by gzip, which every browser supports with and without TLS.
    compressed: &'static [u8],
}

macro_rules! asset {
    ($name:literal, $media_type:literal) => {
        Asset {
            name: $name,
            media_type: $media_type,
            compressed: include_bytes!(concat!("../../assets/playground/", $name, ".gz")),
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
    // Do not serve assets to a page of another version, since they may be incompatible.
    let Some(asset) = asset.filter(|_| version == self::version()) else {
        return page_not_found().await.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, asset.media_type),
        (header::CONTENT_ENCODING, "gzip"),
        (header::CACHE_CONTROL, FOREVER),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, asset.compressed).into_response()
}

/// The version in the URLs of the page's assets.
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
    async fn every_asset_of_the_page_is_served() {
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
    async fn other_files_and_versions_are_not_served() {
        assert_eq!(status(version(), "index.html").await, 404);
        assert_eq!(status("0", "worker.js").await, 404);
        assert_eq!(status("", "worker.js").await, 404);
    }

    #[test]
    fn all_assets_are_compressed_by_gzip() {
        for asset in ASSETS {
            assert!(
                asset.compressed.starts_with(&[0x1f, 0x8b]),
                "{}",
                asset.name
            );
        }
    }
}
