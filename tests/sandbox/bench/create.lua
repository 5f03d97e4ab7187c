-- For wrk: every request makes a session.
wrk.method = "POST"
wrk.body = '{"amount":10000,"currency_code":"XOF","title":"Coffee Beans - 1kg"}'
wrk.headers["Content-Type"] = "application/json"
