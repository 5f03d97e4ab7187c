//! What an action changes in its object.

use serde_json::{Map, Value};

use super::plans::{cancel, change_plan, resume};
use crate::schema::action::Action;
use crate::state::app::App;
use crate::state::time::{MINUTE, iso};

/// Changes the fields of the object of an action.
pub(crate) fn effect(
    app: &App,
    action: &Action,
    scenario: Option<&str>,
    fields: &mut Map<String, Value>,
) {
    let now = app.clock.now();
    let mut set = |name: &str, value: Value| drop(fields.insert(name.to_owned(), value));
    match (action.resource, action.verb) {
        ("subscriptions" | "customer_subscriptions", "cancel") => cancel(app, fields),
        ("subscriptions", "resume") => resume(app, &app.objects(), fields),
        ("subscriptions", "change_plan") => change_plan(&app.objects(), fields),
        ("customers", "block") => set("blocked", true.into()),
        ("customers", "unblock") => set("blocked", false.into()),
        ("customers", "create_portal_session") => {
            let token = uuid::Uuid::new_v4().simple().to_string();
            set("launch_url", format!("{}/portal/{token}", app.url).into());
            set("launch_token", token.into());
            set("expires_in_seconds", 900.into());
        }
        ("invoices", "finalize" | "send") => set("status", "sent".into()),
        ("invoices", "void") => set("status", "void".into()),
        ("support_requests", "close") => set("status", "closed".into()),
        ("charges", "create_switch") => set("status", scenario.unwrap_or("pending").into()),
        ("network", "create_login_link") => {
            set("url", format!("{}/login/{}", app.url, uuid::Uuid::new_v4()).into());
            set("expires_at", iso(now + 15 * MINUTE).into());
        }
        ("network", "create_account_session") => {
            set("client_secret", format!("secret_{}", uuid::Uuid::new_v4().simple()).into());
            set("expires_at", iso(now + 15 * MINUTE).into());
        }
        _ => {}
    }
}
