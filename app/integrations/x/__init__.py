"""X's interface, version 2: connecting an account, posting, taking down, reading what is the school's own.

Nothing here looks at pictures that come from X, and nothing here may: X's terms forbid it.
"""

from app.integrations.x.allowance import ALLOWANCES
from app.integrations.x.client import Me, RecentPost, Sent, XClient, address_of, http_client
from app.integrations.x.oauth1 import OAuth1, OAuth1Keys
from app.integrations.x.oauth2 import SCOPES, App, Grant, Tokens, authorize_address, exchange, refresh, revoke
from app.integrations.x.trouble import Trouble, XTrouble

__all__ = [
    "ALLOWANCES",
    "SCOPES",
    "App",
    "Grant",
    "Me",
    "OAuth1",
    "OAuth1Keys",
    "RecentPost",
    "Sent",
    "Tokens",
    "Trouble",
    "XClient",
    "XTrouble",
    "address_of",
    "authorize_address",
    "exchange",
    "http_client",
    "refresh",
    "revoke",
]
