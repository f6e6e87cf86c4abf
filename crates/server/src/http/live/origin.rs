//! Checks the `Origin` of a WebSocket handshake, for which browsers send no CORS preflight request.

use axum::http::{HeaderMap, HeaderValue, Uri, header, uri::Authority};

/// Whether the handshake has no `Origin`, the origin of its own host, or an allowed one.
pub(super) fn is_allowed(headers: &HeaderMap, uri: &Uri, allowed: &[HeaderValue]) -> bool {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let Some(origin) = origins.next() else {
        return true;
    };
    let is_named = allowed.iter().any(|one| one == origin || one == "*");
    origins.next().is_none() && (is_named || is_same(origin, headers, uri))
}

fn is_same(origin: &HeaderValue, headers: &HeaderMap, uri: &Uri) -> bool {
    let host = headers.get(header::HOST);
    let host = host.and_then(|host| host.to_str().ok());
    let host = uri.authority().map(Authority::as_str).or(host);
    let origin = origin.to_str().ok();
    // Ignore the scheme, since a proxy may terminate TLS.
    let authority = origin.and_then(|origin| {
        origin
            .strip_prefix("https://")
            .or_else(|| origin.strip_prefix("http://"))
    });
    authority
        .zip(host)
        .is_some_and(|(authority, host)| authority.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, Uri, header};

    #[test]
    fn a_page_of_another_host_is_rejected() {
        for (origin, expected) in [
            (None, true),
            (Some("http://acme.example.com"), true),
            (Some("https://ACME.example.com"), true),
            (Some("https://app.example.org"), true),
            (Some("http://app.example.org"), false),
            (Some("https://evil.example"), false),
            (Some("https://acme.example.com.evil.example"), false),
            (Some("https://acme.example.com:8080"), false),
            (Some("null"), false),
            (Some(""), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static("acme.example.com"));
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            }
            let named = [HeaderValue::from_static("https://app.example.org")];
            let uri = Uri::from_static("/graphql");
            let allowed = super::is_allowed(&headers, &uri, &named);
            assert_eq!(allowed, expected, "{origin:?}");
        }
    }
}
