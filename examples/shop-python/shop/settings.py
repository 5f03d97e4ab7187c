"""Settings. The keys of lomi. are in LOMI_API_KEY and LOMI_WEBHOOK_SECRET, which lomi reads."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from django.core.management.utils import get_random_secret_key

BASE_DIR = Path(__file__).parent.parent
SHOP_URL = os.environ.get("SHOP_URL") or f"http://127.0.0.1:{os.environ.get('PORT') or 3001}"

# The shop has no sessions, so nothing needs the same key after a restart.
SECRET_KEY = os.environ.get("SECRET_KEY") or get_random_secret_key()
ALLOWED_HOSTS = [urlsplit(SHOP_URL).hostname, "127.0.0.1", "localhost"]
CSRF_TRUSTED_ORIGINS = [SHOP_URL]  # for a proxy or a tunnel that speaks https
TIME_ZONE = "Africa/Abidjan"
ROOT_URLCONF = "shop.urls"
INSTALLED_APPS = ["shop"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("SHOP_DATABASE") or BASE_DIR / "shop.sqlite3",
        # Pages can be read while an event is handled, and two events wait for each other.
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL",
        },
    }
}
