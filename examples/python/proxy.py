"""A proxy for <destination-oauth> in Python: the standard library, one process, LiveRamp's API v1.1.

It serves the contract of `openapi.json` and passes `npx destination-oauth check-proxy`. Flows are kept in memory: with
more than one process, put `FLOWS` into a store that all of them share, with an atomic "get and delete" for `STATES`.

    PUBLIC_URL=http://127.0.0.1:8787/api/destination-oauth EMBED_ORIGINS=http://127.0.0.1:8787 \\
    AUTHORIZATION_HOSTS=www.linkedin.com TICKET_SECRET=… LIVERAMP_API_KEY=… OPENAPI=openapi.json python3 proxy.py
"""

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime, timezone
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PUBLIC_URL = os.environ["PUBLIC_URL"].rstrip("/")
EMBED_ORIGINS = os.environ["EMBED_ORIGINS"].split(",")
AUTHORIZATION_HOSTS = os.environ["AUTHORIZATION_HOSTS"].split(",")
SECRET = os.environ["TICKET_SECRET"].encode()
LIVERAMP = os.environ.get("LIVERAMP_URL", "https://api.liveramp.net/v1/distribution")
API_KEY = os.environ["LIVERAMP_API_KEY"]

BASE = urllib.parse.urlsplit(PUBLIC_URL)
SECURE = BASE.scheme == "https"
COOKIE = ("__Host-" if SECURE else "") + "oauth-flow-"
TICKET_SECONDS, FLOW_SECONDS, DAY = 10 * 60, 15 * 60, 24 * 3600

ACCOUNT_ID = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._~:-]{1,128}")
FLOW_ID = re.compile(r"[A-Za-z0-9_-]{22,128}")
HINTS = ("ok", "internal_server_error", "service_unavailable", "unprocessable_entity")
# v1.1 documents "oauth_not_applicable" only; the others are assumed. What is not listed here is never "authorized".
STATUSES = {
    "oauth_not_applicable": "not_applicable",
    "oauth_authorized": "authorized",
    "authorized": "authorized",
    "oauth_unauthorized": "unauthorized",
    "unauthorized": "unauthorized",
}
CODES = {
    "invalid_request": 400, "invalid_account_id": 400, "invalid_flow": 400, "invalid_state": 400,
    "unauthenticated": 401, "origin_not_allowed": 403, "invalid_ticket": 403, "expired_ticket": 403, "not_found": 404, "account_not_found": 404,
    "flow_not_found": 404, "method_not_allowed": 405, "flow_conflict": 409, "authorization_not_applicable": 409,
    "payload_too_large": 413, "unsupported_media_type": 415, "internal_error": 500, "upstream_invalid_response": 502,
    "upstream_rejected": 502, "upstream_unavailable": 503,
}

PREFLIGHT = {
    "access-control-allow-headers": "authorization, content-type, x-destination-oauth",
    "access-control-allow-methods": "GET, POST",
    "access-control-max-age": "600",
}

LOCK = threading.Lock()
FLOWS: dict[str, dict] = {}
STATES: dict[str, str] = {}


# Yours: look the cookie up in your session store. Here it reads `session=user.tenant`.
def session_of(cookies):
    user, _, tenant = cookies.get("session", "").partition(".")
    return (user, tenant) if user and tenant else None


# Yours: ask your database.
def owns(tenant, account_id):
    return account_id in json.loads(os.environ["ACCOUNTS"]).get(tenant, [])


class Problem(Exception):
    def __init__(self, code, detail=None):
        super().__init__(code)
        self.code, self.detail = code, detail


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


OPENER = urllib.request.build_opener(NoRedirects)


def liveramp(path, body=None):
    """One call; a POST is never repeated, because LiveRamp knows no idempotency key."""
    request = urllib.request.Request(
        LIVERAMP + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={"x-api-key": API_KEY, "accept": "application/json", "content-type": "application/json"},
    )
    try:
        with OPENER.open(request, timeout=10) as answer:
            return json.loads(answer.read(1_000_000))
    except urllib.error.HTTPError as error:
        if error.code == 404:
            raise Problem("account_not_found") from None
        raise Problem("upstream_unavailable" if error.code >= 500 else "upstream_rejected") from None
    except (OSError, TimeoutError):
        raise Problem("upstream_unavailable") from None
    except ValueError:
        raise Problem("upstream_invalid_response") from None


def iso(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sign(text):
    return b64(hmac.digest(SECRET, b"ticket " + text.encode(), hashlib.sha256))


def issue_ticket(claims):
    payload = b64(json.dumps(claims).encode())
    return f"{payload}.{sign(payload)}"


def read_ticket(ticket):
    payload, _, signature = ticket.partition(".")
    if not matches(signature, sign(payload)):
        raise Problem("invalid_ticket")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    if claims["exp"] < time.time():
        raise Problem("expired_ticket")
    return claims


def read_account(session, account_id, origin):
    if not ACCOUNT_ID.fullmatch(account_id):
        raise Problem("invalid_account_id", "An account id has 1 to 128 letters, digits and . _ ~ : -")
    user, tenant = session
    if not owns(tenant, account_id):
        raise Problem("account_not_found")
    answer = liveramp(f"/accounts/{account_id}")
    found = answer.get("account") if isinstance(answer, dict) else None
    if not isinstance(found, dict):
        raise Problem("upstream_invalid_response")
    raw, name = found.get("oauth_status"), found.get("name")
    status = STATUSES.get(raw, "unknown") if isinstance(raw, str) else "unknown"
    now = time.time()
    account = {
        "account_id": account_id,
        "oauth_status": status,
        "reauthorization": False,
        "authorize_url": None,
        "checked_at": iso(now),
    }
    if isinstance(name, str):
        account["name"] = name
    if isinstance(raw, str):
        account["upstream_status"] = raw
    if status != "not_applicable":
        claims = {"user": user, "tenant": tenant, "account": account_id, "origin": origin, "exp": now + TICKET_SECONDS}
        account["authorize_url"] = f"{PUBLIC_URL}/accounts/{account_id}/authorize?ticket={issue_ticket(claims)}"
        account["authorize_expires_at"] = iso(now + TICKET_SECONDS)
    return account


def allowed_host(url):
    parts = urllib.parse.urlsplit(url)
    loopback = parts.hostname in ("127.0.0.1", "localhost", "::1")
    safe = parts.scheme == "https" or (parts.scheme == "http" and loopback)
    if not safe or parts.username or parts.password or "\\" in url:
        return False
    host = parts.netloc.lower()
    return any(host == each or (each.startswith("*.") and host.endswith(each[1:])) for each in AUTHORIZATION_HOSTS)


def flow_cookie(flow, value, seconds):
    """Lax, so that it comes along when LiveRamp sends the browser back."""
    secure = "; Secure" if SECURE else ""
    return f"{COOKIE}{flow}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"


def matches(given, wanted):
    return hmac.compare_digest(given.encode(), wanted.encode())


def hint_of(status):
    return status if status in HINTS else "unknown"


class Proxy(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "proxy", ""

    def log_message(self, *_):
        """Says nothing: request lines hold tickets and states."""

    def do_GET(self):
        self.handle_request()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = do_GET

    def handle_request(self):
        self.cors, self.body = None, b""
        url = urllib.parse.urlsplit(self.path)
        self.query = urllib.parse.parse_qs(url.query, keep_blank_values=True)
        path = url.path.removeprefix(BASE.path) if url.path.startswith(BASE.path + "/") else ""
        page = path.endswith("/authorize") or path == "/done" or (path == "/callback" and self.command != "POST")
        try:
            self.route(path)
        except Problem as problem:
            if page:
                advice = "Close this window, reload the page you came from and try again."
                self.page(CODES[problem.code], "This did not work", advice)
            else:
                self.problem(problem)
        except Exception:
            self.problem(Problem("internal_error"))

    def route(self, path):
        cookies = self.cookies = self.read_cookies()
        part = [urllib.parse.unquote(each) for each in path.split("/")[1:]]
        match part, self.command:
            case (["accounts"] | ["accounts", _] | ["flows", _] | ["callback"], "OPTIONS"):
                self.origin()
                self.send(204, headers=PREFLIGHT)
            case ["openapi.json"], "GET":
                with open(os.environ["OPENAPI"], "rb") as file:
                    self.send(200, file.read(), "application/json")
            case ["accounts"], "GET":
                self.batch()
            case ["accounts", account_id], "GET":
                origin = self.origin()
                self.json(200, read_account(self.session(), account_id, origin))
            case ["accounts", account_id, "authorize"], "GET":
                self.authorize(account_id)
            case ["flows", flow], "GET":
                self.flow(flow)
            case ["callback"], "GET":
                self.refuse_frames()
                record = self.consume(self.single("state"), hint_of(self.single("status")))
                if record:
                    self.send(303, headers={"location": f"{PUBLIC_URL}/done"})
                else:
                    self.page(400, "Nothing to do here", "You can close this window.")
            case ["callback"], "POST":
                self.post_callback()
            case ["done"], "GET":
                self.done()
            case ["accounts"] | ["accounts", _] | ["accounts", _, "authorize"], _:
                raise Problem("method_not_allowed")
            case ["flows", _] | ["openapi.json"] | ["done"] | ["callback"], _:
                raise Problem("method_not_allowed")
            case _:
                raise Problem("not_found")

    # What a request says

    def read_cookies(self):
        try:
            return {name: morsel.value for name, morsel in SimpleCookie(self.headers.get("cookie", "")).items()}
        except CookieError:
            return {}

    def single(self, name):
        values = self.query.get(name, [""])
        if len(values) > 1:
            raise Problem("invalid_request", f"{name} is given more than once")
        return values[0]

    def session(self):
        session = session_of(self.cookies)
        if not session:
            raise Problem("unauthenticated")
        return session

    def origin(self):
        header = self.headers.get("origin")
        # Browsers leave `Origin` out of some cross-origin GETs, but say so here.
        foreign = header is None and self.headers.get("sec-fetch-site") not in (None, "same-origin", "none")
        origin = header or f"{BASE.scheme}://{BASE.netloc}"
        if foreign or origin not in EMBED_ORIGINS:
            raise Problem("origin_not_allowed", "The page's origin is not in EMBED_ORIGINS")
        self.cors = header
        return origin

    def refuse_frames(self):
        if self.headers.get("sec-fetch-dest") in ("iframe", "frame", "embed", "object", "fencedframe"):
            raise Problem("invalid_request")

    # Routes

    def batch(self):
        origin, session, ids = self.origin(), self.session(), self.query.get("id", [])
        if not 1 <= len(ids) <= 100:
            raise Problem("invalid_request", "Give 1 to 100 ids")
        if not all(ACCOUNT_ID.fullmatch(each) for each in ids):
            raise Problem("invalid_account_id")
        known = {}
        for account_id in dict.fromkeys(ids):
            try:
                known[account_id] = read_account(session, account_id, origin)
            except Problem as problem:
                known[account_id] = {"account_id": account_id, "error": {"code": problem.code}}
        self.json(200, {"accounts": [known[each] for each in ids]})

    def authorize(self, account_id):
        self.refuse_frames()
        flow, ticket = self.single("flow"), self.single("ticket")
        if not FLOW_ID.fullmatch(flow):
            raise Problem("invalid_flow")
        claims, session = read_ticket(ticket), self.session()
        if [*session, account_id] != [claims["user"], claims["tenant"], claims["account"]]:
            raise Problem("invalid_ticket")
        if not owns(session[1], account_id):
            raise Problem("account_not_found")
        binding, state, now = secrets.token_urlsafe(32), secrets.token_urlsafe(32), time.time()
        record = {
            "flow": flow, "account": account_id, "session": session, "origin": claims["origin"],
            "binding": binding, "state": state, "began": now, "hint": None, "told": False,
        }
        with LOCK:
            for old in [each for each in FLOWS.values() if now - each["began"] > DAY]:
                del FLOWS[old["flow"]]
                STATES.pop(old["state"], None)
            if flow in FLOWS:
                raise Problem("flow_conflict")
            FLOWS[flow], STATES[state] = record, flow
        answer = liveramp(f"/accounts/{account_id}/oauth", {"redirect_url": f"{PUBLIC_URL}/callback", "state": state})
        url = answer.get("authorization_url") if isinstance(answer, dict) else None
        if not isinstance(url, str) or not allowed_host(url):
            raise Problem("upstream_invalid_response")
        self.send(302, headers={"location": url, "set-cookie": flow_cookie(flow, binding, FLOW_SECONDS)})

    def consume(self, state, hint):
        """The flow of this state, if this browser began it. The state is used up either way."""
        with LOCK:
            record = FLOWS.get(STATES.pop(state, ""))
        session = session_of(self.cookies)
        if not record or not matches(self.cookies.get(COOKIE + record["flow"], ""), record["binding"]):
            return None
        if (session and session != record["session"]) or time.time() - record["began"] > FLOW_SECONDS:
            return None
        record["hint"] = hint
        return record

    def post_callback(self):
        if self.headers.get("origin") is None:
            raise Problem("origin_not_allowed")
        self.origin()
        if self.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
            raise Problem("unsupported_media_type")
        if self.headers.get("x-destination-oauth") != "1":
            raise Problem("invalid_request", "Send x-destination-oauth: 1")
        length = int(self.headers.get("content-length") or 0)
        if length > 8192:
            raise Problem("payload_too_large")
        try:
            body = json.loads(self.rfile.read(length))
            state, status = body["state"], body["status"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise Problem("invalid_request", "Send {\"status\", \"state\"}") from None
        record = self.consume(state, hint_of(status)) if isinstance(state, str) and isinstance(status, str) else None
        if not record:
            raise Problem("invalid_state")
        record["told"] = True
        self.json(200, {"flow": record["flow"], "target_origin": record["origin"], "hint": record["hint"]})

    def flow(self, flow):
        origin, session = self.origin(), self.session()
        if not FLOW_ID.fullmatch(flow):
            raise Problem("invalid_flow")
        record = FLOWS.get(flow)
        if not record or record["session"] != session:
            raise Problem("flow_not_found")
        hint, report = record["hint"], {"flow": flow, "account_id": record["account"], "state": "pending"}
        if hint:
            report["hint"] = hint
        expired = time.time() - record["began"] > FLOW_SECONDS
        if hint or expired:
            account = read_account(session, record["account"], origin)
            if account["oauth_status"] == "authorized" and hint:
                report["state"] = "completed"
            elif hint and hint not in ("ok", "unknown"):
                report["state"] = "failed"
            else:
                report["state"] = "expired" if expired else "processing"
            if report["state"] != "processing":
                report["account"] = account
        self.json(200, report)

    def done(self):
        """Tells the page that opened this window that it has come back, and nothing else."""
        self.refuse_frames()
        told, headers = [], {}
        for name, binding in self.cookies.items():
            record = FLOWS.get(name.removeprefix(COOKIE)) if name.startswith(COOKIE) else None
            if record and record["hint"] and not record["told"] and matches(binding, record["binding"]):
                record["told"] = True
                message = {"ns": "destination-oauth", "v": 1, "type": "result"}
                message |= {"flow": record["flow"], "hint": record["hint"]}
                told.append({"message": message, "origin": record["origin"]})
                headers["set-cookie"] = flow_cookie(record["flow"], "", 0)
        self.page(200, "Back from the destination", "You can close this window.", told, headers)

    # Answers

    def page(self, status, title, advice, told=(), headers=None):
        nonce = secrets.token_urlsafe(16)
        data = json.dumps(list(told)).replace("<", "\\u003c")
        script = f"""for (const {{ message, origin }} of {data}) {{
  if (opener) opener.postMessage(message, origin);
  const channel = new BroadcastChannel('destination-oauth:' + message.flow);
  channel.postMessage(message);
  channel.onmessage = ({{ data }}) => {{ if (data?.type === 'ack') close(); }};
  setTimeout(close, 500);
}}"""
        html = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        html += f"<h1>{title}</h1><p>{advice}</p>"
        if told:
            html += f'<script nonce="{nonce}">{script}</script>'
        policy = f"default-src 'none'; script-src 'nonce-{nonce}'; frame-ancestors 'none'; base-uri 'none'"
        headers = {"content-security-policy": policy, **(headers or {})}
        self.send(status, html.encode(), "text/html; charset=utf-8", headers)

    def problem(self, problem):
        status, headers = CODES[problem.code], {}
        if status == 405:
            headers["allow"] = "GET"
        document = {
            "type": "about:blank", "title": problem.code.replace("_", " "), "status": status,
            "code": problem.code, "request_id": secrets.token_hex(8),
        }
        if problem.detail:
            document["detail"] = problem.detail
        self.send(status, json.dumps(document).encode(), "application/problem+json", headers)

    def json(self, status, body):
        self.send(status, json.dumps(body).encode(), "application/json")

    def send(self, status, body=b"", content_type=None, headers=None):
        self.send_response(status)
        # A body that was not read would be taken for the next request.
        if self.command in ("POST", "PUT", "PATCH", "DELETE"):
            self.send_header("connection", "close")
        all_headers = {
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "vary": "Origin",
            "content-length": str(len(body)),
            **({"content-type": content_type} if content_type else {}),
            **(headers or {}),
        }
        if self.cors:
            all_headers |= {"access-control-allow-origin": self.cors, "access-control-allow-credentials": "true"}
        for name, value in all_headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


if __name__ == "__main__":
    if len(SECRET) < 32:
        raise SystemExit("TICKET_SECRET must have at least 32 bytes.")
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8787"))), Proxy)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
