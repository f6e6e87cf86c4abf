//! Requests with files, by the GraphQL multipart request specification: files go to disk as they come.

use std::{collections::BTreeMap, io::SeekFrom};

use async_graphql::{Request, UploadValue};
use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header},
};
use multer::{Constraints, Field, Multipart, SizeLimit};
use outlay_domain::{Error, ErrorCode};
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use super::{body, error::Refusal, settings::HttpSettings};

/// Headers that no form of another site can send: a browser asks first.
pub(super) const PREFLIGHTED: &[&str] = &[
    "authorization",
    "x-requested-with",
    "apollo-require-preflight",
    "graphql-require-preflight",
    "x-apollo-operation-name",
];

/// The most files that one request brings.
const MAX_FILES: usize = 10;

/// Which variables each file goes to, by the name of its part.
type Map = BTreeMap<String, Vec<String>>;

/// Refuses what a form of another site could have sent in the name of whoever looks at it (CSRF).
pub(super) fn check_preflight(headers: &HeaderMap) -> Result<(), Refusal> {
    if PREFLIGHTED.iter().any(|name| headers.contains_key(*name)) {
        return Ok(());
    }
    Err(Refusal::new(
        StatusCode::FORBIDDEN,
        ErrorCode::Forbidden,
        "A request with files needs the header GraphQL-Require-Preflight, with any value.",
    ))
}

/// Reads the request and its files: `operations`, then `map`, then the files.
pub(super) async fn read(
    headers: &HeaderMap,
    body: Body,
    settings: &HttpSettings,
) -> Result<Request, Refusal> {
    let refused = |error: multer::Error| unreadable(&error, settings.max_upload_bytes);
    let mut parts = open(headers, body, settings)?;
    let operations = next(&mut parts, "operations", refused).await?;
    let mut request = body::parse(&operations.bytes().await.map_err(refused)?)?;
    let map = next(&mut parts, "map", refused).await?;
    let mut map = parse_map(&map.bytes().await.map_err(refused)?)?;
    while let Some(file) = parts.next_field().await.map_err(refused)? {
        let name = file.name().unwrap_or_default();
        let paths = map
            .remove(name)
            .ok_or_else(|| Refusal::invalid(format!("The map does not name the part {name:?}.")))?;
        let upload = store(file, refused).await?;
        for path in paths {
            let upload = upload.try_clone().map_err(Error::internal)?;
            request.set_upload(&path, upload);
        }
    }
    match map.into_keys().next() {
        Some(missing) => Err(Refusal::invalid(format!(
            "The map names the part {missing:?}, which is missing."
        ))),
        None => Ok(request),
    }
}

fn open(
    headers: &HeaderMap,
    body: Body,
    settings: &HttpSettings,
) -> Result<Multipart<'static>, Refusal> {
    let content_type = headers.get(header::CONTENT_TYPE);
    let boundary = content_type
        .and_then(|value| value.to_str().ok())
        .and_then(|value| multer::parse_boundary(value).ok())
        .ok_or_else(|| Refusal::invalid("The multipart body has no boundary."))?;
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
    refused: impl Fn(multer::Error) -> Refusal,
) -> Result<Field<'static>, Refusal> {
    let part = parts.next_field().await.map_err(refused)?;
    part.filter(|part| part.name() == Some(name))
        .ok_or_else(|| {
            Refusal::invalid(format!(
                "The parts come in the order operations, map, files; {name} is missing."
            ))
        })
}

fn parse_map(json: &[u8]) -> Result<Map, Refusal> {
    let map: Map = serde_json::from_slice(json).map_err(|error| {
        Refusal::invalid(format!(
            "The map is not an object of lists of paths: {error}."
        ))
    })?;
    if map.values().map(Vec::len).sum::<usize>() <= MAX_FILES {
        return Ok(map);
    }
    Err(Refusal::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::LimitExceeded,
        format!("One request brings {MAX_FILES} files at most."),
    ))
}

/// Writes a file to the temporary directory, without a name there, and never holds more of it than a chunk.
async fn store(
    mut part: Field<'static>,
    refused: impl Fn(multer::Error) -> Refusal,
) -> Result<UploadValue, Refusal> {
    let filename = part.file_name().unwrap_or("file").to_owned();
    let content_type = part.content_type().map(ToString::to_string);
    let disk = |error: std::io::Error| Refusal::from(Error::internal(error));
    let mut file = tokio::fs::File::from_std(tempfile::tempfile().map_err(disk)?);
    while let Some(chunk) = part.chunk().await.map_err(&refused)? {
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

fn unreadable(error: &multer::Error, limit: u64) -> Refusal {
    match error {
        multer::Error::FieldSizeExceeded { limit, .. }
        | multer::Error::StreamSizeExceeded { limit } => Refusal::too_large(limit),
        multer::Error::StreamReadFailed(cause) => body::unreadable(cause.as_ref(), limit),
        other => Refusal::invalid(format!("The multipart body cannot be read: {other}.")),
    }
}
