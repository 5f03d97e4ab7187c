//! The operations that may move money, and a few that do not, with what they send and make.

use lomi::{Value, json};

/// An operation, what is sent, and the object that the server makes or changes.
pub(crate) struct Case {
    pub(crate) operation: &'static str,
    pub(crate) path: &'static [(&'static str, &'static str)],
    pub(crate) body: Option<Value>,
    /// Of a create: the new row. Else: the object's fields after the work.
    pub(crate) object: Value,
    /// Fields of the object that some servers do not show.
    pub(crate) hidden: &'static [&'static str],
    /// The object's fields before the work, where it exists.
    pub(crate) before: Option<Value>,
    /// Whether the object is gone after the work.
    pub(crate) deletes: bool,
    /// The field with the amount, which other rows have another value of.
    pub(crate) amount: &'static str,
}

pub(crate) fn case(operation: &'static str, body: Value, object: Value) -> Case {
    Case {
        operation,
        path: &[],
        body: Some(body),
        object,
        hidden: &[],
        before: None,
        deletes: false,
        amount: "amount",
    }
}

pub(crate) fn cases() -> Vec<Case> {
    let payer = json!({"name": "Awa", "phoneNumber": "+221770000001"});
    vec![
        Case {
            hidden: &["amount"],
            ..case(
                "create_refund",
                json!({"transaction_id": "t_1", "amount": 500}),
                json!({"transaction_id": "t_1", "amount": 500, "status": "pending"}),
            )
        },
        Case {
            hidden: &["rail", "recipient", "destination"],
            ..case(
                "create_payout",
                json!({"amount": 7000, "currency_code": "XOF", "rail": "wave", "destination": "beneficiary",
                    "recipient": {"phone": "+221770000002"}}),
                json!({"amount": 7000, "currency_code": "XOF", "rail": "wave", "destination": "beneficiary",
                    "recipient": {"phone": "+221770000002"}}),
            )
        },
        Case {
            hidden: &["payout_method_id"],
            ..case(
                "create_beneficiary_payout",
                json!({"amount": 900, "currency_code": "XOF", "payout_method_id": "pm_1"}),
                json!({"amount": 900, "currency_code": "XOF", "payout_method_id": "pm_1"}),
            )
        },
        Case {
            hidden: &["source_transaction_id", "currency_code"],
            ..case(
                "create_transfer",
                json!({"amount": 300, "currency_code": "XOF", "destination": "acct_1", "source_transaction_id": "t_2"}),
                json!({"amount": 300, "currency_code": "XOF", "destination": "acct_1", "source_transaction_id": "t_2"}),
            )
        },
        Case {
            path: &[("transfer_id", "tr_1")],
            hidden: &["reversed_transfer_id"],
            ..case(
                "reverse_transfer",
                json!({"amount": 100}),
                json!({"amount": 100, "reversed_transfer_id": "tr_1"}),
            )
        },
        Case {
            hidden: &["price_id"],
            amount: "price_id",
            ..case(
                "create_subscription",
                json!({"customer_id": "c_1", "price_id": "p_1"}),
                json!({"customer_id": "c_1", "price_id": "p_1", "status": "active"}),
            )
        },
        Case {
            hidden: &["price_id"],
            amount: "price_id",
            ..case(
                "create_usage_subscription",
                json!({"customer_id": "c_2", "price_id": "p_2"}),
                json!({"customer_id": "c_2", "price_id": "p_2", "status": "active"}),
            )
        },
        Case {
            hidden: &["customer_phone", "provider_code"],
            amount: "gross_amount",
            ..case(
                "create_wave_charge",
                json!({"amount": 1000, "currency": "XOF", "customer": payer.clone()}),
                json!({"gross_amount": 1000, "currency_code": "XOF", "provider_code": "WAVE",
                    "customer_phone": "+221770000001"}),
            )
        },
        Case {
            hidden: &["customer_phone", "gross_amount"],
            amount: "gross_amount",
            ..case(
                "create_mtn_charge",
                json!({"amount": 1000, "currency": "XOF", "customer": payer, "quantity": 2}),
                json!({"gross_amount": 2000, "currency_code": "XOF", "provider_code": "MTN",
                    "customer_phone": "+221770000001"}),
            )
        },
        Case {
            hidden: &["customer_email"],
            amount: "gross_amount",
            ..case(
                "create_card_charge",
                json!({"amount": 4000, "currency_code": "XOF", "customer_email": "a@b.ci"}),
                json!({"gross_amount": 4000, "currency_code": "XOF", "provider_code": "STRIPE",
                    "customer_email": "a@b.ci"}),
            )
        },
        Case {
            path: &[("charge_id", "pi_1")],
            before: Some(json!({"status": "requires_capture"})),
            ..case("capture_card_charge", json!({}), json!({"status": "succeeded"}))
        },
        Case {
            path: &[("charge_id", "pi_2")],
            before: Some(json!({"status": "requires_capture", "amount": 100})),
            ..case(
                "increment_card_charge",
                json!({"amount": 200}),
                json!({"status": "requires_capture", "amount": 200}),
            )
        },
        Case {
            path: &[("subscription_id", "s_1")],
            hidden: &["updated_at", "price_id"],
            before: Some(json!({"status": "active", "price_id": "p_1"})),
            ..case(
                "update_subscription",
                json!({"price_id": "p_2"}),
                json!({"status": "active", "price_id": "p_2"}),
            )
        },
        Case {
            path: &[("subscription_id", "s_2")],
            hidden: &["updated_at"],
            before: Some(json!({"price_id": "p_1"})),
            ..case(
                "change_subscription_plan",
                json!({"price_id": "p_3"}),
                json!({"price_id": "p_3"}),
            )
        },
        Case {
            path: &[("subscription_id", "s_3")],
            hidden: &["updated_at"],
            before: Some(json!({"metadata": {}})),
            ..case(
                "update_customer_subscription",
                json!({"metadata": {"a": "b"}}),
                json!({"metadata": {"a": "b"}}),
            )
        },
        Case {
            path: &[("refund_id", "r_1")],
            hidden: &["updated_at"],
            before: Some(json!({"reason": "old"})),
            ..case("update_refund", json!({"reason": "new"}), json!({"reason": "new"}))
        },
        Case {
            path: &[("payout_id", "po_1")],
            hidden: &["updated_at"],
            before: Some(json!({"reason": "old"})),
            ..case("update_payout", json!({"reason": "new"}), json!({"reason": "new"}))
        },
        Case {
            path: &[("refund_id", "r_2")],
            body: None,
            hidden: &["updated_at"],
            before: Some(json!({"status": "pending"})),
            deletes: true,
            ..case("delete_refund", json!({}), json!({}))
        },
        Case {
            path: &[("payout_id", "po_2")],
            body: None,
            hidden: &["updated_at"],
            before: Some(json!({"status": "pending"})),
            deletes: true,
            ..case("delete_payout", json!({}), json!({}))
        },
        case(
            "grant_usage_credits",
            json!({"customer_id": "c_1", "meter_id": "m_1", "units": 5}),
            json!({}),
        ),
        case("create_instant_settlement", json!({"amount": 5, "currency_code": "XOF"}), json!({})),
        case("create_switch_charge", json!({"amount": 5, "pan": "4111", "cvv": "1"}), json!({})),
    ]
}
