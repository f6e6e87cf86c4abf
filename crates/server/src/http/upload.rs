//! Requests with files (GraphQL multipart request specification). Files are written to disk as they arrive.

use std::{collections::BTreeMap, io::SeekFrom};

use async_graphql::{Request, UploadValue};
use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header},
};
use multer::{Constraints, Field, Multipart, SizeLimit};
use outlay_domain::{Error, ErrorCode};
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use super::{body, error::Rejection, settings::HttpSettings};

/// Headers that an HTML form cannot send. A browser sends a CORS preflight request before it sends one to another site.
pub(super) const PREFLIGHTED: &[&str] = &[
    "authorization",
    "x-requested-with",
    "apollo-require-preflight",
    "graphql-require-preflight",
    "x-apollo-operation-name",
];

/// The maximum number of files in one request.
const MAX_FILES: usize = 10;

/// The paths of the variables that receive each file, by the name of its part.
type Map = BTreeMap<String, Vec<String>>;

/// Rejects requests that a form on another site could have sent (CSRF).
pub(super) fn check_preflight(headers: &HeaderMap) -> Result<(), Rejection> {
    if PREFLIGHTED.iter().any(|name| headers.contains_key(*name)) {
        return Ok(());
    }
    Err(Rejection::new(
        StatusCode::FORBIDDEN,
        ErrorCode::Forbidden,
        "A request with files requires the header GraphQL-Require-Preflight, with any value.",
    ))
}

/// Reads the request and its files. The order of parts is `operations`, `map`, files.
pub(super) async fn read(
    headers: &HeaderMap,
    body: Body,
    settings: &HttpSettings,
) -> Result<Request, Rejection> {
    let rejected = |error: multer::Error| unreadable(&error, settings.max_upload_bytes);
    let mut parts = open(headers, body, settings)?;
    let operations = next(&mut parts, "operations", rejected).await?;
    let mut request = body::parse(&operations.bytes().await.map_err(rejected)?)?;
    let map = next(&mut parts, "map", rejected).await?;
    let mut map = parse_map(&map.bytes().await.map_err(rejected)?)?;
    while let Some(file) = parts.next_field().await.map_err(rejected)? {
        let name = file.name().unwrap_or_default();
        let paths = map.remove(name).ok_or_else(|| {
            Rejection::invalid(format!("The part {name:?} is not listed in the map."))
        })?;
        let upload = store(file, rejected).await?;
        for path in paths {
            let upload = upload.try_clone().map_err(Error::internal)?;
            request.set_upload(&path, upload);
        }
    }
    match map.into_keys().next() {
        Some(missing) => Err(Rejection::invalid(format!(
            "The part {missing:?} is listed in the map but missing."
        ))),
        None => Ok(request),
    }
}

fn open(
    headers: &HeaderMap,
    body: Body,
    settings: &HttpSettings,
) -> Result<Multipart<'static>, Rejection> {
    let content_type = headers.get(header::CONTENT_TYPE);
    let boundary = content_type
        .and_then(|value| value.to_str().ok())
        .and_then(|value| multer::parse_boundary(value).ok())
        .ok_or_else(|| Rejection::invalid("The Content-Type has no boundary."))?;
    let small = settings.max_body_bytes as u64;
    let limits = SizeLimit::new()
        .whole_stream(settings.max_upload_bytes)
        .for_field("operations", small)
        .for_field("map", small);
    Ok(Multipart::with_constraints(
        body.into_data_stream(),
        boundary,
        Constraints::new().size_limit(limits),
    ))
}

async fn next(
    parts: &mut Multipart<'static>,
    name: &str,
    rejected: impl Fn(multer::Error) -> Rejection,
) -> Result<Field<'static>, Rejection> {
    let part = parts.next_field().await.map_err(rejected)?;
    part.filter(|part| part.name() == Some(name))
        .ok_or_else(|| {
            Rejection::invalid(format!(
                "The part {name} is missing. Send the parts in the order operations, map, files."
            ))
        })
}

fn parse_map(json: &[u8]) -> Result<Map, Rejection> {
    let map: Map = serde_json::from_slice(json).map_err(|error| {
        Rejection::invalid(format!(
            "The map is not a JSON object of lists of paths: {error}."
        ))
    })?;
    if map.values().map(Vec::len).sum::<usize>() <= MAX_FILES {
        return Ok(map);
    }
    Err(Rejection::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::LimitExceeded,
        format!("A request may contain at most {MAX_FILES} files."),
    ))
}

/// Writes a file to an anonymous temporary file, one chunk at a time.
async fn store(
    mut part: Field<'static>,
    rejected: impl Fn(multer::Error) -> Rejection,
) -> Result<UploadValue, Rejection> {
    let filename = part.file_name().unwrap_or("file").to_owned();
    let content_type = part.content_type().map(ToString::to_string);
    let disk = |error: std::io::Error| Rejection::from(Error::internal(error));
    let mut file = tokio::fs::File::from_std(tempfile::tempfile().map_err(disk)?);
    while let Some(chunk) = part.chunk().await.map_err(&rejected)? {
        file.write_all(&chunk).await.map_err(disk)?;
    }
    file.flush().await.map_err(disk)?;
    file.seek(SeekFrom::Start(0)).await.map_err(disk)?;
    Ok(UploadValue {
        filename,
        content_type,
        content: file.into_std().await,
    })
}

fn unreadable(error: &multer::Error, limit: u64) -> Rejection {
    match error {
        multer::Error::FieldSizeExceeded { limit, .. }
        | multer::Error::StreamSizeExceeded { limit } => Rejection::too_large(limit),
        multer::Error::StreamReadFailed(cause) => body::unreadable(cause.as_ref(), limit),
        other => Rejection::invalid(format!("The multipart body is malformed: {other}.")),
    }
}
