<?php

/**
 * Answers with canned bytes, so that only the client's work is measured. Prints its address.
 * A path with `slow` in its query is answered after 20 ms, however many are waiting.
 */

declare(strict_types=1);

function session(int $at): array
{
    $id = sprintf('7d943e05-874f-4f72-8050-%012d', $at);
    $fields = ['checkout_session_id' => $id, 'organization_id' => $id, 'status' => 'open', 'amount' => 15000, 'currency_code' => 'XOF', 'title' => 'Coffee Beans - 1kg', 'public_description' => 'Premium arabica coffee beans', 'customer_id' => $id, 'customer_email' => 'customer@example.com', 'customer_name' => 'Awa Diop', 'customer_phone' => '+221771234567', 'product_id' => $id, 'price_id' => $id, 'subscription_id' => null, 'payment_link_id' => null, 'payment_request_id' => null, 'installment_plan_id' => null, 'allowed_providers' => 'WAVE', 'allow_quantity' => false, 'quantity' => 1, 'allow_coupon_code' => true, 'success_url' => 'https://example.com/success', 'cancel_url' => 'https://example.com/cancel', 'is_pos' => false, 'is_spi' => false, 'qr_code_data' => null, 'qr_code_type' => null, 'spi_account_number' => null, 'spi_qr_code_id' => null, 'metadata' => ['order' => '1234', 'source' => 'web'], 'environment' => 'test', 'expires_at' => '2025-11-21T14:32:16.240Z', 'created_at' => '2025-11-21T13:32:16.240Z', 'created_by' => 'api_key', 'updated_at' => '2025-11-21T13:32:16.240Z'];
    return $fields;
}

function packed(int $status, array $body): string
{
    $text = json_encode($body);
    return "HTTP/1.1 $status OK\r\nContent-Type: application/json\r\nContent-Length: " . strlen($text) . "\r\n\r\n$text";
}

$made = packed(201, session(7));
$one = packed(200, session(7));
$page = packed(200, ['data' => array_map('session', range(0, 99)), 'pagination' => ['limit' => 100, 'offset' => 0, 'total' => 100]]);

$server = stream_socket_server('tcp://127.0.0.1:0', $code, $message, STREAM_SERVER_BIND | STREAM_SERVER_LISTEN, stream_context_create(['socket' => ['backlog' => 512, 'tcp_nodelay' => true]]));
echo 'http://', stream_socket_get_name($server, false), "\n";
$connections = $buffers = [];
$later = new SplQueue();
while (true) {
    $read = [$server, ...$connections];
    $write = $except = null;
    $wait = $later->isEmpty() ? 1_000_000 : max(0, (int) (($later->bottom()[0] - microtime(true)) * 1e6));
    stream_select($read, $write, $except, 0, $wait);
    while (!$later->isEmpty() && $later->bottom()[0] <= microtime(true)) {
        [, $connection, $answer] = $later->dequeue();
        @fwrite($connection, $answer);
    }
    foreach ($read as $ready) {
        if ($ready === $server) {
            $connection = stream_socket_accept($server);
            stream_set_blocking($connection, false);
            $connections[(int) $connection] = $connection;
            $buffers[(int) $connection] = '';
            continue;
        }
        $id = (int) $ready;
        $chunk = fread($ready, 65536);
        if ($chunk === '' || $chunk === false) {
            if (feof($ready)) {
                fclose($ready);
                unset($connections[$id], $buffers[$id]);
            }
            continue;
        }
        $buffers[$id] .= $chunk;
        $end = strpos($buffers[$id], "\r\n\r\n");
        if ($end === false) {
            continue;
        }
        $head = substr($buffers[$id], 0, $end);
        $length = preg_match('/content-length: (\d+)/i', $head, $m) ? (int) $m[1] : 0;
        if (strlen($buffers[$id]) < $end + 4 + $length) {
            continue;
        }
        $buffers[$id] = '';
        $answer = $head[0] === 'P' ? $made : (str_contains($head, 'limit=') ? $page : $one);
        if (str_contains($head, 'slow')) {
            $later->enqueue([microtime(true) + 0.02, $ready, $answer]);
        } else {
            fwrite($ready, $answer);
        }
    }
}
