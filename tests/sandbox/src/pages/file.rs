//! The files of exports. No key is needed: the address is a secret, as a signed URL of an object store.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::schema::export::{EXPORTS, file_name, is_ready};
use crate::schema::export_file::export_file;
use crate::state::app::SharedApp;

/// GET of a file.
pub(super) async fn download(State(app): State<SharedApp>, Path(id): Path<String>) -> Response {
    let export = app.objects().get(EXPORTS, &id).cloned();
    let Some(export) = export.filter(|export| is_ready(&app, export)) else {
        return (StatusCode::NOT_FOUND, "There is no such file").into_response();
    };
    let name = format!("attachment; filename=\"{}\"", file_name(&export));
    let headers =
        [(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, &name)];
    (headers, export_file(&app, &export)).into_response()
}
