"""Our own pages beside those of the gates, each with its status."""

from qz_redirect.gate import Show

START = Show("start", 200)
WRONG_PASSWORD = Show("wrong", 403)
TOO_MANY_TRIES = Show("tries", 429)
BAD_REQUEST = Show("request", 400)
BAD_HOST = Show("host", 400)
BAD_METHOD = Show("method", 405)
TOO_LARGE = Show("large", 413)
BUSY = Show("busy", 503)
