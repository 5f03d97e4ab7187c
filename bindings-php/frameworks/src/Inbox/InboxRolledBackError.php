<?php

declare(strict_types=1);

namespace LomiSDK\Inbox;

use LomiSDK\ApiException;

/**
 * The transaction of an event has ended although its handler succeeded: a statement failed and the handler caught its
 * error, or the handler ended the transaction. getPrevious() is the error of the database, if there is one.
 */
class InboxRolledBackError extends ApiException
{
    protected $kind = 'InboxRolledBackError';

    public function __construct(string $message = '', ?\Throwable $previous = null)
    {
        parent::__construct($message);
        if ($previous !== null) {
            // ApiException's constructor takes no previous exception.
            (new \ReflectionProperty(\Exception::class, 'previous'))->setValue($this, $previous);
        }
    }
}
