<?php

declare(strict_types=1);

namespace LomiSDK\Inbox;

use LomiSDK\ApiException;

/**
 * Another process works on the event, and had not finished when the wait ended. The handler was not called: let the
 * webhook answer with 500. getRetryAfter() has the seconds until the lease of the other process ends.
 */
class InboxBusyError extends ApiException
{
    protected $kind = 'InboxBusyError';

    public function __construct(string $message = '', ?float $retryAfter = null)
    {
        parent::__construct($message);
        $this->retryAfter = $retryAfter;
    }
}
