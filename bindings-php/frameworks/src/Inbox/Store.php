<?php

declare(strict_types=1);

namespace LomiSDK\Inbox;

/** The storage of an inbox: PdoStore, LaravelStore or RedisStore. */
interface Store
{
    /** Creates the table where there is none. */
    public function createTable(): void;

    /**
     * Marks an event and does the work in one transaction. If the work throws, nothing is stored and the exception
     * is thrown on.
     *
     * @param string $key the event's replay key
     * @param string $name the event's name, for people who read the table
     * @param string $source `webhook` or `reconcile`
     * @param string|null $cursor to be stored in the same transaction
     * @param callable(object): void $work gets what the handler writes with
     * @return bool whether the work was done; false if the event was marked before
     */
    public function handle(string $key, string $name, string $source, ?string $cursor, callable $work): bool;

    /** The cursor of the last run of reconcile, or null before the first one. */
    public function loadCursor(): ?string;

    public function storeCursor(string $cursor): void;

    /** Deletes the marks of events that were handled before a time in seconds since 1970; returns their number. */
    public function deleteBefore(int $time): int;
}
