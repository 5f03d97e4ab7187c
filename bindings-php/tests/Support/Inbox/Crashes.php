<?php

declare(strict_types=1);

namespace LomiSDK\Tests\Support\Inbox;

use LomiSDK\LomiClient;
use LomiSDK\Tests\Support\FaultServer;
use LomiSDK\Tests\Support\Sandbox;

/**
 * Runs a shop whose processes are killed at random moments, until all is done, and compares what it has written with
 * what was paid. A process handles the webhooks that were not answered yet, another one at the same time reconciles.
 */
final class Crashes
{
    private const STEPS = ['before', 'within', 'finished', 'handled'];

    /** How many kills found a process at which step, and how many deliveries were answered with an error. */
    public array $steps = ['before' => 0, 'within' => 0, 'finished' => 0, 'handled' => 0];
    public int $kills = 0;
    public int $failed = 0;

    private Sandbox $sandbox;
    private FaultServer $receiver;
    private LomiClient $lomi;
    private string $secret;
    private Shop $shop;

    /** @var array<string, int> the amount of each line that the shop must write */
    private array $paid = [];

    /** @var array<int, bool> which deliveries have been answered with 200, by their number */
    private array $answered = [];

    /** @param array<string, array<string, string|int>> $servers */
    public function __construct(private string $kind, private array $servers, private string $name, private ?string $broken = null)
    {
        $this->sandbox = Sandbox::start();
        $this->receiver = new FaultServer([['status' => 200]]);
        $this->lomi = new LomiClient($this->sandbox->key, ['base_url' => $this->sandbox->url]);
        $hook = $this->lomi->webhooks->create(['url' => "{$this->receiver->url}/hook", 'authorized_events' => ['PAYMENT_SUCCEEDED']]);
        $this->secret = $hook->getSecret();
        $this->shop = new Shop($kind, $servers, $name);
        $this->shop->create();
    }

    /** Takes payments and kills processes until so many were killed. */
    public function kill(int $kills): void
    {
        while ($this->kills < $kills) {
            $this->pay();
            $workers = $this->start();
            $due = array_map(fn (): float => INF, $workers);
            // Each step has its turn, the first, second or third time that a process comes to it.
            $moments = array_map(fn (): array => [self::STEPS[mt_rand(0, 3)], mt_rand(1, 3)], $workers);
            while ($workers !== []) {
                Worker::wait($workers, max(0, min($due) - microtime(true)));
                foreach ($workers as $number => $worker) {
                    [$step, $times] = $moments[$number];
                    if ($due[$number] === INF && $worker->count($step) >= $times) {
                        $due[$number] = microtime(true) + max(0, mt_rand(-500, 500)) / 1e6;
                    }
                    if ($worker->ended || microtime(true) >= $due[$number]) {
                        $this->count($worker, $worker->kill());
                        unset($workers[$number], $due[$number]);
                    }
                }
            }
        }
    }

    /** Lets the processes run to their end. */
    public function finish(): void
    {
        $deadline = microtime(true) + 30;
        do {
            foreach ($this->start() as $worker) {
                $worker->finish();
                $this->count($worker, false);
            }
            // Webhooks bring the payments, reconcile the sessions as well.
            $all = 2 * count($this->answered) === count($this->paid) && !in_array(false, $this->answered, true);
            if (microtime(true) > $deadline) {
                throw new \RuntimeException('the shop does not come to its end');
            }
        } while (!$all);
    }

    /** @return list<string> what the shop has lost, or written more than once */
    public function problems(): array
    {
        $problems = [];
        $counts = array_count_values(array_map(fn (string $line): string => substr($line, 0, strrpos($line, ' ')), $this->shop->lines()));
        foreach ($this->paid as $line => $amount) {
            $times = $counts[$line] ?? 0;
            if ($times !== 1) {
                $problems[] = $times === 0 ? "lost: $line" : "$times times: $line";
            }
        }
        array_push($problems, ...array_map(fn (string $line) => "never paid: $line", array_keys(array_diff_key($counts, $this->paid))));
        if ($this->shop->balance() !== array_sum($this->paid)) {
            $problems[] = "the balance is {$this->shop->balance()} in place of " . array_sum($this->paid);
        }
        if ($this->shop->marks() !== count($this->paid)) {
            $problems[] = "{$this->shop->marks()} marks in place of " . count($this->paid);
        }
        return $problems;
    }

    /** @return array<string, int> how many events came by a webhook, and how many by reconcile */
    public function sources(): array
    {
        return array_count_values(array_map(fn (string $line): string => explode(' ', $line)[2], $this->shop->lines()));
    }

    public function events(): int
    {
        return count($this->paid);
    }

    private function pay(): void
    {
        foreach ([1, 2] as $payment) {
            $amount = mt_rand(100, 100_000);
            $session = $this->lomi->checkoutSessions->create(['amount' => $amount, 'currency_code' => 'XOF'])->getCheckoutSessionId();
            $said = $this->lomi->request('POST', "/_sandbox/sessions/$session/pay", ['body' => new \stdClass()]);
            $transaction = json_decode(json_encode($said), true)['transaction']['transaction_id'];
            $this->paid += ["PAYMENT_SUCCEEDED $transaction" => $amount, "CHECKOUT_SESSION_COMPLETED $session" => 0];
        }
    }

    /** @return list<Worker> one for webhooks, one for reconcile */
    private function start(): array
    {
        $deliveries = [];
        foreach ($this->receiver->requests() as $number => $request) {
            if (!($this->answered[$number] ??= false)) {
                $headers = array_change_key_case($request['headers']);
                $deliveries[$number] = ['body' => $request['body'], 'signature' => $headers['x-lomi-signature'], 'number' => $number];
            }
        }
        $shop = [$this->kind, $this->servers, $this->name, 0.2, $this->broken];
        $settings = ['shop' => $shop, 'secret' => $this->secret, 'key' => $this->sandbox->key, 'url' => $this->sandbox->url, 'pauses' => 400];
        $webhooks = new Worker(['mode' => 'webhooks'] + $settings, array_values($deliveries));
        return [$webhooks, new Worker(['mode' => 'reconcile'] + $settings)];
    }

    private function count(Worker $worker, bool $killed): void
    {
        $steps = [];
        foreach ($worker->lines as $line) {
            [$step, $number] = explode(' ', "$line ");
            $steps[] = $step;
            if (in_array($step, ['handled', 'repeated'], true) && $number !== '') {
                $this->answered[(int) $number] = true;
            }
            $this->failed += (int) ($step === 'failed');
        }
        if ($killed) {
            $this->kills++;
            $last = end($steps) ?: 'ready';
            $this->steps[['ready' => 'before', 'repeated' => 'handled', 'failed' => 'handled', 'done' => 'handled'][$last] ?? $last]++;
        }
    }
}
