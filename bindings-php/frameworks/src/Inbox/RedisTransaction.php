<?php

declare(strict_types=1);

namespace LomiSDK\Inbox;

use LomiSDK\Exception\ConfigurationError;
use LomiSDK\Exception\ValidationError;

/**
 * The commands of a handler. They run when it has returned, together with the mark of the event:
 *
 *     $inbox->handle($event, function (Event $event, RedisTransaction $transaction): void {
 *         $transaction->queue('INCRBY', 'balance', 100);
 *     });
 */
final class RedisTransaction
{
    /** Lua passes no more arguments than this to one command. */
    private const MOST_ARGUMENTS = 7000;

    /** @var list<list<string>> */
    private array $commands = [];
    private bool $ended = false;

    /** @internal */
    public function __construct()
    {
    }

    /**
     * Adds a command. Keys are those of Redis itself. Redis cannot undo: if it refuses a command, for instance because the
     * key has another type, those before it have run, and run again with the event's next delivery.
     *
     * @throws ValidationError for a string that is not UTF-8
     */
    public function queue(string $command, string|int ...$arguments): void
    {
        if ($this->ended) {
            throw new ConfigurationError('queue was called after the handler had ended');
        }
        if ($command === '') {
            throw new ValidationError('a command of queue must have a name, such as INCRBY');
        }
        if (count($arguments) > self::MOST_ARGUMENTS) {
            throw new ValidationError('a command of queue takes at most ' . self::MOST_ARGUMENTS . ' arguments');
        }
        // As strings, because a large number would lose digits in Lua.
        $strings = array_map(strval(...), [$command, ...array_values($arguments)]);
        foreach ($strings as $at => $string) {
            if (preg_match('//u', $string) !== 1) {
                throw new ValidationError("argument $at of queue must be UTF-8: encode binary data, for instance with base64_encode");
            }
        }
        $this->commands[] = $strings;
    }

    /**
     * The commands as JSON. No more can be added.
     *
     * @internal
     */
    public function end(): string
    {
        $this->ended = true;
        return json_encode($this->commands, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES);
    }
}
