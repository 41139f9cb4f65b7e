"""One visitor after another at a steady pace, on the second core: how long the slowest wait."""

import json
import socket
import subprocess
import sys
import time
from urllib.parse import urlsplit

from tests.bench.wrk import CLIENT_CORE


def tail_ms(url: str, rate: int, seconds: float) -> tuple[float, float]:
    """Median and p99 of a keep-alive connection at `rate` requests a second."""
    command = ["taskset", "-c", CLIENT_CORE, sys.executable, "-m", "tests.bench.tail"]
    words = [url, str(rate), str(seconds)]
    done = subprocess.run([*command, *words], capture_output=True, text=True, check=True)
    p50, p99 = json.loads(done.stdout)
    return p50, p99


def paced(url: str, rate: int, seconds: float) -> tuple[float, float]:
    parts = urlsplit(url)
    request = f"GET {parts.path} HTTP/1.1\r\nHost: {parts.hostname}\r\n\r\n".encode()
    taken = []
    with socket.create_connection((str(parts.hostname), parts.port or 80)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        start = time.perf_counter()
        for number in range(int(rate * seconds)):
            time.sleep(max(0.0, start + number / rate - time.perf_counter()))
            began = time.perf_counter()
            connection.sendall(request)
            connection.recv(65536)
            taken.append(time.perf_counter() - began)
    taken.sort()
    return taken[len(taken) // 2] * 1000, taken[int(len(taken) * 0.99)] * 1000


if __name__ == "__main__":
    print(json.dumps(paced(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))))
