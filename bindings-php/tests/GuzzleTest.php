<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use GuzzleHttp\Client;
use GuzzleHttp\HandlerStack;
use GuzzleHttp\Middleware;
use LomiSDK\Exception\OutcomeUnknownError;
use LomiSDK\LomiClient;
use LomiSDK\Tests\Support\FaultServer;
use PHPUnit\Framework\TestCase;
use Psr\Http\Message\ResponseInterface;

/** The rules on the road through a Guzzle client, and what is left to its owner. */
final class GuzzleTest extends TestCase
{
    private const SESSION = '{"checkout_session_id":"cs_1","status":"open"}';

    private static function client(FaultServer $server, array $config = []): LomiClient
    {
        return new LomiClient('lomi_sk_test_1', ['base_url' => $server->url, 'http_client' => new Client($config)]);
    }

    public function testAPostOnAnIdleConnectionThatClosesIsSentOnce(): void
    {
        $answer = ['body' => self::SESSION, 'headers' => ['Content-Type' => 'application/json']];
        $server = new FaultServer([$answer, ['raw' => ''], $answer]);
        $lomi = self::client($server);
        $lomi->checkoutSessions->get('cs_1');
        try {
            $lomi->request('POST', '/refunds', ['body' => ['amount' => 1]]);
            self::fail('there was no answer');
        } catch (OutcomeUnknownError) {
            self::assertCount(2, $server->requests());
        }
    }

    public function testAnAnswerAfterTheOwnersOwnRetryHoldsNothingOfTheFirst(): void
    {
        $server = new FaultServer([
            ['status' => 503, 'body' => str_repeat('busy ', 50)],
            ['body' => self::SESSION, 'headers' => ['Content-Type' => 'application/json']],
        ]);
        $stack = HandlerStack::create();
        $stack->push(Middleware::retry(fn ($count, $request, $response) => $count < 1 && $response?->getStatusCode() === 503));
        $session = self::client($server, ['handler' => $stack])->checkoutSessions->get('cs_1');
        self::assertSame('cs_1', $session->getCheckoutSessionId());
        self::assertCount(2, $server->requests());
    }

    public function testTheOwnersOptionsForCurlAndCallbacksStay(): void
    {
        $server = FaultServer::json(self::SESSION);
        $seen = [];
        $stack = HandlerStack::create();
        $stack->push(Middleware::mapResponse(function (ResponseInterface $response) use (&$seen) {
            $seen[] = (string) $response->getBody();
            return $response;
        }));
        $lomi = self::client($server, [
            'handler' => $stack,
            'curl' => [CURLOPT_REFERER => 'https://example.com/shop'],
            'on_headers' => function (ResponseInterface $response) use (&$seen): void {
                $seen[] = $response->getStatusCode();
            },
            'progress' => function () use (&$seen): void {
                $seen['progress'] = true;
            },
        ]);
        self::assertSame('cs_1', $lomi->checkoutSessions->get('cs_1')->getCheckoutSessionId());
        self::assertSame('https://example.com/shop', $server->requests()[0]['headers']['referer']);
        self::assertTrue($seen['progress']);
        unset($seen['progress']);
        self::assertSame([200, self::SESSION], $seen);
    }
}
