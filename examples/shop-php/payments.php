<?php

// What the shop asks of lomi.: a checkout session for an order, its state, a refund.

declare(strict_types=1);

use LomiSDK\{ApiException, IdempotencyKey, LomiClient};
use LomiSDK\Exception\OutcomeUnknownError;
use LomiSDK\Model\Refunds;

final class Payments
{
    public function __construct(private LomiClient $lomi, private Orders $orders)
    {
    }

    /** The page on which the buyer pays the order; the order's own page if there is nothing to pay. */
    public function checkoutPage(Order $order, string $orderUrl): string
    {
        if ($order->status !== 'pending') {
            return $orderUrl;
        }
        $attempt = $order->attempt;
        if ($order->session_id !== null) {
            $status = $this->lomi->checkoutSessions->get($order->session_id)->getStatus();
            if ($status !== 'expired') {
                $this->orders->update($order, ['failed' => 0]);
                return $status === 'open' ? $order->checkout_url : $orderUrl;
            }
            $attempt++;
        }
        // The key of the order and the attempt: two clicks, or a crash after this call, give the same session.
        $key = IdempotencyKey::forOrder($order->id, $attempt);
        $session = $this->lomi->checkoutSessions->create([
            'amount' => $order->amount,
            'currency_code' => 'XOF',
            'title' => 'Coffee beans, 1 kg',
            'metadata' => ['order' => $order->id],
            'success_url' => $orderUrl,
            'cancel_url' => "$orderUrl?cancelled=1",
        ], ['idempotency_key' => $key])->session();
        $changes = ['session_id' => $session->getCheckoutSessionId(), 'checkout_url' => $session->getCheckoutUrl()];
        $this->orders->update($order, $changes + ['attempt' => $attempt, 'failed' => 0]);
        return $session->getCheckoutUrl();
    }

    /** The state to show to a buyer who is back. What marks the order as paid is Orders::onEvent. */
    public function stateOf(Order $order, bool $cancelled): string
    {
        if ($order->status !== 'pending' || $order->session_id === null) {
            return $order->status;
        }
        $session = $this->lomi->checkoutSessions->get($order->session_id);
        $fits = $session->getAmount() === $order->amount && ($session->getMetadata()['order'] ?? null) === $order->id;
        return match ($session->getStatus()) {
            'completed' => $fits ? 'paid' : 'pending',
            'expired' => 'expired',
            default => $cancelled ? 'cancelled' : 'pending',
        };
    }

    /** Refunds a paid order once. If the outcome is unknown, the refund is looked for, never sent again. */
    public function refund(Order $order): void
    {
        if ($this->orders->claimRefund($order)) {
            try {
                // The newest API asks before it moves money; the click on "Refund" was the answer.
                $body = ['transaction_id' => $order->transaction_id, 'amount' => $order->amount];
                $this->made($order, $this->lomi->refunds->create($body, ['confirm' => fn (): bool => true]));
                return;
            } catch (OutcomeUnknownError $e) {
                $order->refund_call = $e->getUnknownCall();
                $this->orders->update($order, ['refund_call' => $order->refund_call]);
            } catch (ApiException $e) {
                $this->orders->update($order, ['refund_call' => null, 'refund_note' => "Not refunded: {$e->getMessage()}"]);
            }
        }
        // 'asked': another request is at work, or was killed. Then the event of the refund tells, or a person who looks.
        if ($order->status !== 'paid' || $order->refund_call === null || $order->refund_call === 'asked') {
            return;
        }
        $found = $this->lomi->findOutcome($order->refund_call, ['known_ids' => array_filter([$order->refund_id])]);
        match ($found->getOutcome()) {
            'done' => $this->made($order, $found->getObject()),
            'not_done' => $this->orders->update($order, ['refund_call' => null, 'refund_note' => 'Not refunded. You can try again.']),
            'ambiguous' => $this->orders->update($order, ['refund_note' => "Is it refunded? Ask again later. {$found->getReason()}"]),
        };
    }

    private function made(Order $order, Refunds $refund): void
    {
        $this->orders->update($order, ['refund_id' => $refund->getRefundId()] + match ($refund->getStatus()) {
            'completed' => ['status' => 'refunded'],
            'failed' => ['refund_call' => null, 'refund_note' => 'The refund failed.'],
            default => ['refund_note' => 'The refund is under way.'],
        });
    }
}
