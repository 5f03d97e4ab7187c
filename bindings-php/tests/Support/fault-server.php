<?php

/**
 * The process of FaultServer: php fault-server.php <folder>. One request at a time per connection. With a
 * tls.json it speaks TLS, and is a proxy too: it answers CONNECT, and then is the server at the end of the tunnel.
 */

declare(strict_types=1);

$folder = $argv[1];
$responses = json_decode((string) file_get_contents("$folder/responses.json"), true);
$tls = json_decode((string) @file_get_contents("$folder/tls.json"), true);
$context = stream_context_create(['ssl' => $tls ?? []]);
$server = stream_socket_server('tcp://127.0.0.1:0', context: $context) ?: exit(1);
echo 'http://', stream_socket_get_name($server, false), "\n";

$connections = [];
$opened = [];
$buffers = [];
$certificates = [];
while (true) {
    $read = [$server, ...$connections];
    $write = $except = null;
    if (stream_select($read, $write, $except, 10) === false) {
        exit(1);
    }
    foreach ($read as $ready) {
        if ($ready === $server) {
            $connection = stream_socket_accept($server);
            $connections[(int) $connection] = $connection;
            $opened[(int) $connection] = count($opened) + 1;
            $buffers[(int) $connection] = '';
            continue;
        }
        $id = (int) $ready;
        // The first byte of a handshake.
        if ($tls !== null && !isset($certificates[$id]) && stream_socket_recvfrom($ready, 1, STREAM_PEEK) === "\x16") {
            $certificates[$id] = '';
            if (!@stream_socket_enable_crypto($ready, true, STREAM_CRYPTO_METHOD_TLS_SERVER)) {
                fclose($ready);
                unset($connections[$id], $buffers[$id], $certificates[$id]);
                continue;
            }
            $certificate = stream_context_get_options($ready)['ssl']['peer_certificate'] ?? null;
            $certificates[$id] = $certificate ? openssl_x509_parse($certificate)['subject']['CN'] : '';
            continue;
        }
        $chunk = fread($ready, 65536);
        $buffers[$id] .= $chunk;
        if ($chunk === '' || $chunk === false) {
            fclose($ready);
            unset($connections[$id], $buffers[$id], $certificates[$id]);
            continue;
        }
        if (!preg_match('/^(\S+) (\S+) HTTP.*?\r\n(.*?)\r\n\r\n(.*)$/s', $buffers[$id], $found)) {
            continue;
        }
        $headers = [];
        foreach (explode("\r\n", $found[3]) as $line) {
            [$name, $value] = explode(':', $line, 2);
            $headers[strtolower($name)] = trim($value);
        }
        if (strlen($found[4]) < (int) ($headers['content-length'] ?? 0)) {
            continue;
        }
        $buffers[$id] = '';
        $request = ['method' => $found[1], 'path' => $found[2], 'headers' => $headers, 'body' => $found[4], 'connection' => $opened[$id], 'certificate' => $certificates[$id] ?? null];
        file_put_contents("$folder/requests.jsonl", json_encode($request) . "\n", FILE_APPEND);
        if ($found[1] === 'CONNECT') {
            fwrite($ready, "HTTP/1.1 200 Connection established\r\n\r\n");
            continue;
        }
        $response = count($responses) > 1 ? array_shift($responses) : $responses[0];
        fwrite($ready, $response['first'] ?? '');
        if (isset($response['wait'])) {
            usleep((int) ($response['wait'] * 1_000_000));
        }
        if (isset($response['raw'])) {
            fwrite($ready, $response['raw']);
            fclose($ready);
            unset($connections[$id], $buffers[$id]);
            continue;
        }
        $body = $response['body'] ?? base64_decode($response['base64'] ?? '');
        $lines = 'HTTP/1.1 ' . ($response['status'] ?? 200) . " Response\r\nContent-Length: " . strlen($body) . "\r\n";
        foreach ($response['headers'] ?? [] as $name => $value) {
            $lines .= "$name: $value\r\n";
        }
        fwrite($ready, "$lines\r\n$body");
    }
}
