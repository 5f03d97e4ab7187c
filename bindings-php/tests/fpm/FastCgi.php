<?php

declare(strict_types=1);

namespace LomiSDK\Tests\Fpm;

/** Just enough of FastCGI to ask php-fpm for a script, several requests at once. */
final class FastCgi
{
    /** @var array<int, array{0: resource, 1: string, 2: string}> */
    private array $waiting = [];

    public function __construct(private string $address)
    {
    }

    /** @param array<string, string> $parameters */
    public function start(int $id, array $parameters): void
    {
        $socket = stream_socket_client("unix://$this->address", $code, $message, 10);
        if ($socket === false) {
            throw new \RuntimeException("php-fpm does not listen: $message");
        }
        $pairs = '';
        foreach ($parameters as $name => $value) {
            $pairs .= self::length(strlen($name)) . self::length(strlen($value)) . $name . $value;
        }
        $request = self::record(1, pack('nCx5', 1, 0)) . self::record(4, $pairs) . self::record(4, '') . self::record(5, '');
        fwrite($socket, $request);
        stream_set_blocking($socket, false);
        $this->waiting[$id] = [$socket, '', ''];
    }

    public function count(): int
    {
        return count($this->waiting);
    }

    /** Waits until something is done; gives outputs by id. @return array<int, string> */
    public function done(): array
    {
        $read = array_map(fn ($entry) => $entry[0], $this->waiting);
        $write = $except = null;
        stream_select($read, $write, $except, 30);
        $done = [];
        foreach (array_keys($read) as $id) {
            [$socket] = $this->waiting[$id];
            $chunk = fread($socket, 65536);
            $this->waiting[$id][1] .= $chunk;
            if (feof($socket) || $this->parse($id)) {
                $this->parse($id);
                $done[$id] = $this->waiting[$id][2];
                fclose($socket);
                unset($this->waiting[$id]);
            }
        }
        return $done;
    }

    /** Takes whole records in; true at the end of the request. */
    private function parse(int $id): bool
    {
        $buffer = &$this->waiting[$id][1];
        while (strlen($buffer) >= 8) {
            $head = unpack('Cversion/Ctype/nid/nlength/Cpadding', $buffer);
            $whole = 8 + $head['length'] + $head['padding'];
            if (strlen($buffer) < $whole) {
                return false;
            }
            if ($head['type'] === 6 || $head['type'] === 7) {
                $this->waiting[$id][2] .= substr($buffer, 8, $head['length']);
            }
            $buffer = substr($buffer, $whole);
            if ($head['type'] === 3) {
                return true;
            }
        }
        return false;
    }

    private static function record(int $type, string $content): string
    {
        return pack('CCnnCx', 1, $type, 1, strlen($content), 0) . $content;
    }

    private static function length(int $length): string
    {
        return $length < 128 ? chr($length) : pack('N', $length | 0x80000000);
    }
}
