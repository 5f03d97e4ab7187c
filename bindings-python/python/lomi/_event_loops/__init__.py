"""How a call is awaited on asyncio, trio, gevent and eventlet."""
