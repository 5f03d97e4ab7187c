<?php

/**
 * Guzzle 8 as far as a client with a handler of its own needs it: its version, its exceptions and what they no
 * longer have (`hasResponse`, `getHandlerContext`). LOMI_GUZZLE names the autoloader of the real one, for the same test.
 */

declare(strict_types=1);

namespace GuzzleHttp {

    use Psr\Http\Message\RequestInterface;
    use Psr\Http\Message\ResponseInterface;

    interface ClientInterface
    {
        public const MAJOR_VERSION = 8;

        public function send(RequestInterface $request, array $options = []): ResponseInterface;
    }

    final class Client implements ClientInterface
    {
        public function __construct(private array $config)
        {
        }

        public function send(RequestInterface $request, array $options = []): ResponseInterface
        {
            return ($this->config['handler'])($request, $options + $this->config)->wait();
        }

        public function getConfig(?string $option = null): mixed
        {
            return $option === null ? $this->config : ($this->config[$option] ?? null);
        }
    }
}

namespace GuzzleHttp\Exception {

    use Psr\Http\Client\ClientExceptionInterface;
    use Psr\Http\Client\NetworkExceptionInterface;
    use Psr\Http\Client\RequestExceptionInterface;
    use Psr\Http\Message\RequestInterface;
    use Psr\Http\Message\ResponseInterface;

    interface GuzzleException extends ClientExceptionInterface
    {
    }

    final class InvalidArgumentException extends \InvalidArgumentException implements GuzzleException
    {
    }

    class TransferException extends \RuntimeException implements GuzzleException
    {
        public function __construct(string $message, private RequestInterface $request, int $code = 0, ?\Throwable $previous = null)
        {
            parent::__construct($message, $code, $previous);
        }

        public function getRequest(): RequestInterface
        {
            return $this->request;
        }
    }

    class NetworkException extends TransferException implements NetworkExceptionInterface
    {
        public function __construct(string $message, RequestInterface $request, ?\Throwable $previous = null)
        {
            parent::__construct($message, $request, 0, $previous);
        }
    }

    class NetworkTimeoutException extends NetworkException
    {
    }

    class ConnectException extends NetworkException
    {
    }

    class ConnectTimeoutException extends ConnectException
    {
    }

    class RequestException extends TransferException implements RequestExceptionInterface
    {
    }

    class ResponseException extends RequestException
    {
        final public function __construct(string $message, RequestInterface $request, private ResponseInterface $response, ?\Throwable $previous = null)
        {
            parent::__construct($message, $request, $response->getStatusCode(), $previous);
        }

        public function getResponse(): ResponseInterface
        {
            return $this->response;
        }
    }

    class ResponseTransferException extends ResponseException
    {
    }

    class ResponseTimeoutException extends ResponseTransferException
    {
    }

    class BadResponseException extends ResponseException
    {
    }
}
