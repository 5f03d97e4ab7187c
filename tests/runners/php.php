<?php

/** The PHP runner: performs its share of a plan through LomiSDK\LomiClient, one call at a time. */

declare(strict_types=1);

use LomiSDK\ApiException;
use LomiSDK\IdempotencyKey;
use LomiSDK\LomiClient;
use LomiSDK\Money;
use LomiSDK\Webhooks;

/** Numbers that JSON cannot hold: {"$number": "NaN"}. */
/** The text of a body, with U+FFFD in place of bytes that are not UTF-8. */
function scrubbed(string $body): string
{
    mb_substitute_character(0xFFFD);

    return mb_scrub($body, 'UTF-8');
}

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

/** One object, and the original values of the fields that decoding changed. */
function describe(object $object): array
{
    $value = $object->jsonSerialize();
    $originals = new stdClass();
    foreach (get_object_vars($value) as $name => $read) {
        $sent = $object->original((string) $name);
        $same = is_float($sent) ? $sent == $read : json_encode($sent) === json_encode($read);
        if (!$same) {
            $originals->{$name} = $sent;
        }
    }
    $type = (new ReflectionClass($object))->getShortName();
    $result = ['value' => $value, 'originals' => $originals, 'type' => $type];
    if ($response = $object->getLastResponse()) {
        $result['facts'] = [
            'status' => $response->getStatus(), 'attempts' => $response->getAttempts(),
            'request_id' => $response->getRequestId(), 'idempotency_key' => $response->getIdempotencyKey(),
            'replayed' => $response->getReplayed(), 'warning' => $response->getWarning(),
        ];
    }
    return $result;
}

function describe_error(Throwable $error): array
{
    if (!$error instanceof ApiException) {
        return ['kind' => 'foreign ' . $error::class, 'message' => $error->getMessage()];
    }
    $body = $error->getResponseBody();
    // As the documented client does, messages begin with the status: "[404] ...".
    return [
        'kind' => (new ReflectionClass($error))->getShortName(), 'status' => $error->getStatus(),
        'code' => $error->getApiCode(), 'message' => preg_replace('/^\[\d+\] /', '', $error->getMessage()), 'details' => $error->getDetails(),
        'outcome' => $error->getOutcome(), 'attempts' => $error->getAttempts(),
        'request_id' => $error->getRequestId(), 'idempotency_key' => $error->getIdempotencyKey(),
        'operation' => $error->getOperation(), 'retry_after' => $error->getRetryAfter(),
        'body' => is_string($body) ? mb_substr(scrubbed($body), 0, 100) : $body,
    ];
}

function call(LomiClient $client, object $request): array
{
    $sessions = $client->checkoutSessions;
    $list = fn ($value): array => (array) ($value ?? []);
    $options = get_object_vars($request->options ?? new stdClass());
    $options = array_map(fn ($value) => is_object($value) ? json_decode(json_encode($value), true) : $value, $options);
    $payload = $request->payload ?? base64_decode($request->payload_base64 ?? '');
    switch ($request->do) {
        case 'create':
            return describe($sessions->create($request->body, $options));
        case 'get':
            return describe($sessions->get($request->id, $options));
        case 'list':
            $page = $sessions->list($list($request->query), $options);
            return ['page' => ['data' => array_map(fn ($one) => $one->jsonSerialize(), $page->data),
                'total' => $page->total, 'has_more' => $page->hasMore, 'next_cursor' => $page->nextCursor]];
        case 'update':
            return describe($sessions->update($request->id, $request->body, $options));
        case 'delete':
            return ['value' => $sessions->delete($request->id, $options)];
        case 'list_all':
            return walk($sessions, $list($request->query), $request->take ?? 99, $request->resume ?? false);
        case 'operation':
            $camel = fn (string $name): string => lcfirst(str_replace('_', '', ucwords($name, '_')));
            $given = $request->ids ?? [];
            if (isset($request->body) || isset($request->query)) {
                $given[] = isset($request->body) ? $request->body : $list($request->query);
            }
            $given[] = $options + (isset($request->confirm) ? ['confirm' => fn (): bool => true] : []);
            $result = $client->{$camel($request->on)}->{$camel($request->verb)}(...$given);
            $one = $result instanceof LomiSDK\Page ? $result->data[0] ?? null : $result;
            $type = is_object($one) && method_exists($one, 'original') ? (new ReflectionClass($one))->getShortName() : null;
            return ['value' => $result instanceof LomiSDK\Page ? $result->data : $result, 'type' => $type];
        case 'request':
            $given = ['query' => $list($request->query ?? null), 'body' => $request->body ?? null];
            return ['value' => $client->request($request->method, $request->path, $given + $options)];
        case 'webhook':
            $signature = isset($request->sign_with) ? Webhooks::sign($payload, $request->sign_with) : $request->signature;
            $times = [$request->max_age ?? null, $request->received_at ?? null];
            return describe(Webhooks::constructEvent($payload, $signature, $request->secrets, ...$times));
        case 'replay_key':
            $event = Webhooks::constructEvent($payload, Webhooks::sign($payload, 'whsec_x'), 'whsec_x');
            return ['text' => Webhooks::replayKey($event)];
        case 'sign':
            return ['text' => Webhooks::sign($payload, $request->secret)];
        case 'key_for_order':
            return ['text' => IdempotencyKey::forOrder($request->order, $request->attempt ?? null)];
        case 'money':
            $money = isset($request->major)
                ? Money::fromMajor($request->major, $request->currency)
                : new Money($request->amount, $request->currency);
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
        return ['items' => $ids, 'error' => describe_error($error)];
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
        $result = ['error' => describe_error($error)];
    }
    $ms = intdiv(hrtime(true) - $started, 1_000_000);
    echo json_encode(['name' => $plan->name, 'ms' => $ms] + $result, JSON_THROW_ON_ERROR), "\n";
}
usleep(100_000);
