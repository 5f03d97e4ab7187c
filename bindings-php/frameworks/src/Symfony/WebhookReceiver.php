<?php

declare(strict_types=1);

namespace LomiSDK\Symfony;

use LomiSDK\Model\Event;
use LomiSDK\Webhook\Receiver;
use LomiSDK\Webhook\Refusal;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\Response;

/**
 * Turns a request into a verified event, or into the response that refuses it. LomiBundle makes it a service:
 *
 *     #[Route('/webhooks/lomi', methods: ['POST'])]
 *     public function webhook(Request $request, WebhookReceiver $receiver): Response
 *     {
 *         $event = $receiver->receive($request);
 *         if ($event instanceof Response) {
 *             return $event;
 *         }
 *         ...
 *     }
 */
final class WebhookReceiver
{
    private Receiver $receiver;

    /**
     * @param string|list<string>|null $secret lomi.webhook_secret of php.ini or LOMI_WEBHOOK_SECRET when left out
     * @param int|null $maxAge Refuse deliveries that were made longer ago, in seconds
     * @param object|null $logger A PSR-3 logger, which is told why a delivery was refused; error_log when left out
     */
    public function __construct(
        #[\SensitiveParameter] string|array|null $secret = null,
        ?int $maxAge = null,
        ?object $logger = null,
    ) {
        $this->receiver = new Receiver($secret, $maxAge, $logger);
    }

    public function receive(Request $request): Event|Response
    {
        $length = (int) $request->headers->get('Content-Length');
        // As a stream, so that no more is read than the limit.
        $event = $this->receiver->receive($request->getContent(true), $request->headers->get('X-Lomi-Signature'), $length);
        return $event instanceof Refusal
            ? new Response($event->body, $event->status, ['Content-Type' => 'application/json'])
            : $event;
    }
}
