"""gunicorn's settings: any number of stateless workers; its access log is off, ours tells no query (S2)."""

import os

workers = int(os.environ.get("WEB_WORKERS") or 2)
timeout = 120  # somebody takes all their safe out, on a slow line
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
accesslog = None
loglevel = "warning"
# The most gunicorn takes. A longer line never reaches our pages: gunicorn itself answers, in English, and a proxy in
# front usually answers first. Up to there a query too long gets our own page in French (RefuseOddQueriesMiddleware).
limit_request_line = 8_190
preload_app = True
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108
