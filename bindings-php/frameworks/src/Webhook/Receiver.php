<?php

declare(strict_types=1);

namespace LomiSDK\Webhook;

use LomiSDK\ApiException;
use LomiSDK\Internal\Messages;
use LomiSDK\Model\Event;
use LomiSDK\Webhooks;

/**
 * Turns a delivery into its event, or into the response that refuses it. In plain PHP:
 *
 *     $event = (new Receiver())->receiveFromGlobals();
 *     if ($event instanceof Refusal) {
 *         http_response_code($event->status);
 *         header('Content-Type: application/json');
 *         exit($event->body);
 *     }
 */
final class Receiver
{
    /**
     * @param string|list<string>|null $secret lomi.webhook_secret of php.ini or LOMI_WEBHOOK_SECRET when left out
     * @param int|null $maxAge Refuse deliveries that were made longer ago, in seconds
     * @param object|null $logger A PSR-3 logger, which is told why a delivery was refused; error_log when left out
     */
    public function __construct(
        #[\SensitiveParameter] private string|array|null $secret = null,
        private ?int $maxAge = null,
        private ?object $logger = null,
    ) {
    }

    /** The delivery of this request. Reads no more of the body than Webhooks::MAX_BODY. */
    public function receiveFromGlobals(): Event|Refusal
    {
        $length = (int) ($_SERVER['CONTENT_LENGTH'] ?? 0);
        return $this->receive(fopen('php://input', 'rb'), $_SERVER['HTTP_X_LOMI_SIGNATURE'] ?? null, $length);
    }

    /**
     * Checks a delivery. A wrong configuration throws, so that it is noticed and the delivery is sent again.
     *
     * @param resource|string $body the raw body, or a stream of it
     * @param int $length the Content-Length of the request; 0 where there is none
     */
    public function receive(mixed $body, ?string $signature, int $length = 0): Event|Refusal
    {
        try {
            if ($length > Webhooks::MAX_BODY) {
                Webhooks::bodyTooLarge();
            }
            $bytes = is_resource($body) ? (string) stream_get_contents($body, Webhooks::MAX_BODY + 1) : (string) $body;
            if (strlen($bytes) > Webhooks::MAX_BODY) {
                Webhooks::bodyTooLarge();
            }
            if ($bytes === '' && $length > 0) {
                Webhooks::bodyAlreadyRead();
            }
            return Webhooks::constructEvent($bytes, (string) $signature, $this->secret, $this->maxAge);
        } catch (ApiException $error) {
            $refusal = Webhooks::refusal($error->getKind(), $error->getApiCode());
            if ($refusal === null) {
                throw $error;
            }
            $this->warn(Messages::text('refused_delivery', ['why' => $error->getMessage()]));
            return new Refusal($refusal['status'], $refusal['body']);
        }
    }

    private function warn(string $line): void
    {
        try {
            $this->logger === null ? error_log("lomi: $line") : $this->logger->warning($line);
        } catch (\Throwable) {
            // What a logger throws does not change the response.
        }
    }

    /** @return array{secret: string} what is shown of it */
    public function __debugInfo(): array
    {
        return ['secret' => 'whsec_***'];
    }
}
