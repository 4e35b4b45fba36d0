//! Fields from multipart. Files are passed over without being kept.

use axum::extract::{
    FromRequest, Multipart, Request,
    multipart::{Field, MultipartError},
};

use super::{Fields, MOST_TEXT, body_error};
use crate::error::ApiError;

/// More parts than a wallet has fields to send.
const MOST_PARTS: usize = 200;

pub(super) async fn read(request: Request) -> Result<Fields, ApiError> {
    let mut parts = Multipart::from_request(request, &())
        .await
        .map_err(|_| ApiError::bad_request("the multipart body has no boundary"))?;
    let (mut fields, mut count, mut room) = (Vec::new(), 0, MOST_TEXT);
    while let Some(part) = parts.next_field().await.map_err(failed)? {
        count += 1;
        if count > MOST_PARTS {
            return Err(ApiError::TooLarge);
        }
        if let (Some(name), true) = (part.name().map(str::to_owned), is_text(&part)) {
            fields.push((name, text(part, &mut room).await?));
        }
    }
    Ok(fields.into_iter().collect())
}

/// A file has a name, or a type that is not text (SEP24-008).
fn is_text(part: &Field<'_>) -> bool {
    part.file_name().is_none() && part.content_type().is_none_or(|kind| kind.starts_with("text/"))
}

async fn text(mut part: Field<'_>, room: &mut usize) -> Result<String, ApiError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(failed)? {
        *room = room.checked_sub(chunk.len()).ok_or(ApiError::TooLarge)?;
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| ApiError::bad_request("a text of the multipart body is not UTF-8"))
}

fn failed(error: MultipartError) -> ApiError {
    body_error(error.status())
}
