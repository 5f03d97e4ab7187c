<?php

declare(strict_types=1);

namespace LomiSDK\Psr15;

use LomiSDK\Webhook\Receiver;
use LomiSDK\Webhook\Refusal;
use LomiSDK\Webhooks;
use Psr\Http\Message\ResponseFactoryInterface;
use Psr\Http\Message\ResponseInterface;
use Psr\Http\Message\ServerRequestInterface;
use Psr\Http\Message\StreamInterface;
use Psr\Http\Server\MiddlewareInterface;
use Psr\Http\Server\RequestHandlerInterface;

/**
 * Lets only genuine lomi. webhooks through, with the event as the attribute `lomi.event`.
 * The response to everything else is 400, or 413 beyond 1 MiB, and the handler is not called.
 */
final class WebhookMiddleware implements MiddlewareInterface
{
    public const ATTRIBUTE = 'lomi.event';

    private Receiver $receiver;

    /**
     * @param string|list<string>|null $secret lomi.webhook_secret of php.ini or LOMI_WEBHOOK_SECRET when left out
     * @param int|null $maxAge Refuse deliveries that were made longer ago, in seconds
     * @param object|null $logger A PSR-3 logger, which is told why a delivery was refused; error_log when left out
     */
    public function __construct(
        private ResponseFactoryInterface $responses,
        #[\SensitiveParameter] string|array|null $secret = null,
        ?int $maxAge = null,
        ?object $logger = null,
    ) {
        $this->receiver = new Receiver($secret, $maxAge, $logger);
    }

    public function process(ServerRequestInterface $request, RequestHandlerInterface $handler): ResponseInterface
    {
        $length = max((int) $request->getHeaderLine('Content-Length'), (int) $request->getBody()->getSize());
        $body = $length > Webhooks::MAX_BODY ? '' : self::read($request->getBody());
        $event = $this->receiver->receive($body, $request->getHeaderLine('X-Lomi-Signature'), $length);
        if ($event instanceof Refusal) {
            $response = $this->responses->createResponse($event->status)->withHeader('Content-Type', 'application/json');
            $response->getBody()->write($event->body);
            return $response;
        }
        return $handler->handle($request->withAttribute(self::ATTRIBUTE, $event));
    }

    /** The raw body (a parsed body has another signature), read up to the limit. */
    private static function read(StreamInterface $stream): string
    {
        if ($stream->isSeekable()) {
            $stream->rewind();
        }
        $body = '';
        while (strlen($body) <= Webhooks::MAX_BODY && !$stream->eof()) {
            $body .= $stream->read(65536);
        }
        if ($stream->isSeekable()) {
            $stream->rewind();
        }
        return $body;
    }
}
