<?php

// The orders, in SQLite, and what an event of lomi. does to them.

declare(strict_types=1);

use LomiSDK\Model\{Event, Refunds, Transactions};

final class Order
{
    public string $id;
    public int $amount; // F CFA, which has no smaller unit
    public string $status; // pending, paid or refunded
    public int $attempt;
    public ?string $session_id;
    public ?string $checkout_url;
    public int $failed; // 1 after a payment that was refused
    public ?string $transaction_id;
    public int $paid_count;
    public ?string $note;
    public ?string $refund_id;
    public ?string $refund_call; // 'asked', or what findOutcome needs if the outcome is unknown
    public ?string $refund_note;
}

final class Orders
{
    public function __construct(private PDO $db)
    {
    }

    public function add(int $amount): Order
    {
        $id = bin2hex(random_bytes(16)); // nobody can guess the address of another buyer's order
        $this->run('INSERT INTO orders (id, amount) VALUES (?, ?)', $id, $amount);
        return $this->find($id);
    }

    public function find(string $id): ?Order
    {
        return $this->run('SELECT * FROM orders WHERE id = ?', $id)->fetchObject(Order::class) ?: null;
    }

    /** @return list<Order> */
    public function all(): array
    {
        return $this->run('SELECT * FROM orders ORDER BY rowid DESC')->fetchAll(PDO::FETCH_CLASS, Order::class);
    }

    /** @param array<string, string|int|null> $changes by column */
    public function update(Order $order, array $changes): void
    {
        $columns = implode(' = ?, ', array_keys($changes)) . ' = ?';
        $this->run("UPDATE orders SET $columns WHERE id = ?", ...[...array_values($changes), $order->id]);
    }

    /** True for one request only, however many ask for the refund. */
    public function claimRefund(Order $order): bool
    {
        $sql = "UPDATE orders SET refund_call = 'asked', refund_note = 'A refund was asked for.'
            WHERE id = ? AND status = 'paid' AND refund_call IS NULL";
        return $this->run($sql, $order->id)->rowCount() === 1;
    }

    /**
     * Called once for each event, whether a webhook or reconcile brings it, in the transaction in which the inbox marks
     * it. Events come in any order, so each statement names the status that it changes.
     */
    public function onEvent(Event $event): void
    {
        $data = $event->getData();
        $failed = "UPDATE orders SET failed = 1 WHERE id = ? AND status = 'pending'";
        $notRefunded = "UPDATE orders SET status = 'paid', refund_call = NULL, refund_note = 'The refund failed.' WHERE refund_id = ?";
        match ($event->getEvent()) {
            'PAYMENT_SUCCEEDED' => $this->paid($data),
            'PAYMENT_FAILED' => $this->run($failed, self::orderOf($data)),
            'REFUND_COMPLETED' => $this->refunded($data),
            'REFUND_FAILED' => $this->run($notRefunded, $data->getRefundId()),
            default => null,
        };
    }

    private function paid(Transactions $payment): void
    {
        [$order, $amount, $currency] = [self::orderOf($payment), $payment->getGrossAmount(), $payment->getCurrencyCode()];
        $sql = "UPDATE orders SET status = 'paid', paid_count = paid_count + 1, transaction_id = ?
            WHERE id = ? AND status = 'pending' AND amount = ? AND ? = 'XOF'";
        if ($this->run($sql, $payment->getTransactionId(), $order, $amount, $currency)->rowCount() === 0) {
            // Another amount, or paid before. No exception: the money is there, and a person has to decide.
            $note = "Payment {$payment->getTransactionId()} of $amount $currency does not fit. ";
            $this->run("UPDATE orders SET note = COALESCE(note, '') || ? WHERE id = ?", $note, $order);
        }
    }

    private function refunded(Refunds $refund): void
    {
        // The last line: this refund may have failed afterwards, and the event of that may have come first.
        $sql = "UPDATE orders SET status = 'refunded', refund_id = ? WHERE transaction_id = ? AND amount = ? AND status = 'paid'
            AND (refund_call IS NOT NULL OR refund_id IS NULL OR refund_id <> ?)";
        $id = $refund->getRefundId();
        $this->run($sql, $id, $refund->getTransactionId(), $refund->getRefundedAmount() ?? $refund->getAmount(), $id);
    }

    /** The order's id, from the metadata: an event that reconcile brings may lack the id of the session. */
    private static function orderOf(Transactions $payment): string
    {
        return (string) ($payment->getMetadata()['order'] ?? '');
    }

    private function run(string $sql, mixed ...$values): PDOStatement
    {
        $statement = $this->db->prepare($sql);
        $statement->execute($values);
        return $statement;
    }
}
