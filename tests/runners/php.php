<?php

/** The PHP runner: performs its share of a plan through LomiSDK\LomiClient, one call at a time. */

declare(strict_types=1);

use LomiSDK\ApiException;
use LomiSDK\IdempotencyKey;
use LomiSDK\LomiClient;
use LomiSDK\Money;
use LomiSDK\Webhooks;

/** Replaces {"$number": "NaN"} by the number, which JSON cannot represent. */
function exact(mixed $value): mixed
{
    if (isset($value->{'$number'})) {
        $digits = $value->{'$number'};
        return match ($digits) {
            'NaN' => NAN,
            'Infinity' => INF,
            default => is_numeric($digits) ? $digits + 0 : $digits,
        };
    }
    if (is_array($value)) {
        return array_map('exact', $value);
    }
    if (is_object($value)) {
        foreach (get_object_vars($value) as $name => $field) {
            $value->{$name} = exact($field);
        }
    }
    return $value;
}

/** One object, and the originals of fields whose value was converted. */
function give(object $found): array
{
    $value = $found->jsonSerialize();
    $originals = new stdClass();
    foreach (get_object_vars($value) as $name => $read) {
        $sent = $found->original((string) $name);
        $same = is_float($sent) ? $sent == $read : json_encode($sent) === json_encode($read);
        if (!$same) {
            $originals->{$name} = $sent;
        }
    }
    $type = (new ReflectionClass($found))->getShortName();
    $result = ['value' => $value, 'originals' => $originals, 'type' => $type];
    if ($facts = $found->getLastResponse()) {
        $result['facts'] = [
            'status' => $facts->getStatus(), 'attempts' => $facts->getAttempts(),
            'request_id' => $facts->getRequestId(), 'idempotency_key' => $facts->getIdempotencyKey(),
            'replayed' => $facts->getReplayed(), 'warning' => $facts->getWarning(),
        ];
    }
    return $result;
}

function told(Throwable $error): array
{
    if (!$error instanceof ApiException) {
        return ['kind' => 'foreign ' . $error::class, 'message' => $error->getMessage()];
    }
    $body = $error->getResponseBody();
    // As in the documented client, messages begin with the status: "[404] ...".
    return [
        'kind' => (new ReflectionClass($error))->getShortName(), 'status' => $error->getStatus(),
        'code' => $error->getApiCode(), 'message' => preg_replace('/^\[\d+\] /', '', $error->getMessage()), 'details' => $error->getDetails(),
        'outcome' => $error->getOutcome(), 'attempts' => $error->getAttempts(),
        'request_id' => $error->getRequestId(), 'idempotency_key' => $error->getIdempotencyKey(),
        'operation' => $error->getOperation(), 'retry_after' => $error->getRetryAfter(),
        'body' => is_string($body) ? mb_substr(mb_scrub($body), 0, 100) : $body,
    ];
}

function call(LomiClient $client, object $asked): array
{
    $sessions = $client->checkoutSessions;
    $list = fn ($value): array => (array) ($value ?? []);
    $options = get_object_vars($asked->options ?? new stdClass());
    $options = array_map(fn ($value) => is_object($value) ? json_decode(json_encode($value), true) : $value, $options);
    $payload = $asked->payload ?? base64_decode($asked->payload_base64 ?? '');
    switch ($asked->do) {
        case 'create':
            return give($sessions->create($asked->body, $options));
        case 'get':
            return give($sessions->get($asked->id, $options));
        case 'list':
            $page = $sessions->list($list($asked->query), $options);
            return ['page' => ['data' => array_map(fn ($one) => $one->jsonSerialize(), $page->data),
                'total' => $page->total, 'has_more' => $page->hasMore, 'next_cursor' => $page->nextCursor]];
        case 'update':
            return give($sessions->update($asked->id, $asked->body, $options));
        case 'delete':
            return ['value' => $sessions->delete($asked->id, $options)];
        case 'list_all':
            return walk($sessions, $list($asked->query), $asked->take ?? 99, $asked->resume ?? false);
        case 'request':
            $given = ['query' => $list($asked->query ?? null), 'body' => $asked->body ?? null];
            return ['value' => $client->request($asked->method, $asked->path, $given + $options)];
        case 'webhook':
            $signature = isset($asked->sign_with) ? Webhooks::sign($payload, $asked->sign_with) : $asked->signature;
            $times = [$asked->max_age ?? null, $asked->received_at ?? null];
            return give(Webhooks::constructEvent($payload, $signature, $asked->secrets, ...$times));
        case 'replay_key':
            $event = Webhooks::constructEvent($payload, Webhooks::sign($payload, 'whsec_x'), 'whsec_x');
            return ['text' => Webhooks::replayKey($event)];
        case 'sign':
            return ['text' => Webhooks::sign($payload, $asked->secret)];
        case 'key_for_order':
            return ['text' => IdempotencyKey::forOrder($asked->order, $asked->attempt ?? null)];
        case 'money':
            $money = isset($asked->major)
                ? Money::fromMajor($asked->major, $asked->currency)
                : new Money($asked->amount, $asked->currency);
            return ['value' => ['amount' => $money->getAmount(), 'text' => (string) $money]];
    }
    return [];
}

function walk(object $sessions, array $query, int $take, bool $again): array
{
    $ids = [];
    try {
        $items = $sessions->list($query)->autoPagingIterator();
        while (count($ids) < $take) {
            try {
                if (!$items->valid()) {
                    break;
                }
                $ids[] = $items->current()->getCheckoutSessionId();
                $items->next();
            } catch (ApiException $error) {
                if (!$again) {
                    throw $error;
                }
                $again = false;
            }
        }
    } catch (ApiException $error) {
        return ['items' => $ids, 'error' => told($error)];
    }
    return ['items' => $ids];
}

while (($line = fgets(STDIN)) !== false) {
    $plan = exact(json_decode($line, false, 512, JSON_BIGINT_AS_STRING));
    $started = hrtime(true);
    try {
        $numbers = array_filter(get_object_vars($plan->client), 'is_float');
        $rest = array_diff_key(get_object_vars($plan->client), $numbers);
        $settings = $numbers + json_decode(json_encode($rest), true);
        $settings['ca_file'] = $settings['ca_files'][0] ?? null;
        if (($argv[1] ?? '') === 'guzzle') {
            require_once '/usr/share/php/GuzzleHttp/autoload.php';
            $settings['http_client'] = new GuzzleHttp\Client();
        }
        $key = $settings['api_key'];
        $client = new LomiClient($key, array_diff_key($settings, ['api_key' => 0, 'ca_files' => 0]));
        foreach ($plan->before as $before) {
            call($client, $before);
        }
        usleep($plan->pause_ms * 1000);
        $started = hrtime(true);
        $result = call($client, $plan->call);
    } catch (Throwable $error) {
        $result = ['error' => told($error)];
    }
    $ms = intdiv(hrtime(true) - $started, 1_000_000);
    echo json_encode(['name' => $plan->name, 'ms' => $ms] + $result, JSON_THROW_ON_ERROR), "\n";
}
usleep(100_000);
