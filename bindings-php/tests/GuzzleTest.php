<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use GuzzleHttp\Client;
use GuzzleHttp\Handler\MockHandler;
use GuzzleHttp\HandlerStack;
use GuzzleHttp\Middleware;
use GuzzleHttp\Promise\CancellationException;
use GuzzleHttp\Promise\Utils;
use GuzzleHttp\Psr7\Response;
use LomiSDK\Api\CheckoutSessionsApi;
use LomiSDK\Configuration;
use LomiSDK\Exception\NotFoundError;
use LomiSDK\Exception\OutcomeUnknownError;
use LomiSDK\Exception\UnexpectedRedirectError;
use LomiSDK\LomiClient;
use LomiSDK\Tests\Support\FaultServer;
use PHPUnit\Framework\TestCase;
use Psr\Http\Client\ClientInterface;
use Psr\Http\Client\NetworkExceptionInterface;
use Psr\Http\Message\RequestInterface;
use Psr\Http\Message\ResponseInterface;

/** The rules for calls through a client of Guzzle's or of PSR-18, and what is left to the user. */
final class GuzzleTest extends TestCase
{
    private const SESSION = '{"checkout_session_id":"cs_1","status":"open"}';

    private static function client(FaultServer $server, array $config = []): LomiClient
    {
        return new LomiClient('lomi_sk_test_1', ['base_url' => $server->url, 'http_client' => new Client($config)]);
    }

    public function testAPostOnAnIdleConnectionThatClosesIsSentOnce(): void
    {
        $response = ['body' => self::SESSION, 'headers' => ['Content-Type' => 'application/json']];
        $server = new FaultServer([$response, ['raw' => ''], $response]);
        $lomi = self::client($server);
        $lomi->checkoutSessions->get('cs_1');
        try {
            $lomi->request('POST', '/refunds', ['body' => ['amount' => 1]]);
            self::fail('there was no response');
        } catch (OutcomeUnknownError) {
            self::assertCount(2, $server->requests());
        }
    }

    public function testAResponseAfterARetryOfTheUsersClientHasNothingOfTheFirst(): void
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

    public function testTheUsersOptionsForCurlAndCallbacksStay(): void
    {
        $server = FaultServer::json(self::SESSION);
        $seen = [];
        $stack = HandlerStack::create();
        $stack->push(Middleware::mapResponse(function (ResponseInterface $response) use (&$seen) {
            $seen[] = (string) $response->getBody();
            return $response;
        }));
        $http = new Client([
            'handler' => $stack,
            // Nothing listens at the base URL.
            'curl' => [CURLOPT_CONNECT_TO => ['127.0.0.1:1:127.0.0.1:' . parse_url($server->url, PHP_URL_PORT)]],
            'on_headers' => function (ResponseInterface $response) use (&$seen): void {
                $seen[] = $response->getStatusCode();
            },
            'progress' => function () use (&$seen): void {
                $seen['progress'] = true;
            },
        ]);
        $lomi = new LomiClient('lomi_sk_test_1', ['base_url' => 'http://127.0.0.1:1/v1', 'http_client' => $http]);
        self::assertSame('cs_1', $lomi->checkoutSessions->get('cs_1')->getCheckoutSessionId());
        self::assertSame('127.0.0.1:1', $server->requests()[0]['headers']['host']);
        self::assertTrue($seen['progress']);
        unset($seen['progress']);
        self::assertSame([200, self::SESSION], $seen);
    }

    /** @dataProvider surfaces */
    public function testMocksAndMiddlewareSeeEveryRequest(callable $get): void
    {
        $seen = [];
        $stack = HandlerStack::create(new MockHandler([
            new Response(503, ['Retry-After' => '0']),
            new Response(200, ['Content-Type' => 'application/json'], self::SESSION),
        ]));
        $stack->push(Middleware::history($seen));
        self::assertSame('cs_1', $get(new Client(['handler' => $stack]))->getCheckoutSessionId());
        self::assertCount(2, $seen);
        foreach ($seen as ['request' => $request]) {
            self::assertSame('GET', $request->getMethod());
            self::assertSame('https://mock.example/v1/checkout_sessions/cs_1', (string) $request->getUri());
            self::assertSame('lomi_sk_test_1', $request->getHeaderLine('X-API-KEY'));
        }
    }

    public static function surfaces(): array
    {
        $modern = fn ($http) => new LomiClient('lomi_sk_test_1', ['base_url' => 'https://mock.example/v1', 'http_client' => $http]);
        $config = (new Configuration())->setApiKey('X-API-KEY', 'lomi_sk_test_1')->setHost('https://mock.example/v1');
        $documented = fn ($http) => new CheckoutSessionsApi($http, $config);
        return [
            'modern' => [fn ($http) => $modern($http)->checkoutSessions->get('cs_1')],
            'modern, promised' => [fn ($http) => $modern($http)->checkoutSessions->getAsync('cs_1')->wait()],
            'documented' => [fn ($http) => $documented($http)->retrieveCheckoutSession('cs_1')],
            'documented, promised' => [fn ($http) => $documented($http)->retrieveCheckoutSessionAsync('cs_1')->wait()],
        ];
    }

    /** @dataProvider surfaces */
    public function testAnyClientOfPsr18IsUsed(callable $get): void
    {
        $client = self::psr18([new Response(503, ['Retry-After' => '0']), new Response(200, ['Content-Type' => 'application/json'], '{"data":' . self::SESSION . '}')]);
        self::assertNotInstanceOf(\GuzzleHttp\ClientInterface::class, $client);
        self::assertSame('cs_1', $get($client)->getCheckoutSessionId());
        self::assertCount(2, $client->seen);
        self::assertSame('lomi_sk_test_1', $client->seen[1]->getHeaderLine('X-API-KEY'));
    }

    public function testTheRulesHoldOverPsr18(): void
    {
        $lomi = fn ($http) => new LomiClient('lomi_sk_test_1', ['base_url' => 'https://mock.example/v1', 'routes' => 'documented', 'http_client' => $http]);

        $moved = self::psr18([new Response(307, ['Location' => 'https://elsewhere.example/'])]);
        try {
            $lomi($moved)->checkoutSessions->get('cs_1');
            self::fail('a redirect is an error');
        } catch (UnexpectedRedirectError) {
            self::assertCount(1, $moved->seen);
        }

        // The same key in every attempt of a call, and another key for each call.
        $busy = fn () => new Response(503, ['Retry-After' => '0']);
        $made = fn () => new Response(201, ['Content-Type' => 'application/json'], self::SESSION);
        $twice = self::psr18([$busy(), $made(), $made()]);
        $lomi($twice)->checkoutSessions->create(['amount' => 1, 'currency_code' => 'XOF']);
        $lomi($twice)->checkoutSessions->create(['amount' => 1, 'currency_code' => 'XOF']);
        $keys = array_map(fn ($request) => $request->getHeaderLine('Idempotency-Key'), $twice->seen);
        self::assertCount(3, array_filter($keys));
        self::assertSame($keys[0], $keys[1]);
        self::assertNotSame($keys[1], $keys[2]);
        self::assertSame('{"amount":1,"currency_code":"XOF"}', (string) $twice->seen[0]->getBody());

        // A POST without a key may have been done when its connection broke: it is sent once, and the error says so.
        $broken = self::psr18([null, $made()]);
        try {
            $lomi($broken)->request('POST', '/refunds', ['body' => ['amount' => 1]]);
            self::fail('there was no response');
        } catch (OutcomeUnknownError) {
            self::assertCount(1, $broken->seen);
        }

        // An error in the client itself is no HTTP error.
        $own = new class implements ClientInterface {
            public function sendRequest(RequestInterface $request): ResponseInterface
            {
                throw new \LogicException('not set up');
            }
        };
        $this->expectException(\LogicException::class);
        $lomi($own)->checkoutSessions->get('cs_1');
    }

    /** @dataProvider transports */
    public function testPromisesDoWhatGuzzlesPromisesDo(array $options): void
    {
        $good = FaultServer::json(self::SESSION);
        $bad = FaultServer::json('{"error":"x"}', 404);
        $at = fn (FaultServer $server) => (new LomiClient('lomi_sk_test_1', ['base_url' => $server->url] + $options))->checkoutSessions;

        $both = Utils::unwrap(['a' => $at($good)->getAsync('cs_1'), 'b' => $at($good)->getAsync('cs_1')]);
        self::assertSame(['a', 'b'], array_keys($both));
        self::assertSame('cs_1', $both['b']->getCheckoutSessionId());

        $settled = Utils::settle([$at($good)->getAsync('cs_1'), $at($bad)->getAsync('cs_1')])->wait();
        self::assertSame(['fulfilled', 'rejected'], array_column($settled, 'state'));
        self::assertInstanceOf(NotFoundError::class, $settled[1]['reason']);

        $quiet = $at($bad)->getAsync('cs_1');
        self::assertSame('pending', $quiet->getState());
        $quiet->wait(false);
        self::assertSame('rejected', $quiet->getState());

        $chain = $at($bad)->getAsync('cs_1')->otherwise(fn ($e) => $at($good)->getAsync('cs_1'))->then(fn ($session) => $session->getStatus());
        self::assertSame('open', $chain->wait());

        $cancelled = $at($good)->getAsync('cs_1');
        $cancelled->cancel();
        $this->expectException(CancellationException::class);
        $cancelled->wait();
    }

    public static function transports(): array
    {
        return ['own' => [[]], 'Guzzle' => [['http_client' => new Client()]]];
    }

    /** A PSR-18 client that returns the given responses; null is a network error. */
    private static function psr18(array $responses): ClientInterface
    {
        return new class($responses) implements ClientInterface {
            /** @var list<RequestInterface> */
            public array $seen = [];

            public function __construct(private array $responses)
            {
            }

            public function sendRequest(RequestInterface $request): ResponseInterface
            {
                $this->seen[] = $request;
                return array_shift($this->responses) ?? throw new class($request) extends \RuntimeException implements NetworkExceptionInterface {
                    public function __construct(private RequestInterface $request)
                    {
                        parent::__construct('the network is gone');
                    }

                    public function getRequest(): RequestInterface
                    {
                        return $this->request;
                    }
                };
            }
        };
    }
}
