<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\Configuration;
use LomiSDK\LomiClient;
use LomiSDK\Page;
use LomiSDK\Tests\Support\Documented;
use LomiSDK\Tests\Support\FaultServer;
use LomiSDK\Tests\Support\Sample;
use PHPUnit\Framework\TestCase;

/** Each operation once, against a server that records the request and sends what the documents say. */
final class EveryOperationTest extends TestCase
{
    private const ID = 'an/id ü';
    private const SENT_ID = 'an%2Fid%20%C3%BC';
    private const KEY = 'lomi_sk_test_every_operation';

    /** @dataProvider documentedClasses */
    public function testEveryOperationOfTheDocumentedClasses(array $classes, int $count): void
    {
        $operations = array_merge(...array_values(array_map(
            fn ($class, $operations) => array_map(fn ($name, $operation) => [$class, $name, $operation], array_keys($operations), $operations),
            array_keys($classes),
            $classes,
        )));
        self::assertCount($count, $operations);
        $server = self::server(array_column($operations, 2));
        $config = (new Configuration())->setApiKey('X-API-KEY', self::KEY)->setHost("$server->url/v1");
        $wrong = [];
        $requests = [];
        foreach ($operations as [$class, $method, [$verb, , $arguments, $body, $result]]) {
            $class = "LomiSDK\\Api\\$class";
            $api = new $class(null, $config);
            $given = self::arguments($arguments, $body);
            $given_back = $api->$method(...$given);
            array_push($wrong, ...self::wrongResult("$class::$method", $given_back, $result));
            $requests[] = $api->{"{$method}Request"}(...$given);
        }
        $recorded = $server->requests();
        self::assertCount($count, $recorded);
        foreach ($operations as $at => [$class, $method, $operation]) {
            array_push($wrong, ...self::wrongRequest("$class::$method", $recorded[$at], $operation, ['limit' => '20', 'offset' => '0']));
            $prepared = $requests[$at];
            if ([$prepared->getMethod(), $prepared->getRequestTarget(), (string) $prepared->getBody()] !== [$recorded[$at]['method'], $recorded[$at]['path'], $recorded[$at]['body']]) {
                $wrong[] = "$class::{$method}Request: {$prepared->getMethod()} {$prepared->getRequestTarget()}";
            }
        }
        self::assertSame([], $wrong);
    }

    public static function documentedClasses(): array
    {
        return ['current' => [Documented::classes(), 84], 'earlier' => [Documented::earlierClasses(), 127]];
    }

    public function testEveryOperationOfTheModernClient(): void
    {
        $operations = [];
        foreach (Documented::properties() as $class => $property) {
            foreach (Documented::classes()[$class] as $method => $operation) {
                preg_match('/^(create|list|retrieve|update|delete)/', $method, $verb);
                $operations[] = [$property, $verb[1] === 'retrieve' ? 'get' : $verb[1], $operation];
            }
        }
        self::assertCount(84, $operations);
        $server = self::server(array_column($operations, 2));
        $lomi = new LomiClient(self::KEY, ['base_url' => "$server->url/v1", 'routes' => 'documented']);
        // Resources of newer documents have no documented class.
        self::assertSame([], array_diff(Documented::properties(), array_keys(get_object_vars($lomi))));
        $wrong = [];
        foreach ($operations as [$property, $verb, [, , $arguments, $body, $result]]) {
            $given = match ($verb) {
                'create' => [Sample::of($body)],
                'update' => [self::ID, Sample::of($body)],
                'list' => [['limit' => 7, 'sort' => 'created_at:desc']],
                default => [self::ID],
            };
            $given_back = $lomi->$property->$verb(...$given);
            $listed = $verb === 'list' ? Documented::models()[$result]['data'] : $result;
            array_push($wrong, ...self::wrongResult("$property.$verb", $given_back, $listed));
        }
        $recorded = $server->requests();
        self::assertCount(84, $recorded);
        foreach ($operations as $at => [$property, $verb, $operation]) {
            array_push($wrong, ...self::wrongRequest("$property.$verb", $recorded[$at], $operation, ['limit' => '7', 'sort' => 'created_at:desc']));
        }
        self::assertSame([], $wrong);
    }

    public function testOnlyACreateThatCanAskForPaymentGivesIt(): void
    {
        $invoice = ['body' => json_encode(['payment_required' => true, 'message' => 'pay first', 'invoice_url' => 'https://example.com/i'])];
        $server = new FaultServer([$invoice]);
        $lomi = new LomiClient(self::KEY, ['base_url' => "$server->url/v1", 'routes' => 'documented', 'max_retries' => 0]);
        $asking = [];
        foreach (Documented::properties() as $class => $property) {
            if (method_exists($lomi->$property, 'create')) {
                try {
                    if ($lomi->$property->create(['metadata' => ['a' => 'b']]) instanceof \LomiSDK\Model\PaymentRequired) {
                        $asking[] = $property;
                    }
                } catch (\LomiSDK\ApiException) {
                }
            }
        }
        self::assertSame(['checkoutSessions'], $asking);
    }

    /** A server with one response for each operation, in their order. */
    private static function server(array $operations): FaultServer
    {
        return new FaultServer(array_map(fn ($operation) => match ($operation[0]) {
            'DELETE' => ['status' => 204],
            default => [
                'status' => $operation[0] === 'POST' ? 201 : 200,
                'headers' => ['Content-Type' => 'application/json'],
                'body' => json_encode(Sample::of($operation[4]), JSON_THROW_ON_ERROR),
            ],
        }, $operations));
    }

    /** Arguments as the documents declare them; those with a default are left out. */
    private static function arguments(string $declared, ?string $body): array
    {
        $given = [];
        foreach (array_filter(explode(' ', $declared), fn ($argument) => !str_contains($argument, '=')) as $argument) {
            $class = "LomiSDK\\Model\\$body";
            $given[] = preg_match('/_(create|update)$/', $argument) ? new $class(Sample::of($body)) : self::ID;
        }
        return $given;
    }

    /** @return list<string> */
    private static function wrongRequest(string $where, array $recorded, array $operation, array $query): array
    {
        [$method, $path, , $body] = $operation;
        $wrong = [];
        $expected = preg_replace('/\{\w+\}/', self::SENT_ID, "/v1$path");
        [$target, $given] = explode('?', $recorded['path'] . '?');
        parse_str($given, $given);
        if ([$recorded['method'], $target] !== [$method, $expected]) {
            $wrong[] = "$where: {$recorded['method']} $target";
        }
        $lists = $method === 'GET' && $path === preg_replace('/\{\w+\}/', '', $path);
        if ($given !== ($lists ? $query : [])) {
            $wrong[] = "$where: the query " . json_encode($given);
        }
        $sent = json_decode($recorded['body'], true);
        if ($body === null ? $recorded['body'] !== '' : $sent != Sample::of($body)) {
            $wrong[] = "$where: the body {$recorded['body']}";
        }
        if (($recorded['headers']['x-api-key'] ?? null) !== self::KEY) {
            $wrong[] = "$where: no key";
        }
        return $wrong;
    }

    /** @return list<string> */
    private static function wrongResult(string $where, mixed $given, ?string $model): array
    {
        if ($model === null) {
            return $given === null ? [] : ["$where gives " . get_debug_type($given)];
        }
        if (preg_match('/^array<(\w+)>$/', $model, $of)) {
            if (!$given instanceof Page || count($given) !== 1) {
                return ["$where gives no page of one"];
            }
            return self::wrongResult($where, $given->data[0], $of[1]);
        }
        if (!is_a($given, "LomiSDK\\Model\\$model")) {
            return ["$where gives " . get_debug_type($given)];
        }
        return Sample::differences($given, Sample::of($model), $where);
    }
}
