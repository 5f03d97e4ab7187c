<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\LomiClient;
use LomiSDK\Page;
use LomiSDK\Tests\Support\FaultServer;
use LomiSDK\Tests\Support\Spec;
use PHPUnit\Framework\TestCase;

/** Each operation of the spec once in each route style, through LomiClient. */
final class EverySpecOperationTest extends TestCase
{
    private const ID = 'an/id ü';
    private const SENT_ID = 'an%2Fid%20%C3%BC';
    private const ANY = ['any' => [1, ['thing' => true]]];

    /** @dataProvider styles */
    public function testEveryOperation(string $style): void
    {
        $spec = new Spec();
        $operations = array_filter($spec->operations, fn ($one) => isset($one['paths'][$style]));
        $server = new FaultServer(array_map(fn ($one) => self::response($spec, $one), array_values($operations)));
        $lomi = new LomiClient('lomi_sk_test_1', ['base_url' => $server->url, 'routes' => $style]);
        $wrong = [];
        foreach ($operations as $name => $one) {
            $given = array_fill(0, $one['ids'], self::ID);
            if ($one['body'] !== null) {
                $given[] = $spec->sent($one['body']);
            } elseif ($one['query'] !== []) {
                $given[] = self::query($spec, $one);
            }
            array_push($wrong, ...self::wrongResult($spec, $name, $one, $lomi->{$one['property']}->{$one['method']}(...$given)));
        }
        foreach (array_combine(array_keys($operations), $server->requests()) as $name => $request) {
            $one = $operations[$name];
            [$target, $query] = explode('?', $request['path'] . '?');
            $path = preg_replace('/\{\w+\}/', self::SENT_ID, $one['paths'][$style]);
            parse_str($query, $query);
            $body = $request['body'] === '' ? null : json_decode($request['body'], true);
            $expected = [$one['http'], $path, $one['body'] === null ? array_map(strval(...), self::words(self::query($spec, $one))) : []];
            if ([$request['method'], $target, $query] !== $expected) {
                $wrong[] = "$name: {$request['method']} {$request['path']}";
            }
            // Some fields have another name in a route style.
            $sent = $one['body'] === null ? null : $spec->sent($one['body']);
            if (count($body ?? []) !== count($sent ?? [])) {
                $wrong[] = "$name: the body {$request['body']}";
            }
        }
        self::assertSame([], $wrong);
        self::assertGreaterThan(90, count($operations));
    }

    public static function styles(): array
    {
        return ['documented' => ['documented'], 'current' => ['current'], 'newest' => ['newest']];
    }

    public function testEveryOperationOfEveryGenerationIsThere(): void
    {
        $operations = (new Spec())->operations;
        $counts = array_count_values(str_split(implode('', array_column($operations, 'generations'))));
        $counts['C'] = count(array_filter($operations, fn ($one) => str_contains($one['generations'], 'C')));
        ksort($counts);
        fwrite(STDERR, 'operations by generation: ' . json_encode($counts) . "\n");
        self::assertSame(['A' => 42, 'B' => 52, 'C' => 84, 'D' => 93, 'E' => 157], $counts);
    }

    private static function query(Spec $spec, array $one): array
    {
        return array_combine(array_column($one['query'], 'name'), array_map(fn ($query) => $spec->value($query['schema']), $one['query']));
    }

    /** Booleans as they are in a query. */
    private static function words(array $query): array
    {
        return array_map(fn ($value) => is_bool($value) ? json_encode($value) : $value, $query);
    }

    private static function response(Spec $spec, array $one): array
    {
        if ($one['returned'] === null && !$one['any']) {
            return ['status' => $one['status']];
        }
        $body = match (true) {
            $one['any'] => self::ANY,
            $one['row'] !== null => ['data' => [$spec->received($one['row'])], 'pagination' => ['limit' => 1, 'offset' => 0, 'total' => 1]],
            default => $spec->received($one['returned']),
        };
        $headers = ['Content-Type' => 'application/json'];
        return ['status' => $one['status'], 'headers' => $headers, 'body' => json_encode($body, JSON_THROW_ON_ERROR)];
    }

    /** @return list<string> */
    private static function wrongResult(Spec $spec, string $name, array $one, mixed $given): array
    {
        if ($one['any']) {
            return $given === self::ANY ? [] : ["$name gives " . json_encode($given)];
        }
        if ($one['returned'] === null) {
            return $given === null ? [] : ["$name gives " . get_debug_type($given)];
        }
        if ($one['row'] !== null) {
            if (!$given instanceof Page || count($given) !== 1 || $given->hasMore) {
                return ["$name gives no page of one"];
            }
            $given = $given->data[0];
        }
        $schema = $one['row'] ?? $one['returned'];
        if (get_class($given) !== $spec->className($schema)) {
            return ["$name gives " . get_debug_type($given)];
        }
        $wrong = [];
        foreach ($spec->received($schema) as $field => $value) {
            if (json_decode(json_encode($given->original($field)), true) != $value) {
                $wrong[] = "$name: $field is " . json_encode($given->original($field));
            }
        }
        return $wrong;
    }
}
