<?php

declare(strict_types=1);

namespace LomiSDK\Psr15;

use LomiSDK\Exception\SignatureVerificationError;
use LomiSDK\Exception\WebhookPayloadError;
use LomiSDK\Webhooks;
use Psr\Http\Message\ResponseFactoryInterface;
use Psr\Http\Message\ResponseInterface;
use Psr\Http\Message\ServerRequestInterface;
use Psr\Http\Server\MiddlewareInterface;
use Psr\Http\Server\RequestHandlerInterface;

/**
 * Lets only genuine lomi. webhooks through, with the event as the attribute `lomi.event`.
 * Everything else is answered with 400, and the handler is not called.
 */
final class WebhookMiddleware implements MiddlewareInterface
{
    public const ATTRIBUTE = 'lomi.event';

    /**
     * @param string|list<string>|null $secret `LOMI_WEBHOOK_SECRET` when left out
     * @param int|null $maxAge Refuse deliveries that were made longer ago, in seconds
     */
    public function __construct(
        private ResponseFactoryInterface $responses,
        #[\SensitiveParameter] private string|array|null $secret = null,
        private ?int $maxAge = null,
    ) {
    }

    public function process(ServerRequestInterface $request, RequestHandlerInterface $handler): ResponseInterface
    {
        // The raw body: what a parser made of it has another signature.
        $body = (string) $request->getBody();
        try {
            $event = Webhooks::constructEvent($body, $request->getHeaderLine('X-Lomi-Signature'), $this->secret, $this->maxAge);
        } catch (SignatureVerificationError | WebhookPayloadError $e) {
            $response = $this->responses->createResponse(400)->withHeader('Content-Type', 'application/json');
            $response->getBody()->write((string) json_encode(['error' => $e->getKind()]));
            return $response;
        }
        return $handler->handle($request->withAttribute(self::ATTRIBUTE, $event));
    }

    /** @return array{secret: string} what is shown of it */
    public function __debugInfo(): array
    {
        return ['secret' => 'whsec_***'];
    }
}
