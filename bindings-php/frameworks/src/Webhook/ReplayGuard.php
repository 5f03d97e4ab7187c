<?php

declare(strict_types=1);

namespace LomiSDK\Webhook;

use LomiSDK\Exception\ConfigurationError;
use LomiSDK\Internal\Messages;
use LomiSDK\Model\Event;
use LomiSDK\Webhooks;

/**
 * Distinguishes the first delivery of an event from later ones.
 *
 * lomi. repeats a delivery whose response was not 2xx. The ids of two deliveries of one payment may
 * differ (live payments by Wave and by card get a new id on every attempt), so a payment event is identified by
 * its name, transaction and status. Every other event is identified by its id: two renewals of one subscription
 * are two events.
 *
 *     $guard = new ReplayGuard(new PdoStore($pdo));
 *     $guard->once($event, fn ($event) => ship($event));
 */
final class ReplayGuard
{
    /** @param int $ttl for how many seconds an event is remembered; 30 days when left out */
    public function __construct(private ReplayStore $store, private int $ttl = 30 * 24 * 60 * 60)
    {
        if ($ttl < 1) {
            throw new ConfigurationError(Messages::text('guard_ttl'));
        }
    }

    /** Returns whether an event is new, and stores it, in one step. */
    public function firstTime(Event $event): bool
    {
        return $this->store->remember(Webhooks::replayKey($event), $this->ttl);
    }

    /** Deletes an event, so that its next delivery counts as the first: for a handler that failed. */
    public function forget(Event $event): void
    {
        $this->store->forget(Webhooks::replayKey($event));
    }

    /**
     * Calls the handler if the event is new, and returns whether it was called. If it throws, the event is
     * deleted and the exception is thrown on. A process that is killed in the handler deletes nothing:
     * where that matters, use an inbox (LomiSDK\Inbox\Inbox).
     *
     * @param callable(Event): mixed $handler
     */
    public function once(Event $event, callable $handler): bool
    {
        if (!$this->firstTime($event)) {
            return false;
        }
        try {
            $handler($event);
        } catch (\Throwable $error) {
            $this->forget($event);
            throw $error;
        }
        return true;
    }
}
