<?php

declare(strict_types=1);

namespace LomiSDK\Inbox;

use DateTimeInterface;
use LomiSDK\Exception\ValidationError;
use LomiSDK\Internal\Messages;
use LomiSDK\LomiClient;
use LomiSDK\Model\Event;
use LomiSDK\Webhooks;

/**
 * Hands each event over once, whether a webhook or reconcile brings it. The event is marked as handled in the
 * transaction in which the handler writes, so a process that is killed at any moment has either done both or
 * nothing, and the event comes again:
 *
 *     $inbox = new Inbox(new PdoStore($pdo));
 *     $inbox->handle($event, function (Event $event, PDO $pdo): void {
 *         $pdo->prepare('UPDATE orders SET paid = 1 WHERE id = ?')->execute([...]);
 *     });
 *
 * What a handler does outside of that transaction, such as sending an e-mail, may happen more than once. The
 * handler must let the errors of its statements pass, and must not end the transaction; in MySQL, CREATE TABLE,
 * ALTER TABLE and TRUNCATE end it too.
 */
final class Inbox
{
    public function __construct(private Store $store)
    {
    }

    /** Creates the table where there is none; does nothing in Redis. */
    public function createTable(): void
    {
        $this->store->createTable();
    }

    /**
     * Hands an event over, unless it was before. What the handler throws is thrown on, and nothing is stored: let
     * the webhook answer with 500, and the event is delivered again.
     *
     * @param callable(Event, object): mixed $handler gets the event and what to write with: the PDO, Laravel's
     *     connection, or a RedisTransaction
     * @return bool whether the handler was called; false for an event that was handled before
     * @throws InboxBusyError if another process works on the event for too long (Redis only)
     * @throws InboxLeaseLostError if the handler took longer than its lease (Redis only)
     * @throws InboxRolledBackError if the handler ended the transaction, or caught an error that did
     */
    public function handle(Event $event, callable $handler): bool
    {
        return $this->handOver($event, $handler, null);
    }

    /**
     * Hands over what webhooks have not brought since the last run, and returns how many events that was. Each
     * event's cursor is stored in the transaction of its handler. Run it every few minutes, for instance by cron.
     *
     * @param callable(Event, object): mixed $handler as for handle()
     * @param DateTimeInterface|string|null $since where the first run starts; later ones start where the last has
     *     ended
     * @throws ValidationError if there is neither a stored cursor nor `since`
     * @throws \LomiSDK\ApiException what a call to the API throws; the next run continues from the stored cursor
     */
    public function reconcile(LomiClient $client, callable $handler, DateTimeInterface|string|null $since = null): int
    {
        $stored = $this->store->loadCursor();
        $start = $stored ?? $since ?? throw new ValidationError(Messages::text('inbox_without_cursor'));
        $handedOver = $repeated = 0;
        $missed = $client->reconcile($start);
        foreach ($missed as $cursor => $event) {
            if ($this->handOver($event, $handler, $cursor)) {
                $stored = $cursor;
                $handedOver++;
            } elseif (++$repeated % Statements::CURSOR_EVERY === 0) {
                $this->store->storeCursor($stored = $cursor);
            }
        }
        if ($missed->getCursor() !== $stored) {
            $this->store->storeCursor($missed->getCursor());
        }
        return $handedOver;
    }

    /**
     * Deletes the marks of events that were handled more than so many days ago, and returns their number. Redis
     * deletes them by itself. lomi. delivers an event again for a few days at most; reconcile must not start from
     * a time before the marks that are left.
     */
    public function deleteOld(int $days = Statements::KEEP_DAYS): int
    {
        if ($days < 1) {
            throw new ValidationError('days must be a number of days above 0');
        }
        return $this->store->deleteBefore(time() - min($days, 1_000_000) * 86400);
    }

    private function handOver(Event $event, callable $handler, ?string $cursor): bool
    {
        // Other characters could be refused by a database.
        $name = (string) preg_replace('/[^\x20-\x7e]/', '?', substr((string) $event->getEvent(), 0, Statements::LONGEST_NAME));
        $source = (string) $event->getSource() === 'reconcile' ? 'reconcile' : 'webhook';
        $work = function (object $transaction) use ($event, $handler): void {
            $handler($event, $transaction);
        };
        return $this->store->handle(Webhooks::replayKey($event), $name, $source, $cursor, $work);
    }
}
