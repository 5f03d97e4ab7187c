"""A server of fixed responses, fast enough not to influence what is measured.

Prints its address. One session has the 35 documented fields; a list has as many rows as
its query's `limit` says, and 10,000 in all. Rows differ as sessions of one merchant do: in
their ids, times, buyers, orders and, one among a few, in title, amount and status.
"""

import asyncio
import json
import re
import sys
import uuid

ID = str(uuid.UUID(int=7))
SESSION = {
    "allow_coupon_code": True,
    "allow_quantity": False,
    "allowed_providers": "WAVE",
    "amount": 15000,
    "cancel_url": "https://example.com/cancel",
    "checkout_session_id": ID,
    "created_at": "2025-11-21T13:32:16.240Z",
    "created_by": "api_key",
    "currency_code": "XOF",
    "customer_email": "customer@example.com",
    "customer_id": ID,
    "customer_name": "Awa Diop",
    "customer_phone": "+221771234567",
    "environment": "test",
    "expires_at": "2025-11-21T14:32:16.240Z",
    "installment_plan_id": None,
    "is_pos": False,
    "is_spi": False,
    "metadata": {"order": "1234", "source": "web"},
    "organization_id": ID,
    "payment_link_id": None,
    "payment_request_id": None,
    "price_id": ID,
    "product_id": ID,
    "public_description": "Premium arabica coffee beans",
    "qr_code_data": None,
    "qr_code_type": None,
    "quantity": 1,
    "spi_account_number": None,
    "spi_qr_code_id": None,
    "status": "open",
    "subscription_id": None,
    "success_url": "https://example.com/success",
    "title": "Coffee Beans - 1kg",
    "updated_at": "2025-11-21T13:32:16.240Z",
}


FIRST = ("Awa", "Ibrahima", "Fatou", "Mamadou", "Aminata", "Kouassi", "Adjoua", "Moussa")
LAST = ("Diop", "Ndiaye", "Traoré", "Koné", "Kouamé", "Sarr", "Ouattara")
SOLD = (("Coffee Beans - 1kg", 15000), ("Attiéké, 5 kg", 4500), ("Pagne wax, 6 yards", 22000))


def row(number):
    """One session of the list."""
    first, last = FIRST[number % 8], LAST[number % 7]
    made = f"2025-11-{1 + number % 28:02}T{number % 24:02}:{number % 60:02}:16.{number % 1000:03}Z"
    title, amount = SOLD[number % 3]
    return {
        **SESSION,
        "checkout_session_id": str(uuid.UUID(int=number << 64 | 7919 * number)),
        "amount": amount,
        "title": title,
        "status": ("completed", "open", "completed", "expired")[number % 4],
        "customer_name": f"{first} {last}",
        "customer_email": f"{first}.{last}{number}@example.com".lower(),
        "customer_id": str(uuid.UUID(int=number * 104729 << 32 | number)),
        "customer_phone": f"+2217{number * 7919 % 10**8:08}",
        "created_at": made,
        "updated_at": made.replace("16.", "48."),
        "expires_at": made.replace("2025", "2026"),
        "metadata": {"order": str(100_000 + number), "source": "web"},
        "public_description": None if number % 5 == 0 else SESSION["public_description"],
    }


def packed(status, body):
    text = json.dumps(body).encode()
    head = (
        f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n"
    )
    return head.encode() + b"\r\n" + text


ONE, MADE = packed(200, SESSION), packed(201, SESSION)
PAGES = {}


def page(limit, offset):
    if (limit, offset) not in PAGES:
        rows = [row(offset + n) for n in range(min(limit, 10_000 - offset))]
        facts = {"limit": limit, "offset": offset, "total": 10_000}
        PAGES[limit, offset] = packed(200, {"data": rows, "pagination": facts})
    return PAGES[limit, offset]


class Canned(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
        self.data = b""

    def data_received(self, data):
        self.data += data
        while (end := self.data.find(b"\r\n\r\n")) >= 0:
            head = self.data[:end]
            length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self.data) < whole:
                return
            self.data = self.data[whole:]
            if head.startswith(b"POST"):
                self.transport.write(MADE)
            elif b"limit=" in head.split(b"\r\n", 1)[0]:
                found = dict(re.findall(rb"(limit|offset)=(\d+)", head))
                self.transport.write(page(int(found[b"limit"]), int(found.get(b"offset", 0))))
            else:
                self.transport.write(ONE)


async def main():
    for offset in range(0, 10_000, 100):
        page(100, offset)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Canned, "127.0.0.1", 0, backlog=512)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    sys.stdin.read(0)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
