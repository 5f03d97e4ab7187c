<?php

/** The process of FaultServer: php fault-server.php <folder>. One request at a time per connection. */

declare(strict_types=1);

$folder = $argv[1];
$responses = json_decode((string) file_get_contents("$folder/responses.json"), true);
$server = stream_socket_server('tcp://127.0.0.1:0') ?: exit(1);
echo 'http://', stream_socket_get_name($server, false), "\n";

$connections = [];
$opened = [];
$buffers = [];
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
        $chunk = fread($ready, 65536);
        $buffers[$id] .= $chunk;
        if ($chunk === '' || $chunk === false) {
            fclose($ready);
            unset($connections[$id], $buffers[$id]);
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
        $request = ['method' => $found[1], 'path' => $found[2], 'headers' => $headers, 'body' => $found[4], 'connection' => $opened[$id]];
        file_put_contents("$folder/requests.jsonl", json_encode($request) . "\n", FILE_APPEND);
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
